"""What is behind the fields of sessions, said a second time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from domain import models
from tests.graph.reads.world import Sight

Rule = Callable[[Sight, Any], Any]
Holds = Callable[[Sight, Any, Any], bool]


def _value(name: str) -> Rule:
    return lambda _sight, row: getattr(row, name)


def _of(name: str) -> Holds:
    return lambda _sight, row, other: getattr(other, name) == row.id


def _agenda_minutes(sight: Sight, session: Any) -> int:
    return sum(item.minutes for item in sight.rows(models.AgendaItem) if item.session_id == session.id)


def _cohorts(sight: Sight, session_id: UUID) -> set[UUID]:
    return {part.cohort_id for part in sight.rows(models.SessionCohort) if part.session_id == session_id}


def _facilitators(sight: Sight, session: Any) -> set[UUID]:
    return {part.person_id for part in sight.rows(models.SessionFacilitator) if part.session_id == session.id}


def _expected(sight: Sight, session: Any) -> set[UUID]:
    cohorts, day = _cohorts(sight, session.id), session.held_on
    members = {
        member.person_id
        for member in sight.rows(models.CohortMember)
        if member.cohort_id in cohorts
        and member.starts_on <= day
        and ((until := sight.until(member)) is None or until > day)
    }
    return members | _facilitators(sight, session)


def _opens_with(sight: Sight, session: Any, action: Any) -> bool:
    earlier = [
        other.id
        for other in sight.rows(models.Session)
        if other.starts_at < session.starts_at and _cohorts(sight, other.id) & _cohorts(sight, session.id)
    ]
    return action.session_id in earlier and (action.closed_on is None or action.closed_on >= session.held_on)


def _share(name: str) -> Rule:
    def share(_sight: Sight, plan: Any) -> Decimal | None:
        if plan.possible_pairs == 0:
            return None
        found: Decimal = Decimal(getattr(plan, name)) / plan.possible_pairs
        return found.quantize(Decimal("0.0001"), ROUND_HALF_UP)

    return share


def counted(sight: Sight, session: Any) -> list[dict[str, Any]]:
    """How many were there and how, by the organisation that they counted for."""
    found = Counter(
        (sight.counts_for(each), each.status, each.mode)
        for each in sight.rows(models.Attendance)
        if each.session_id == session.id
    )

    def place(item: tuple[tuple[Any, Any, Any], int]) -> tuple[Any, ...]:
        (organisation, status, mode), people = item
        return -people, organisation is None, str(organisation), status.name, mode is None, mode and mode.name

    return [
        {"organisation": organisation, "status": status, "mode": mode, "people": people}
        for (organisation, status, mode), people in sorted(found.items(), key=place)
    ]


COMPUTED: dict[tuple[str, str], Rule] = {
    ("Session", "isCancelled"): lambda _sight, row: row.cancelled_on is not None,
    ("Session", "agendaMinutes"): _agenda_minutes,
    ("Session", "minutesLeft"): lambda sight, row: row.minutes - _agenda_minutes(sight, row),
    ("TablePlan", "metShare"): _share("met_pairs"),
    ("TablePlan", "randomMetShare"): _share("random_met_pairs"),
    ("Proposal", "voteCount"): lambda sight, row: sum(
        vote.proposal_id == row.id for vote in sight.rows(models.ProposalVote)
    ),
    ("Action", "isOverdue"): lambda sight, row: row.closed_on is None and row.due_on < sight.on,
}

ONE: dict[tuple[str, str], tuple[str, Rule]] = {
    ("Session", "series"): ("SessionSeries", _value("series_id")),
    ("Session", "tablePlan"): (
        "TablePlan",
        lambda sight, row: next(
            (plan.id for plan in sight.rows(models.TablePlan) if plan.session_id == row.id), None
        ),
    ),
    ("AgendaItem", "method"): ("Method", _value("method_id")),
    ("Attendance", "organisation"): ("Organisation", lambda sight, row: sight.counts_for(row)),
    ("AttendanceCount", "organisation"): ("Organisation", lambda _sight, row: row["organisation"]),
    ("Proposal", "became"): ("AgendaItem", _value("agenda_item_id")),
    ("ProposalVote", "proposal"): ("Proposal", _value("proposal_id")),
    ("Decision", "item"): ("AgendaItem", _value("agenda_item_id")),
    ("Action", "item"): ("AgendaItem", _value("agenda_item_id")),
    ("Action", "owner"): ("Person", _value("owner_id")),
}
for _kind in ("SessionSeries", "Session", "AgendaItem", "Attendance", "Proposal", "Decision", "Action"):
    ONE[_kind, "programme"] = ("Programme", _value("programme_id"))
for _kind in (
    "AgendaItem", "Attendance", "TablePlan", "TableSeat", "Proposal", "Decision", "Action", "Feedback",
):  # fmt: skip
    ONE[_kind, "session"] = ("Session", _value("session_id"))
for _kind in ("Attendance", "TableSeat", "Proposal", "ProposalVote", "Feedback"):
    ONE[_kind, "person"] = ("Person", _value("person_id"))

MANY: dict[tuple[str, str], tuple[str, Holds | None, str]] = {
    ("Query", "sessionSeries"): ("SessionSeries", None, "title"),
    ("Query", "sessions"): ("Session", None, "startsAt"),
    ("Query", "methods"): ("Method", None, "name"),
    ("Query", "actions"): ("Action", None, "dueOn"),
    ("Programme", "sessions"): ("Session", _of("programme_id"), "startsAt"),
    ("Programme", "decisions"): ("Decision", _of("programme_id"), ""),
    ("Programme", "actions"): ("Action", _of("programme_id"), "dueOn"),
    ("Person", "attendances"): ("Attendance", _of("person_id"), ""),
    ("Person", "actions"): ("Action", _of("owner_id"), "dueOn"),
    ("SessionSeries", "sessions"): ("Session", _of("series_id"), "startsAt"),
    ("Session", "cohorts"): (
        "Cohort",
        lambda sight, row, other: other.id in _cohorts(sight, row.id),
        "name",
    ),
    ("Session", "facilitators"): (
        "Person",
        lambda sight, row, other: other.id in _facilitators(sight, row),
        "name",
    ),
    ("Session", "expected"): ("Person", lambda sight, row, other: other.id in _expected(sight, row), "name"),
    ("Session", "openingActions"): ("Action", _opens_with, "dueOn"),
    ("Session", "agenda"): ("AgendaItem", _of("session_id"), "position"),
    ("Session", "proposals"): ("Proposal", _of("session_id"), ""),
    ("Session", "decisions"): ("Decision", _of("session_id"), ""),
    ("Session", "actions"): ("Action", _of("session_id"), "dueOn"),
    ("Session", "feedback"): ("Feedback", _of("session_id"), ""),
    ("Session", "attendances"): ("Attendance", _of("session_id"), ""),
    ("TablePlan", "seats"): ("TableSeat", _of("plan_id"), "roundNumber tableNumber"),
    ("Proposal", "votes"): ("ProposalVote", _of("proposal_id"), ""),
}
