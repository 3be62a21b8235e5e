"""The figures of a summary: for each, the rule that gives it and the sources that the rule needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.summaries import changes
from domain.summaries.reading import Reading

# Names of what is asked at the start and at the end of the period.
PROGRAMMES = ("programmesAtStart", "programmesAtEnd")
MILESTONES = (*PROGRAMMES, "milestonesAtStart", "milestonesAtEnd")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the headline. `rule` says in words what `value` works out from the sources named."""

    key: str
    label: str
    rule: str
    sources: tuple[str, ...]
    value: Callable[[Reading], int]


def _ratings(reading: Reading) -> Iterator[int | None]:
    return (changes.steps_worse(before, after) for before, after in changes.stayed(reading))


def _improved(reading: Reading) -> int:
    return sum(steps is not None and steps < 0 for steps in _ratings(reading))


def _worsened(reading: Reading) -> int:
    return sum(steps is not None and steps > 0 for steps in _ratings(reading))


def _unchanged(reading: Reading) -> int:
    return sum(steps == 0 for steps in _ratings(reading))


def _not_comparable(reading: Reading) -> int:
    return sum(steps is None for steps in _ratings(reading))


def _slipped(reading: Reading) -> int:
    return sum(slip.days > 0 for slip in changes.slips(reading))


def _days_slipped(reading: Reading) -> int:
    return sum(slip.days for slip in changes.slips(reading) if slip.days > 0)


def _brought_forward(reading: Reading) -> int:
    return sum(slip.days < 0 for slip in changes.slips(reading))


def _days_brought_forward(reading: Reading) -> int:
    return sum(-slip.days for slip in changes.slips(reading) if slip.days < 0)


FIGURES = (
    Figure(
        "programmes",
        "programmes",
        "Count of the programmes at the end.",
        ("programmesAtEnd",),
        lambda reading: len(reading.after.programmes),
    ),
    Figure(
        "joined",
        "joined",
        "Count of the programmes at the end that are not among those at the start.",
        PROGRAMMES,
        lambda reading: len(changes.joined(reading)),
    ),
    Figure(
        "left",
        "left",
        "Count of the programmes at the start that are not among those at the end.",
        PROGRAMMES,
        lambda reading: len(changes.left(reading)),
    ),
    Figure(
        "ratingImproved",
        "ratings improved",
        "Of the programmes at both, count of those whose delivery confidence is nearer to GREEN at the end.",
        PROGRAMMES,
        _improved,
    ),
    Figure(
        "ratingWorsened",
        "ratings worsened",
        "Of the programmes at both, count of those whose delivery confidence is nearer to RED at the end.",
        PROGRAMMES,
        _worsened,
    ),
    Figure(
        "ratingUnchanged",
        "ratings unchanged",
        "Of the programmes at both, count of those with the same delivery confidence from GREEN to RED.",
        PROGRAMMES,
        _unchanged,
    ),
    Figure(
        "ratingNotComparable",
        "ratings not comparable",
        "Of the programmes at both, count of those with RESET, EXEMPT or no rating at either end.",
        PROGRAMMES,
        _not_comparable,
    ),
    Figure(
        "milestonesSlipped",
        "milestones slipped",
        "Of the milestones at both, in programmes at both, not cancelled: count of those forecast later.",
        MILESTONES,
        _slipped,
    ),
    Figure(
        "daysSlipped",
        "days slipped",
        "Sum of the days by which those milestones are forecast later.",
        MILESTONES,
        _days_slipped,
    ),
    Figure(
        "milestonesBroughtForward",
        "milestones brought forward",
        "Of the milestones at both, in programmes at both, not cancelled: count of those forecast earlier.",
        MILESTONES,
        _brought_forward,
    ),
    Figure(
        "daysBroughtForward",
        "days brought forward",
        "Sum of the days by which those milestones are forecast earlier.",
        MILESTONES,
        _days_brought_forward,
    ),
    Figure(
        "milestonesAchieved",
        "milestones achieved",
        "Of the milestones at the end, in programmes at both, count of those achieved after the start.",
        (*PROGRAMMES, "milestonesAtEnd"),
        lambda reading: sum(1 for _ in changes.achieved(reading)),
    ),
    Figure(
        "milestonesOverdue",
        "milestones overdue",
        "Of the milestones at the end, count of those forecast before it and neither achieved nor cancelled.",
        ("milestonesAtEnd",),
        lambda reading: sum(1 for _ in changes.overdue(reading)),
    ),
)


def headline(reading: Reading) -> dict[str, int]:
    """Every figure by its key, in the order in which they are read."""
    return {figure.key: figure.value(reading) for figure in FIGURES}
