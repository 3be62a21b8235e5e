"""Strengths frameworks in the schema."""

from __future__ import annotations

from domain import models
from graph.reads import Connection, Node, column, computed, many, one, reads

_PLACE = "Where it stands in the order of the framework, from 1."


@reads(
    models.StrengthsFramework, filters=("id", "key", "name", "language"), orders=("name", "key", "version")
)
class StrengthsFramework(Node):
    """Strengths in clusters, in one version, by somebody's wording. It never changes."""

    key: str = column("What all its versions share.")
    version: int
    name: str
    description: str | None
    licence: str = column("On what terms the wording may be used here.")
    owner: str = column("Whose wording it is.")
    language: str = column("BCP 47, such as `en-GB`.")
    most_in_a_profile: int = computed("most", description="How many strengths a profile has at most.")
    is_ranked: bool = computed(
        "ranked", description="Whether the order of the strengths in a profile says something."
    )
    clusters: Connection[StrengthsCluster] = many("framework_id", order=("place",))
    strengths: Connection[Strength] = many("framework_id", order=("place",))


@reads(models.StrengthsCluster, filters=("id", "key", "name", "framework"), orders=("place", "name"))
class StrengthsCluster(Node):
    """Strengths of a framework that belong together."""

    place: int = column(_PLACE)
    key: str
    name: str
    description: str | None
    framework: StrengthsFramework = one("framework_id")
    strengths: Connection[Strength] = many("cluster_id", order=("place",))


@reads(models.Strength, filters=("id", "key", "name", "cluster", "framework"), orders=("place", "name"))
class Strength(Node):
    """Something that a person may be good at."""

    place: int = column(_PLACE)
    key: str
    name: str
    description: str | None
    cluster: StrengthsCluster = one("cluster_id")
    framework: StrengthsFramework = one("framework_id")
