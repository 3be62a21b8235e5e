"""What a row of a report asks for, compared with what is known on the report's date: pure, without I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Any
from uuid import UUID

from domain.calendar import SINCE_ALWAYS, in_words
from domain.imports.directory import Directory, Known
from domain.imports.portfolio_rows import PortfolioRow
from domain.imports.portfolio_state import Basics, Standing
from domain.imports.results import Decision, DecisionCode
from domain.programmes.models import ProgrammeStatus

Splits = dict[UUID, tuple[date, frozenset[UUID]]]

IMPLAUSIBLE_COST = Decimal(100_000)
"""Millions of pounds from which on a cost is pointed out: no public programme has come near it."""


class Handover(Enum):
    """How the lead of a row comes to lead."""

    NONE = auto()  # it leads already
    CHANGED = auto()  # it takes over from somebody else
    ASSIGNED = auto()  # it goes on for an organisation that was split


@dataclass(slots=True)
class Plan:
    """What is to be done for one row. A programme without `standing` is to be created."""

    row: PortfolioRow
    standing: Standing | None
    lead: Known
    status: ProgrammeStatus | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    ends_on: date | None = None
    handover: Handover = Handover.NONE
    report: bool = False
    seat: bool = False
    decisions: list[Decision] = field(default_factory=list)

    @property
    def changes_programme(self) -> bool:
        """Whether the programme itself becomes another, beside being reported on."""
        return bool(self.status or self.fields)

    @property
    def changes(self) -> bool:
        """Whether anything is to be done at all."""
        return (
            self.changes_programme
            or self.ends_on is not None
            or self.handover is not Handover.NONE
            or self.report
            or self.seat
        )

    @property
    def returns(self) -> bool:
        """Whether the programme had left the portfolio and comes back."""
        return any(decision.code is DecisionCode.PROGRAMME_RETURNED for decision in self.decisions)

    @property
    def known_since(self) -> date:
        """Since when what is to be changed is as it is now; a change cannot be dated earlier."""
        if self.standing is None:
            return SINCE_ALWAYS
        latest, since = self.standing.latest, [SINCE_ALWAYS]
        if self.handover is not Handover.NONE:
            # The seats of the lead end, and its milestones pass to the next.
            since += [latest.lead, latest.seats, latest.end, latest.programme]
        if self.changes_programme or self.report or self.ends_on is not None:
            since += [latest.programme, latest.reported]
        if self.ends_on is not None:
            since.append(latest.end)
        if self.seat:
            since.append(latest.seats)
        return max(since)

    @property
    def differences(self) -> str:
        """What is to be changed, in words."""
        named = {
            "status": self.status is not None,
            "title": "title" in self.fields,
            "category": "category" in self.fields,
            "start": "starts_on" in self.fields,
            "cost": "whole_life_cost" in self.fields,
            "planned end": self.ends_on is not None,
            "lead": self.handover is not Handover.NONE,
            "rating": self.report,
            "sponsor's seat": self.seat,
        }
        return ", ".join(name for name, differs in named.items() if differs)

    def decide(self, code: DecisionCode, message: str) -> None:
        """Note what the row does not say and import decides."""
        self.decisions.append(Decision(code, message, self.row.reported_on, self.row.number, self.row.ref))


def plan(
    row: PortfolioRow, standing: Standing | None, directory: Directory, splits: Splits, seat: UUID | None
) -> Plan:
    """What is to be done so that, on the report's date, all is as the row says.

    `standing` is the programme as known on that date, `seat` the placeholder of the row's lead if there is one.
    """
    planned = Plan(row, standing, directory[row.lead])
    if standing is None or standing.basics is None:
        planned.report = planned.seat = True
        planned.ends_on = row.ends_on
    else:
        _plan_status(planned, standing.basics)
        _plan_fields(planned, standing.basics)
        _plan_dates(planned, standing, standing.basics)
        _plan_lead(planned, standing, directory, splits)
        planned.report = (
            not standing.is_reported or standing.delivery_confidence is not row.delivery_confidence
        )
        planned.seat = planned.handover is not Handover.NONE or not _is_seated(standing, seat)
        if planned.changes and standing.is_reported:
            planned.decide(
                DecisionCode.ROW_CORRECTED,
                f"{row.title} was reported on already, with another {planned.differences}; now it is as here.",
            )
    if planned.changes:
        _point_out(planned)
    return planned


def _plan_status(planned: Plan, basics: Basics) -> None:
    if basics.status is ProgrammeStatus.CLOSED:
        planned.status = ProgrammeStatus.ACTIVE
        planned.decide(
            DecisionCode.PROGRAMME_RETURNED, f"{planned.row.title} was closed and is active again."
        )
    elif basics.status is ProgrammeStatus.PROPOSED:
        planned.status = ProgrammeStatus.ACTIVE
        planned.decide(DecisionCode.PROGRAMME_BEGUN, f"{planned.row.title} was proposed and is active now.")


def _plan_fields(planned: Plan, basics: Basics) -> None:
    row = planned.row
    if row.title != basics.title:
        planned.fields["title"] = row.title
        planned.decide(
            DecisionCode.PROGRAMME_RENAMED,
            f"\u201c{basics.title}\u201d is called \u201c{row.title}\u201d now.",
        )
    if row.category is not None and row.category != basics.category:
        planned.fields["category"] = row.category
    if row.whole_life_cost is not None and row.whole_life_cost != basics.whole_life_cost:
        planned.fields["whole_life_cost"] = row.whole_life_cost


def _plan_dates(planned: Plan, standing: Standing, basics: Basics) -> None:
    """Start and end. Where one of them contradicts what an earlier report said of the other, the end counts."""
    row, end = planned.row, standing.end
    known_end = end.forecast_on if end else None
    if row.ends_on is not None and row.ends_on != known_end:
        if end is not None and end.achieved_on is not None:
            planned.decide(
                DecisionCode.END_ALREADY_ACHIEVED,
                f"{row.title} reached its planned end on {in_words(end.achieved_on)}; that was kept.",
            )
        else:
            planned.ends_on = row.ends_on
    ends_on = planned.ends_on or known_end
    starts_on = row.starts_on or basics.starts_on
    if starts_on is not None and ends_on is not None and starts_on > ends_on:
        starts_on = _start_without_contradiction(planned, basics, starts_on, ends_on)
    if starts_on != basics.starts_on:
        planned.fields["starts_on"] = starts_on


def _start_without_contradiction(
    planned: Plan, basics: Basics, starts_on: date, ends_on: date
) -> date | None:
    title = planned.row.title
    contradiction = f"{title} would start on {in_words(starts_on)} and end on {in_words(ends_on)}"
    if basics.starts_on is None or basics.starts_on <= ends_on:
        planned.decide(
            DecisionCode.START_AFTER_END, f"{contradiction}: the start that was known before was kept."
        )
        return basics.starts_on
    planned.decide(DecisionCode.START_AFTER_END, f"{contradiction}: its start is not known any more.")
    return None


def _plan_lead(planned: Plan, standing: Standing, directory: Directory, splits: Splits) -> None:
    before, row = standing.lead, planned.row
    if before is not None and before.organisation_id == planned.lead.id:
        return
    planned.handover = Handover.CHANGED
    title, code = row.title, planned.lead.code
    was = directory.code_of(before.organisation_id) if before else "nobody"
    split = splits.get(before.organisation_id) if before else None
    # One that began on this very date is replaced whole: it never led.
    if (
        before
        and split
        and split[0] <= row.reported_on
        and planned.lead.id in split[1]
        and before.starts_on < row.reported_on
    ):
        planned.handover = Handover.ASSIGNED
        planned.decide(DecisionCode.LEAD_ASSIGNED, f"{was} was split; {code} goes on with {title}.")
    else:
        planned.decide(DecisionCode.LEAD_CHANGED, f"{code} leads {title} in place of {was}.")


def _is_seated(standing: Standing, placeholder_id: UUID | None) -> bool:
    """Whether somebody who was named has a seat of the lead, or else the placeholder of that very organisation."""
    return any(not seat.awaits_name or seat.person_id == placeholder_id for seat in standing.seats)


def _point_out(planned: Plan) -> None:
    row, lead = planned.row, planned.lead
    if lead.closed_on is not None and lead.is_closed(row.reported_on):
        message = f"{lead.code} had closed on {in_words(lead.closed_on)}; it leads {row.title} as reported."
        planned.decide(DecisionCode.LEAD_CLOSED, message)
    if lead.opened_on is not None and lead.is_to_open(row.reported_on):
        message = f"{lead.code} opened only on {in_words(lead.opened_on)}; it leads {row.title} as reported."
        planned.decide(DecisionCode.LEAD_NOT_OPEN_YET, message)
    cost = row.whole_life_cost
    if cost is not None and (planned.standing is None or "whole_life_cost" in planned.fields):
        if cost < 0:
            planned.decide(
                DecisionCode.COST_BELOW_ZERO, f"{row.title} costs {cost:,} million pounds, as reported."
            )
        elif cost >= IMPLAUSIBLE_COST:
            message = (
                f"{row.title} costs {cost:,} million pounds, as reported. Check it: it can hardly be true."
            )
            planned.decide(DecisionCode.COST_IMPLAUSIBLE, message)
