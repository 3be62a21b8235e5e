"""What a strengths framework is, as its file describes it: strengths in clusters, in one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.described import FileRefused

BAD_FRAMEWORK: Final = "BAD_FRAMEWORK"


@dataclass(frozen=True, slots=True)
class DescribedStrength:
    """Something that a person may be good at."""

    key: str
    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class DescribedCluster:
    """Strengths that belong together."""

    key: str
    name: str
    description: str | None
    strengths: tuple[DescribedStrength, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework in one version. `key` is what its versions share; `most` is how many strengths a profile has at most.

    `digest` is the SHA-256 of what it says, whatever the file looks like.
    """

    key: str
    version: int
    name: str
    description: str | None
    licence: str
    owner: str
    language: str
    most: int
    ranked: bool
    clusters: tuple[DescribedCluster, ...]
    digest: str


class FrameworkRefused(FileRefused):
    """A file that is no framework. Its message has the first twenty of its problems, `problems` all of them."""

    several = BAD_FRAMEWORK
    listed = 20
