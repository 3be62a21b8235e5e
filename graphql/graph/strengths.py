"""Strengths frameworks, and people's profiles and consents, in the schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.strengths import maps
from domain.strengths.models import ConsentLevel
from graph.people import Person
from graph.reads import Connection, Node, column, computed, many, one, reads

if TYPE_CHECKING:
    from graph.cohorts import Cohort, Team
    from graph.programmes import Programme

strawberry.enum(
    ConsentLevel,
    description="To whom a person shows their strengths; each level includes those before it: the facilitators of "
    "their cohorts, those who are in a team with them, all who take part in a programme with them or answer for it.",
)

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


@reads(
    models.StrengthsProfile,
    filters=("id", "assessed_on", "is_latest", "person", "framework", "strengths"),
    orders=("assessed_on",),
)
class StrengthsProfile(Node):
    """What one person was found to be good at on a day. It is there for those to whom the person shows it."""

    version: int = column("Counts the changes of its date; its strengths count for themselves.")
    assessed_on: date
    is_latest: bool = computed(
        maps.latest,
        description="Whether it is the latest of the person by this framework, up to the date of the question.",
    )
    person: Person | None = one("person_id")
    framework: StrengthsFramework = one("framework_id")
    strengths: Connection[ProfileStrength] = many(
        "profile_id", order=("rank",), description="By rank, where the framework has an order."
    )


@reads(models.ProfileStrength, filters=("id", "rank", "strength", "person", "profile"), orders=("rank",))
class ProfileStrength(Node):
    """A strength in a person's profile."""

    version: int = column("Counts the changes.")
    rank: int | None = column("From 1; null where the framework has no order.")
    strength: Strength = one("strength_id")
    person: Person | None = one("person_id")
    profile: StrengthsProfile = one("profile_id")


@reads(
    models.StrengthsRelease,
    filters=("id", "counted_on", "people", "framework", "team", "cohort", "programme"),
    orders=("counted_on",),
)
class StrengthsRelease(Node):
    """How many of a whole team or cohort had each strength on a day, those who show it to nobody included, if k allows.

    It stays as it was told. It is hidden while fewer than k of those counted keep their strengths to themselves, since
    the counts less what the others show would be about so few.
    """

    counted_on: date = computed("valid_from", description="The day on which they were in it.")
    k: int = column(
        "No count, and no difference of counts, is about fewer people who do not show their strengths."
    )
    people: int = column("How many members with a profile were counted.")
    framework: StrengthsFramework = one("framework_id")
    team: Annotated[Team, strawberry.lazy("graph.cohorts")] | None = one(
        "team_id", description="Null if it is of a cohort."
    )
    cohort: Annotated[Cohort, strawberry.lazy("graph.cohorts")] | None = one(
        "cohort_id", description="Null if it is of a team."
    )
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    counts: Connection[ReleasedStrength] = many(
        "release_id",
        order=("-people",),
        description="The most frequent first. What may not be told is left out.",
    )


@reads(models.ReleasedStrength, filters=("id", "people", "strength"), orders=("people",))
class ReleasedStrength(Node):
    """How many of a whole team or cohort had a strength."""

    people: int
    strength: Strength = one("strength_id")


@reads(models.StrengthsConsent, filters=("id", "level", "person"), orders=("level",))
class StrengthsConsent(Node):
    """To whom a person shows their strengths. It is seen by the person and by administrators."""

    version: int = column("Counts the changes.")
    level: ConsentLevel
    on_their_word: bool = column("Whether an administrator recorded what the person told them.")
    note: str | None = column("When and how the person told it.")
    person: Person | None = one("person_id")
