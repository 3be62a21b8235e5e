"""Generated teams, groupings and waves, attacked. TANDEM_TEST_CASES tries more of them."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessments.cells import Plan, Respondent
from domain.assessments.disclosure import decide
from domain.assessments.instrument import Instrument, Scale
from domain.assessments.results import publish
from tests.domain.assessments.attacker import Asked, campaign, certain, isolated
from tests.domain.assessments.scenes import THREE, anew, instrument
from tests.generated import EVERY_CHECK

CASES = int(os.environ.get("TANDEM_TEST_CASES", "500"))
many = settings(max_examples=CASES, deadline=None, suppress_health_check=EVERY_CHECK)

Waves = tuple[Instrument, list[tuple[Plan, list[Respondent]]]]
"""Rounds that overlap."""
Tiny = tuple[Instrument, Plan, list[Respondent]]
"""A round of which all that could have been answered can be tried."""

GROUPS = {
    "organisation": ["North", "South", "West"],
    "side": ["Staff", "Management"],
    "site": ["A", "B", "C", "D"],
}
INSTRUMENTS = [
    instrument({"trust": ["open", "kind"], "results": ["done"]}, scale=THREE),
    instrument({"trust": ["open"], "results": ["done", "kind"]}, scale=THREE, total=True),
]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    chosen = draw(st.lists(st.sampled_from(sorted(GROUPS)), unique=True, max_size=3))
    return Plan.of({name: GROUPS[name] for name in chosen}, draw(st.integers(3, 6)))


@st.composite
def people(
    draw: st.DrawFn, asked: Instrument, plan: Plan, *, least: int = 0, most: int = 18
) -> list[Respondent]:
    """Keys stand for people: the same key in another wave is the same person, whose answers are the same unknowns."""
    keys = sorted(draw(st.sets(st.integers(0, most - 1), min_size=least, max_size=most)))
    sizes = draw(st.sampled_from([[1, 1, 1, 1], [6, 3, 1, 1]]))
    # How often somebody skips an item, and how far a group is of one mind, decides what there is to guard.
    skips, agrees = draw(st.sampled_from([0, 0.05, 0.3])), draw(st.sampled_from([0.2, 0.6, 0.95]))
    seed = draw(st.integers(0, 2**16))
    return [
        _person(key, random.Random(f"{seed} {key}"), asked, _groups(seed, key, plan, sizes), (skips, agrees))
        for key in keys
    ]


def _groups(seed: int, key: int, plan: Plan, sizes: Sequence[int]) -> dict[str, str]:
    chance = random.Random(f"{key} {seed} groups")
    names = sorted({cell.grouping for cell in plan.cells if cell.grouping})
    chosen = {name: chance.choices(GROUPS[name], sizes[: len(GROUPS[name])])[0] for name in names}
    return {name: group for name, group in chosen.items() if chance.random() < 0.9}


def _person(
    key: int, chance: random.Random, asked: Instrument, groups: dict[str, str], habits: tuple[float, float]
) -> Respondent:
    skips, agrees = habits
    # What those agree on who share a group.
    common = random.Random(next(iter(groups.values()), "nobody")).choice(asked.scale.points)
    answers = {
        item.key: None
        if chance.random() < skips
        else common
        if chance.random() < agrees
        else chance.choice(asked.scale.points)
        for item in asked.items
    }
    return Respondent(key, groups, answers)


@st.composite
def waves(draw: st.DrawFn) -> Waves:
    """One to three overlapping rounds, each with its own groups and k."""
    asked, rounds = draw(st.sampled_from(INSTRUMENTS)), []
    for _ in range(draw(st.integers(1, 3))):
        plan = draw(plans())
        rounds.append((plan, draw(people(asked, plan))))
    return asked, rounds


@many
@given(waves())
def test_nothing_that_was_ever_published_is_about_fewer_than_k_people(scene: Waves) -> None:
    asked, rounds = scene
    held = min(plan.k for plan, _ in rounds)
    for sums in campaign([Asked(asked, plan, those) for plan, those in rounds], decide):
        assert isolated(sums, held) is None


SAME_QUESTIONS = [
    # By their wording, however it is written and whatever else is asked.
    [
        *INSTRUMENTS,
        anew(INSTRUMENTS[0], words=str.upper),
        anew(
            instrument({"trust": ["open", "wise"], "results": ["done", "kind"]}, scale=THREE), words=str.title
        ),
    ],
    # By their shape.
    [INSTRUMENTS[0], anew(INSTRUMENTS[0], words=lambda text: f"Is it so? {text}")],
]


@st.composite
def chains(draw: st.DrawFn) -> list[Asked]:
    """Three to six rounds of a department and its sub-teams, one k for all, as people join, leave and skip items.

    Most are about the whole or about a stretch of it, so that many differ by few people and some share nobody.
    """
    size, k = draw(st.integers(6, 16)), draw(st.integers(3, 6))
    instruments, rounds = draw(st.sampled_from(SAME_QUESTIONS)), []
    for _ in range(draw(st.integers(3, 6))):
        asked = draw(st.sampled_from(instruments))
        first, last = sorted((draw(st.integers(0, size)), draw(st.integers(0, size))))
        stretch = draw(st.sampled_from([range(size), range(size), range(first, last), range(last)]))
        gone = draw(st.sets(st.integers(0, size - 1), max_size=2))
        skips = draw(st.sampled_from([0, 0, 0.1, 0.3]))
        seed, plan = draw(st.integers(0, 2**16)), draw(plans())
        those = [
            _person(
                key,
                random.Random(f"{seed} {key}"),
                asked,
                _groups(seed, key, plan, [1, 1, 1, 1]),
                (skips, 0.2),
            )
            for key in stretch
            if key not in gone
        ]
        rounds.append(Asked(asked, Plan(plan.cells, k), those))
    return rounds


@many
@given(chains())
def test_a_chain_of_rounds_adds_up_to_nobody(rounds: list[Asked]) -> None:
    for sums in campaign(rounds, decide):
        assert isolated(sums, rounds[0].plan.k) is None


TINY = [
    instrument({"trust": ["open"]}, scale=THREE),
    instrument({"trust": ["open", "kind"]}, scale=Scale(0, 1, {})),
]


@st.composite
def tiny(draw: st.DrawFn) -> Tiny:
    asked = draw(st.sampled_from(TINY))
    plan = Plan.of({name: GROUPS[name] for name in draw(st.sets(st.sampled_from(sorted(GROUPS))))}, 3)
    return asked, plan, draw(people(asked, plan, least=4, most=7 if len(asked.items) == 1 else 5))


@many
@given(tiny())
def test_nobodys_answer_is_the_only_one_possible(scene: Tiny) -> None:
    asked, plan, respondents = scene
    decision = decide(asked, plan, respondents)
    assert certain(asked, decision, respondents) == set()


@many
@given(waves(), st.randoms(use_true_random=False))
def test_the_order_of_respondents_decides_nothing(scene: Waves, chance: random.Random) -> None:
    asked, [(plan, respondents), *_] = scene
    other = chance.sample(respondents, len(respondents))
    decision = decide(asked, plan, respondents)
    assert decide(asked, plan, other) == decision
    assert publish(asked, decision, other) == publish(asked, decision, respondents)


def test_nothing_is_published_where_nobody_answered() -> None:
    nothing = decide(INSTRUMENTS[0], Plan.of(GROUPS), [])
    assert (nothing.participants, set(nothing.scores.values())) == ((), {()})
