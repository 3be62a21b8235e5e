"""The lists of a summary, each in the order in which a sponsor should look at it.

An item is plain data as the content keeps it: keys in camelCase, dates as ISO text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.assessments.cells import DEFAULT_K
from domain.milestones.models import Criticality, ReasonCode
from domain.programmes.models import DeliveryConfidence
from domain.summaries import changes
from domain.summaries.assessments import assessments
from domain.summaries.changes import Slip
from domain.summaries.coverage import coverage
from domain.summaries.headline import MILESTONES, PROGRAMMES
from domain.summaries.participation import participation
from domain.summaries.reading import Milestone, Move, Programme, Reading, Standing

Item = dict[str, Any]
_URGENCY = {criticality: place for place, criticality in enumerate(reversed(Criticality))}


@dataclass(frozen=True, slots=True)
class Section:
    """A list of the summary. `rule` says in words what `items` works out from the sources named.

    One that is `on_occasion` is left out where it has no items: not every programme meets, asks or assesses.
    """

    key: str
    rule: str
    sources: tuple[str, ...]
    items: Callable[[Reading], list[Item]]
    on_occasion: bool = False


def worse(reading: Reading) -> list[Item]:
    """What got worse and why: the reddest new rating first, then the most critical and the longest slip."""
    late: dict[str, list[Slip]] = {}
    for slip in changes.slips(reading):
        if slip.days > 0:
            late.setdefault(slip.milestone.programme.id, []).append(slip)
    worsened = [
        (before, after, steps if (steps := changes.steps_worse(before, after) or 0) > 0 else 0)
        for before, after in changes.stayed(reading)
    ]
    pairs = [
        (_gravity(after, steps, late.get(after.id, [])), before, after, steps)
        for before, after, steps in worsened
        if steps or after.id in late
    ]
    return [
        _worse_item(reading, before, after, steps, late.get(after.id, []))
        for _, before, after, steps in sorted(pairs, key=lambda pair: pair[0])
    ]


def overdue(reading: Reading) -> list[Item]:
    """What is overdue: the most critical first, then the longest overdue."""
    return [
        _milestone_item(milestone) | {"daysOverdue": (reading.period.ends - milestone.forecast_on).days}
        for milestone in sorted(changes.overdue(reading), key=_most_urgent_first)
    ]


def achieved(reading: Reading) -> list[Item]:
    """What was achieved: the most critical first, then the earliest; `daysLate` counts from the baseline."""
    items = []
    for milestone in sorted(changes.achieved(reading), key=_most_urgent_first):
        assert milestone.achieved_on is not None
        baseline = milestone.forecast_on.toordinal() - milestone.slip_days
        items.append(
            _milestone_item(milestone)
            | {
                "achievedOn": milestone.achieved_on.isoformat(),
                "daysLate": milestone.achieved_on.toordinal() - baseline,
            }
        )
    return items


def joined_and_left(reading: Reading) -> list[Item]:
    """What joined, with its rating, and what left; each with what it was at the other end of the period."""
    came = [
        _change_item("JOINED", programme, reading.standing_before.get(programme.id))
        for programme in sorted(changes.joined(reading), key=_worst_rated_first)
    ]
    went = [
        _change_item("LEFT", programme, reading.standing_after.get(programme.id))
        for programme in sorted(changes.left(reading), key=_worst_rated_first)
    ]
    return came + went


def due_next(reading: Reading) -> list[Item]:
    """What is due by the end of the next period of the same length: the earliest first."""
    return [
        _milestone_item(milestone)
        for milestone in sorted(
            changes.due_next(reading),
            key=lambda milestone: (milestone.forecast_on, *_most_urgent_first(milestone)),
        )
    ]


def silent(reading: Reading) -> list[Item]:
    """Which programmes were silent: those never heard of first, then the longest silence."""
    return [
        _programme_item(programme) | {"heardOn": _text(programme.heard_on)}
        for programme in sorted(
            changes.silent(reading), key=lambda programme: (programme.heard_on or date.min, programme.ref)
        )
    ]


def standing(reading: Reading) -> list[Item]:
    """Where each programme stands at the end, and what its rating was at the start: the worst rated first."""
    before = reading.before.programmes
    return [
        _programme_item(programme)
        | {
            "rating": {
                "from": was.delivery_confidence if (was := before.get(programme.id)) else None,
                "to": programme.delivery_confidence,
            },
            "health": programme.health,
            "contradiction": programme.contradiction,
            "endsOn": _text(programme.ends_on),
        }
        for programme in sorted(reading.after.programmes.values(), key=_worst_rated_first)
    ]


SECTIONS = (
    Section(
        "worse",
        "The programmes at both whose delivery confidence is nearer to RED at the end, or that have "
        "milestones at both, not cancelled, forecast later; with the latest status report and the ledger of "
        "the period.",
        (*MILESTONES, "moves"),
        worse,
    ),
    Section(
        "overdue",
        "The milestones at the end that are forecast before it and neither achieved nor cancelled.",
        ("milestonesAtEnd",),
        overdue,
    ),
    Section(
        "achieved",
        "The milestones at the end, in programmes at both, that were achieved after the start.",
        (*PROGRAMMES, "milestonesAtEnd"),
        achieved,
    ),
    Section(
        "joinedAndLeft",
        "The programmes at one end that are not among those at the other, and their status there.",
        (*PROGRAMMES, "standingAtStart", "standingAtEnd"),
        joined_and_left,
    ),
    Section(
        "dueNext",
        "The milestones at the end, neither achieved nor cancelled, that are forecast from the end of this "
        "period to the end of the next.",
        ("milestonesAtEnd",),
        due_next,
    ),
    Section(
        "silent",
        "The programmes at the end that were last heard of more than 30 days before it, or never.",
        ("programmesAtEnd",),
        silent,
    ),
    Section(
        "standing",
        "The programmes at the end, with their delivery confidence at both.",
        PROGRAMMES,
        standing,
    ),
    Section(
        "participation",
        "The sessions held after the start and up to the end, not cancelled, of programmes that are active at the "
        "end: sums of how many were there and how, by the organisation that each person counted for. A share is of "
        "those of whom it was noted; it is compared with as long a time before the start, where anything was noted.",
        ("sessions", "sessionsBefore"),
        participation,
        on_occasion=True,
    ),
    Section(
        "assessments",
        "The rounds published after the start and up to the end: what they published about everybody, and the change "
        "since the latest earlier round of the same instrument in the same version. What is withheld is null.",
        ("rounds",),
        assessments,
        on_occasion=True,
    ),
    Section(
        "strengths",
        "The programmes with teams in which somebody has a profile: how many are in a team at both, have a profile, "
        "and show it to the programme; the share of each cluster in what is shown, where at least "
        f"{DEFAULT_K} people have a strength of one; and the five highest counts of whole teams that were "
        "told after the start.",
        ("strengthsAtStart", "strengthsAtEnd"),
        coverage,
        on_occasion=True,
    ),
)


def _gravity(after: Programme, steps: int, late: list[Slip]) -> tuple[int, int, int, int, str]:
    """Sorts what a sponsor should see first to the front."""
    redness = changes.grade(after.delivery_confidence) if steps else None
    urgency = min((_URGENCY[slip.milestone.criticality] for slip in late), default=len(_URGENCY))
    return (
        -1 if redness is None else -2 - redness,
        -steps,
        urgency,
        -sum(slip.days for slip in late),
        after.ref,
    )


def _worse_item(reading: Reading, before: Programme, after: Programme, steps: int, late: list[Slip]) -> Item:
    judgement = next(
        (report for report in after.status_reports.nodes if reading.period.covers(report.reported_on)), None
    )
    return _programme_item(after) | {
        "rating": {"from": before.delivery_confidence, "to": after.delivery_confidence, "steps": steps},
        "reason": judgement.reason if judgement else None,
        "reportedOn": _text(judgement.reported_on) if judgement else None,
        "contradiction": after.contradiction,
        "daysSlipped": sum(slip.days for slip in late),
        "milestones": [
            _slip_item(reading, slip)
            for slip in sorted(
                late, key=lambda slip: (_URGENCY[slip.milestone.criticality], -slip.days, slip.milestone.id)
            )
        ],
    }


def _slip_item(reading: Reading, slip: Slip) -> Item:
    moves = [
        _move_item(move)
        for move in reading.ledgers.get(slip.milestone.id, [])
        if reading.period.covers(move.changed_on) and move.reason is not ReasonCode.REBASELINED
    ]
    return {
        "id": slip.milestone.id,
        "title": slip.milestone.title,
        "criticality": slip.milestone.criticality,
        "from": slip.before.forecast_on.isoformat(),
        "to": slip.milestone.forecast_on.isoformat(),
        "days": slip.days,
        "moves": moves,
    }


def _move_item(move: Move) -> Item:
    return {
        "changedOn": move.changed_on.isoformat(),
        "from": move.from_on.isoformat(),
        "to": move.to_on.isoformat(),
        "days": move.days,
        "reason": move.reason,
        "note": move.note,
    }


def _programme_item(programme: Programme | Standing) -> Item:
    lead = programme.lead
    return {
        "programme": {
            "id": programme.id,
            "ref": programme.ref,
            "title": programme.title,
            "lead": {"code": lead.code, "name": lead.name} if lead else None,
        }
    }


def _change_item(change: str, programme: Programme, elsewhere: Standing | None) -> Item:
    return _programme_item(programme) | {
        "change": change,
        "rating": programme.delivery_confidence,
        "statusElsewhere": elsewhere.status if elsewhere else None,
    }


def _milestone_item(milestone: Milestone) -> Item:
    programme = milestone.programme
    return {
        "id": milestone.id,
        "title": milestone.title,
        "criticality": milestone.criticality,
        "forecastOn": milestone.forecast_on.isoformat(),
        "slipDays": milestone.slip_days,
        "programme": {"id": programme.id, "ref": programme.ref, "title": programme.title},
    }


def _most_urgent_first(milestone: Milestone) -> tuple[int, date, str, str]:
    return (
        _URGENCY[milestone.criticality],
        milestone.achieved_on or milestone.forecast_on,
        milestone.programme.ref,
        milestone.id,
    )


def _worst_rated_first(programme: Programme) -> tuple[int, str]:
    place = changes.grade(programme.delivery_confidence)
    # RESET says more to a sponsor than that no grade was needed or given.
    ungraded = 1 if programme.delivery_confidence is DeliveryConfidence.RESET else 2
    return (ungraded if place is None else -place, programme.ref)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
