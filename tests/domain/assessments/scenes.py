"""Small instruments, and teams who answered them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from domain.assessments.cells import Cell, Participant, Respondent
from domain.assessments.disclosure import Disclosure
from domain.assessments.instrument import Band, Dimension, Instrument, Item, Scale, Scoring
from domain.assessments.overlap import Release, release_of
from domain.assessments.questions import Questions, questions_of
from domain.assessments.results import publish

FIVE = Scale(1, 5, {1: "No", 5: "Yes"})
THREE = Scale(1, 3, {1: "Rarely", 2: "Sometimes", 3: "Usually"})


def instrument(
    dimensions: Mapping[str, Sequence[str]],
    *,
    scale: Scale = FIVE,
    scoring: Scoring = Scoring.MEAN,
    bands: tuple[Band, ...] = (),
    total: bool = False,
    comments: bool = False,
    reverse: Sequence[str] = (),
) -> Instrument:
    """An instrument with the dimensions given, each with its items."""
    return Instrument(
        key="scene",
        version=1,
        title="A scene",
        licence="CC BY 4.0",
        author="The Tandem developers",
        language="en-GB",
        scale=scale,
        scoring=scoring,
        favourable_from=scale.maximum - 1 if scoring is Scoring.PERCENT_FAVOURABLE else None,
        dimensions=tuple(Dimension(key, key.title(), bands=bands) for key in dimensions),
        items=tuple(
            Item(item, f"About {item}.", dimension, "Us", "CC BY 4.0", reverse=item in reverse)
            for dimension, items in dimensions.items()
            for item in items
        ),
        total=Dimension("total", "All", bands=bands) if total else None,
        comments=comments,
    )


ONE = instrument({"trust": ["open"]})
"""One dimension of one item, on five points."""
TWO = instrument({"trust": ["open", "kind"]})
"""One dimension of two items, on five points."""


ANEW = "anew-"
"""What stands before the key of an item that is asked under another key."""


def anew(asked: Instrument, *, words: Callable[[str], str] = lambda text: f" {text.upper()}!") -> Instrument:
    """The same questionnaire under other keys, written otherwise."""
    items = tuple(replace(i, key=f"{ANEW}{i.key}", text=words(i.text)) for i in asked.items)
    return replace(asked, key="anew", items=items)


def team(
    answers: Sequence[int | None], item: str = "open", *, prefix: str = "p", **groups: Sequence[str | None]
) -> list[Respondent]:
    """People who answered one item, with their groups by grouping; None is no answer, or no group."""
    return [
        Respondent(
            f"{prefix}{number}",
            {name: group for name, those in groups.items() if (group := those[number]) is not None},
            {item: answer},
        )
        for number, answer in enumerate(answers)
    ]


def answering(rows: Sequence[Mapping[str, int | None]], **groups: Sequence[str]) -> list[Respondent]:
    """People with an answer to each item, with their groups by grouping."""
    return [
        Respondent(f"p{number}", {name: those[number] for name, those in groups.items()}, row)
        for number, row in enumerate(rows)
    ]


def release(
    instrument: Instrument,
    decision: Disclosure,
    respondents: Sequence[Respondent],
    *,
    participants: Sequence[Participant] | None = None,
    questions: Questions | None = None,
) -> Release:
    """What is known of a round that was published: who took part, and the n of its results."""
    known = respondents if participants is None else participants
    counted: dict[str, dict[Cell, int]] = {}
    results = publish(instrument, decision, respondents).results
    for result in sorted(results, key=lambda each: each.key in instrument.by_key):
        for item in _items_of(instrument, result.key):
            counted.setdefault(item, {})[result.cell] = result.n
    cells = {
        cell: frozenset(person.key for person in known if cell.has(person)) for cell in decision.participants
    }
    return release_of(decision.plan.k, cells, counted, questions or questions_of([instrument])[0])


def _items_of(instrument: Instrument, key: str) -> list[str]:
    return [key] if key in instrument.by_key else [item.key for item in instrument.items_of(key)]
