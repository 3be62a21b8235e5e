"""Rounds that overlap: nothing that all of them published together is about fewer than k people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from domain.assessments import disclosure, overlap, questions
from domain.assessments.cells import Plan, Respondent
from domain.assessments.disclosure import decide
from domain.assessments.lattice import isolates
from domain.assessments.overlap import Source, System
from tests.domain.assessments.attacker import Asked, campaign, isolated
from tests.domain.assessments.scenes import ANEW, TWO, anew, instrument

K = 5
EVERYBODY = Plan.of({}, K)


def people(numbers: Sequence[int], *, skipping: Sequence[int] = (), sides: bool = False) -> list[Respondent]:
    """People by number, of whom some leave the second item out; odd numbers are of the staff."""
    return [
        Respondent(
            number,
            {"side": "Staff" if number % 2 else "Management"} if sides else {},
            {"open": 2 + number % 3, "kind": None if number in skipping else 2 + number % 2},
        )
        for number in numbers
    ]


def under_new_keys(those: Sequence[Respondent]) -> list[Respondent]:
    return [replace(r, answers={f"{ANEW}{key}": answer for key, answer in r.answers.items()}) for r in those]


CHAIN = [
    Asked(TWO, EVERYBODY, people(range(5))),
    Asked(TWO, EVERYBODY, people(range(12))),
    Asked(TWO, EVERYBODY, people(range(5, 11))),
]
"""A sub-team of five, the department of twelve, another sub-team of six: the third shares nobody with the first."""
SKIPPED = [
    Asked(TWO, EVERYBODY, people(range(7))),
    Asked(TWO, EVERYBODY, people(range(7), skipping=[3])),
]
"""The same seven people twice, one of whom leaves an item out the second time."""
RENAMED = [
    Asked(TWO, EVERYBODY, people(range(7))),
    Asked(
        anew(instrument({"trust": ["open"], "more": ["kind", "calm"]})),
        EVERYBODY,
        under_new_keys(people(range(8))),
    ),
]
"""The same questions under other keys, among more, asked of one person more."""
REWORDED = [
    Asked(TWO, EVERYBODY, people(range(7))),
    Asked(
        anew(TWO, words=lambda text: f"Would you say: {text}"), EVERYBODY, under_new_keys(people(range(8)))
    ),
]
"""A questionnaire of the same shape, each item of which says the same in other words."""

Switch = tuple[ModuleType, str, Callable[..., Any]]


def _only_with_the_same_people(new: Source, old: Sequence[Source], k: int) -> System:
    return System(new, [each for each in old if any(a & b for a in each.cells for b in new.cells)], k)


def _nobody_absent(*given: Any, absent: object, **rest: Any) -> bool:
    return isolates(*given, **rest)


RULES: dict[str, tuple[list[Asked], list[Switch]]] = {
    "what is connected over other rounds counts": (CHAIN, [(overlap, "System", _only_with_the_same_people)]),
    "whoever may have skipped an item is taken for the worst": (
        SKIPPED,
        [(overlap, "isolates", _nobody_absent)],
    ),
    "what was asked decides": (RENAMED, [(questions, "wording", lambda text: text)]),
    "instruments of one shape ask the same": (REWORDED, [(questions, "have_one_shape", lambda *_: False)]),
}


def wins(rounds: Sequence[Asked]) -> bool:
    """Whether the attacker singles somebody out in what some connected rounds published."""
    return any(isolated(sums, K) is not None for sums in campaign(rounds, decide))


@pytest.mark.parametrize("rule", RULES)
def test_without_the_rule_the_attacker_wins(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds, switches = RULES[rule]
    assert not wins(rounds)
    # Number by number of people all rounds are decided alike, so only what is said of items is looked at.
    monkeypatch.setattr(disclosure._Others, "accept_participants", lambda _: lambda _: True)
    assert not wins(rounds)
    for module, name, gone in switches:
        monkeypatch.setattr(module, name, gone)
    assert wins(rounds)
