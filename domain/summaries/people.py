"""What a sponsor reads of the people in their programmes: who was at sessions, what rounds published, strengths.

The shapes are those of the answers to the trusted documents, as in `domain.summaries.reading`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from domain.assessments.instrument import Scoring
from domain.sessions.models import SessionMode
from domain.sessions.presence import AttendanceMode, AttendanceStatus
from domain.summaries.reading import Nodes, Owner


class Named(msgspec.Struct, frozen=True):
    """Something of which the name is enough: a team, a strength."""

    name: str


class Organisation(msgspec.Struct, frozen=True):
    """For whom people count."""

    code: str
    name: str


class Attended(msgspec.Struct, frozen=True):
    """How many people of an organisation were at a session, or not, in this way."""

    organisation: Organisation | None
    status: AttendanceStatus
    mode: AttendanceMode | None
    people: int


class Session(msgspec.Struct, frozen=True, rename="camel"):
    """A session that was held, with who was there as far as it was noted."""

    id: str
    mode: SessionMode
    attendance_counts: list[Attended]
    programme: Owner


class Titled(msgspec.Struct, frozen=True):
    """Something of which the title is enough."""

    title: str


class Dimension(msgspec.Struct, frozen=True, rename="camel"):
    """What an instrument scores: one of its dimensions, or all of its items together."""

    key: str
    title: str
    is_total: bool


class Instrument(msgspec.Struct, frozen=True, rename="camel"):
    """What a round asked, and how it is scored."""

    title: str
    version: int
    scoring: Scoring
    scale_minimum: int
    scale_maximum: int
    dimensions: Nodes[Dimension]


class Turnout(msgspec.Struct, frozen=True):
    """How many were asked, and how many took part if that is published."""

    invited: int
    participants: int | None


class EarlierRound(msgspec.Struct, frozen=True, rename="camel"):
    """A round with which a later one is compared."""

    title: str
    closed_on: date


class EarlierResult(msgspec.Struct, frozen=True):
    """A result with which a later one is compared."""

    round: EarlierRound


class Change(msgspec.Struct, frozen=True):
    """How far a result is from an earlier round's, and that in one sentence."""

    difference: Decimal
    sentence: str
    first: EarlierResult


class Result(msgspec.Struct, frozen=True):
    """What a round published of a dimension about everybody."""

    key: str
    n: int
    score: Decimal
    band: Titled | None
    comparisons: Nodes[Change]


class Round(msgspec.Struct, frozen=True, rename="camel"):
    """A round that was published. A dimension without a result is withheld."""

    id: str
    title: str
    published_on: date
    team: Named
    instrument: Instrument
    cells: Nodes[Turnout]
    results: Nodes[Result]
    programme: Owner


class Framework(msgspec.Struct, frozen=True):
    """By whose strengths people were assessed."""

    name: str
    version: int


class Cluster(msgspec.Struct, frozen=True):
    """Strengths of a framework that belong together."""

    name: str
    framework: Framework


class InCluster(msgspec.Struct, frozen=True):
    """How many people show a strength of a cluster, and how many strengths of it there are in what they show."""

    people: int
    strengths: int
    cluster: Cluster


class Count(msgspec.Struct, frozen=True):
    """How many of a whole team have a strength."""

    people: int
    strength: Named


class Told(msgspec.Struct, frozen=True, rename="camel"):
    """What was told of a whole team on a day, the most frequent strengths first."""

    counted_on: date
    people: int
    team: Named
    framework: Framework
    counts: Nodes[Count]


class Reach(msgspec.Struct, frozen=True, rename="camel"):
    """How many are in a programme's teams, were assessed, and show it; and what they show to the sponsor."""

    people: int
    with_profile: int
    shown: int
    clusters: list[InCluster]
    releases: Nodes[Told]


class Strengths(msgspec.Struct, frozen=True):
    """A programme with teams, and how far the strengths of their people are known."""

    id: str
    ref: str
    title: str
    strengths: Reach
