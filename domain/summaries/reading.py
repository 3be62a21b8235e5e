"""What a sponsor reads for a summary: plain data, as it was at both ends of the period.

The shapes are those of the answers to the trusted documents in `operations/summary/`, keys in camelCase.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from domain.milestones.models import Criticality, ReasonCode
from domain.milestones.rules import MilestoneStatus
from domain.programmes.health import Health
from domain.programmes.models import DeliveryConfidence, ProgrammeStatus
from domain.summaries.period import Period

if TYPE_CHECKING:
    from domain.summaries.people import Round, Session, Strengths

Item = TypeVar("Item")


class Nodes(msgspec.Struct, Generic[Item], frozen=True):
    """The part of a connection that was asked for."""

    nodes: list[Item]


class Reader(msgspec.Struct, frozen=True):
    """The person for whom the summary is compiled."""

    id: str
    name: str
    email: str


class Lead(msgspec.Struct, frozen=True):
    """The organisation that leads a programme."""

    code: str
    name: str


class Judgement(msgspec.Struct, frozen=True, rename="camel"):
    """A status report: what somebody judged of a programme on a date, and why."""

    reported_on: date
    delivery_confidence: DeliveryConfidence | None
    reason: str | None


class Programme(msgspec.Struct, frozen=True, rename="camel"):
    """One of the sponsor's active programmes as of a date, with its latest status report."""

    id: str
    ref: str
    title: str
    delivery_confidence: DeliveryConfidence | None
    health: Health
    contradiction: bool
    ends_on: date | None
    heard_on: date | None
    lead: Lead | None
    status_reports: Nodes[Judgement]


class Owner(msgspec.Struct, frozen=True):
    """The programme to which a milestone belongs."""

    id: str
    ref: str
    title: str


class Milestone(msgspec.Struct, frozen=True, rename="camel"):
    """A milestone of an active programme as of a date; `slip_days` counts from its baseline."""

    id: str
    title: str
    status: MilestoneStatus
    forecast_on: date
    achieved_on: date | None
    slip_days: int
    criticality: Criticality
    programme: Owner

    @property
    def is_open(self) -> bool:
        """Whether it is still to be achieved."""
        return self.status in {MilestoneStatus.PLANNED, MilestoneStatus.OVERDUE}


class Move(msgspec.Struct, frozen=True, rename="camel"):
    """An entry of a milestone's ledger, known from `changed_on` on."""

    from_on: date
    to_on: date
    days: int
    reason: ReasonCode
    note: str | None
    changed_on: date


class Moved(msgspec.Struct, frozen=True):
    """A milestone's ledger, latest moves first."""

    id: str
    ledger: Nodes[Move]


class Standing(msgspec.Struct, frozen=True):
    """A programme that the sponsor could see on a date, in whatever status it was."""

    id: str
    ref: str
    title: str
    status: ProgrammeStatus
    lead: Lead | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The sponsor's active programmes and their milestones at one end of the period, by id."""

    programmes: dict[str, Programme] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a summary is made from.

    `ledgers` has the moves of the milestones that slipped; `standing_before` and `standing_after` what was
    known, at that end of the period, of the programmes that are among the sponsor's at the other end only.
    `sessions` were held in the period and `sessions_before` in as long a time before it, both as they are known at
    the end; `rounds` were published in the period. `strengths_before` and `strengths_after` are of programmes.
    """

    period: Period
    before: Snapshot = Snapshot()
    after: Snapshot = Snapshot()
    ledgers: dict[str, list[Move]] = field(default_factory=dict)
    standing_before: dict[str, Standing] = field(default_factory=dict)
    standing_after: dict[str, Standing] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    sessions_before: dict[str, Session] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    strengths_before: dict[str, Strengths] = field(default_factory=dict)
    strengths_after: dict[str, Strengths] = field(default_factory=dict)


def assemble(period: Period, answers: Mapping[str, dict[str, Any]]) -> Reading:
    """The reading that the answers of some sources give; what was not asked is empty."""

    def of(name: str) -> dict[str, Any]:
        return answers.get(name, {})

    return Reading(
        period,
        before=Snapshot(of("programmesAtStart"), of("milestonesAtStart")),
        after=Snapshot(of("programmesAtEnd"), of("milestonesAtEnd")),
        ledgers={id_: moved.ledger.nodes for id_, moved in of("moves").items()},
        standing_before=of("standingAtStart"),
        standing_after=of("standingAtEnd"),
        sessions=of("sessions"),
        sessions_before=of("sessionsBefore"),
        rounds=of("rounds"),
        strengths_before=of("strengthsAtStart"),
        strengths_after=of("strengthsAtEnd"),
    )
