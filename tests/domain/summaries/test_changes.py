"""What counts as better, worse, slipped, overdue, due and silent; and in which order it is told."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.milestones.models import Criticality
from domain.milestones.rules import MilestoneStatus
from domain.programmes.models import DeliveryConfidence as Rating
from domain.summaries import changes
from domain.summaries.content import compose, hash_of
from domain.summaries.headline import FIGURES, headline
from domain.summaries.reading import Reader, Reading
from domain.summaries.sections import SECTIONS
from tests.domain.summaries.readings import PERIOD, milestone, programme, reading, snapshot

ADA = Reader("Person:1", "Ada King", "ada.king@example.org")
RATINGS = st.sampled_from([*Rating, None])
REFS = st.sampled_from(["a", "b", "c", "d", "e", "f"])
DAYS = st.dates(date(2025, 6, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("before", "after", "figure"),
    [
        (Rating.GREEN, Rating.RED, "ratingWorsened"),
        (Rating.AMBER, Rating.AMBER_RED, "ratingWorsened"),
        (Rating.RED, Rating.AMBER_RED, "ratingImproved"),
        (Rating.AMBER_GREEN, Rating.GREEN, "ratingImproved"),
        (Rating.AMBER, Rating.AMBER, "ratingUnchanged"),
        (Rating.RESET, Rating.RED, "ratingNotComparable"),
        (Rating.GREEN, Rating.EXEMPT, "ratingNotComparable"),
        (Rating.EXEMPT, Rating.EXEMPT, "ratingNotComparable"),
        (None, Rating.GREEN, "ratingNotComparable"),
        (None, None, "ratingNotComparable"),
    ],
)
def test_ratings_compare_only_on_the_scale(before: Rating | None, after: Rating | None, figure: str) -> None:
    figures = headline(
        reading(
            snapshot(programme(delivery_confidence=before)), snapshot(programme(delivery_confidence=after))
        )
    )
    assert {key: value for key, value in figures.items() if key.startswith("rating") and value} == {figure: 1}


@pytest.mark.parametrize(
    ("case", "before", "after", "days"),
    [
        ("later", {}, {"forecast_on": date(2026, 7, 10)}, [10]),
        ("earlier", {}, {"forecast_on": date(2026, 6, 20)}, [-10]),
        ("the same", {}, {}, []),
        ("cancelled since", {}, {"forecast_on": date(2026, 7, 10), "status": MilestoneStatus.CANCELLED}, []),
        ("reinstated", {"status": MilestoneStatus.CANCELLED}, {"forecast_on": date(2026, 7, 10)}, []),
    ],
)
def test_a_slip_is_the_difference_between_the_forecasts_at_both_ends(
    case: str, before: dict[str, Any], after: dict[str, Any], days: list[int]
) -> None:
    read = reading(
        snapshot(programme(), milestones=(milestone(**before),)),
        snapshot(programme(), milestones=(milestone(**after),)),
    )
    assert [slip.days for slip in changes.slips(read)] == days


def test_a_milestone_that_is_new_or_whose_programme_is_new_has_not_slipped() -> None:
    late = milestone(forecast_on=date(2026, 9, 1))
    new = reading(snapshot(programme()), snapshot(programme(), milestones=(late,)))
    joined = reading(snapshot(milestones=(milestone(),)), snapshot(programme(), milestones=(late,)))
    assert [*changes.slips(new), *changes.slips(joined)] == []


@pytest.mark.parametrize(
    ("case", "fields", "is_overdue", "is_due"),
    [
        ("forecast the day before the end", {"forecast_on": PERIOD.ends - timedelta(1)}, True, False),
        ("forecast on the last day", {"forecast_on": PERIOD.ends}, False, True),
        ("forecast on the next period's last day", {"forecast_on": PERIOD.next_ends}, False, True),
        ("forecast after that", {"forecast_on": PERIOD.next_ends + timedelta(1)}, False, False),
        (
            "achieved",
            {
                "forecast_on": PERIOD.starts,
                "status": MilestoneStatus.ACHIEVED,
                "achieved_on": date(2026, 2, 1),
            },
            False,
            False,
        ),
        ("cancelled", {"forecast_on": PERIOD.starts, "status": MilestoneStatus.CANCELLED}, False, False),
    ],
)
def test_what_is_overdue_and_what_is_due_next(
    case: str, fields: dict[str, Any], is_overdue: bool, is_due: bool
) -> None:
    read = reading(snapshot(), snapshot(programme(), milestones=(milestone(**fields),)))
    assert (bool(list(changes.overdue(read))), bool(list(changes.due_next(read)))) == (is_overdue, is_due)


@pytest.mark.parametrize(
    ("achieved_on", "counts"),
    [
        (PERIOD.starts, False),
        (PERIOD.starts + timedelta(1), True),
        (PERIOD.ends, True),
    ],
)
def test_an_achievement_belongs_to_one_period(achieved_on: date, counts: bool) -> None:
    done = milestone(status=MilestoneStatus.ACHIEVED, achieved_on=achieved_on)
    read = reading(snapshot(programme()), snapshot(programme(), milestones=(done,)))
    assert bool(list(changes.achieved(read))) is counts


@pytest.mark.parametrize(
    ("heard_on", "silent"),
    [(PERIOD.ends - timedelta(30), False), (PERIOD.ends - timedelta(31), True), (None, True)],
)
def test_a_programme_is_silent_after_thirty_days(heard_on: date | None, silent: bool) -> None:
    read = reading(snapshot(), snapshot(programme(heard_on=heard_on)))
    assert bool(list(changes.silent(read))) is silent


def _items(key: str, read: Reading) -> list[dict[str, Any]]:
    return next(section.items(read) for section in SECTIONS if section.key == key)


def _refs(key: str, read: Reading) -> list[str]:
    return [item["programme"]["ref"] for item in _items(key, read)]


def test_what_got_worse_begins_with_the_reddest_new_rating() -> None:
    before, after, slipped = [], [], []
    for ref, was, is_ in [
        ("slight", Rating.GREEN, Rating.AMBER_GREEN),
        ("red", Rating.AMBER_RED, Rating.RED),
        ("fallen", Rating.GREEN, Rating.RED),
        ("slipped", Rating.GREEN, Rating.GREEN),
        ("slipped-critical", Rating.RED, Rating.RED),
        ("better", Rating.RED, Rating.GREEN),
    ]:
        before.append(programme(ref, delivery_confidence=was))
        after.append(programme(ref, delivery_confidence=is_))
    for ref, criticality in [("slipped", Criticality.LOW), ("slipped-critical", Criticality.CRITICAL)]:
        slipped.append((ref, criticality))
    earlier = tuple(milestone(ref, of=ref, criticality=criticality) for ref, criticality in slipped)
    later = tuple(
        milestone(ref, of=ref, criticality=criticality, forecast_on=date(2026, 8, 1))
        for ref, criticality in slipped
    )
    read = reading(snapshot(*before, milestones=earlier), snapshot(*after, milestones=later))
    assert _refs("worse", read) == ["fallen", "red", "slight", "slipped-critical", "slipped"]


def test_what_is_overdue_begins_with_the_most_critical_and_the_longest() -> None:
    late = (
        milestone("short", forecast_on=date(2026, 3, 1)),
        milestone("long", forecast_on=date(2026, 1, 1)),
        milestone("critical", forecast_on=date(2026, 3, 20), criticality=Criticality.CRITICAL),
    )
    read = reading(snapshot(), snapshot(programme(), milestones=late))
    assert [(item["id"], item["daysOverdue"]) for item in _items("overdue", read)] == [
        ("critical", 11),
        ("long", 89),
        ("short", 30),
    ]


def test_where_programmes_stand_begins_with_the_worst_rated() -> None:
    ratings = {"exempt": Rating.EXEMPT, "green": Rating.GREEN, "red": Rating.RED, "reset": Rating.RESET}
    read = reading(
        snapshot(), snapshot(*(programme(ref, delivery_confidence=is_) for ref, is_ in ratings.items()))
    )
    assert _refs("standing", read) == ["red", "green", "reset", "exempt"]


@st.composite
def _readings(draw: st.DrawFn) -> Reading:
    ends = []
    for _ in range(2):
        programmes = [programme(ref, delivery_confidence=draw(RATINGS)) for ref in draw(st.sets(REFS))]
        promised = tuple(
            milestone(
                f"{ref}-{number}",
                of=ref,
                forecast_on=draw(DAYS),
                status=draw(st.sampled_from(MilestoneStatus)),
                achieved_on=draw(DAYS),
            )
            for ref in {each.ref for each in programmes}
            for number in range(draw(st.integers(0, 2)))
        )
        ends.append(snapshot(*programmes, milestones=promised))
    return reading(*ends)


@given(_readings())
def test_the_figures_of_a_headline_agree_with_each_other_and_with_the_lists(read: Reading) -> None:
    figures = headline(read)
    stayed = read.before.programmes.keys() & read.after.programmes.keys()
    ratings = ("ratingImproved", "ratingWorsened", "ratingUnchanged", "ratingNotComparable")
    assert sum(figures[key] for key in ratings) == len(stayed)
    assert figures["programmes"] == len(stayed) + figures["joined"] == len(_items("standing", read))
    assert figures["left"] == len(read.before.programmes) - len(stayed)
    worse = _items("worse", read)
    assert figures["daysSlipped"] == sum(item["daysSlipped"] for item in worse)
    assert figures["milestonesSlipped"] == sum(len(item["milestones"]) for item in worse)
    assert figures["ratingWorsened"] == sum(item["rating"]["steps"] > 0 for item in worse)
    assert figures["milestonesOverdue"] == len(_items("overdue", read))
    assert figures["milestonesAchieved"] == len(_items("achieved", read))
    assert figures["joined"] + figures["left"] == len(_items("joinedAndLeft", read))


@given(_readings(), st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_hash_in_whatever_order_they_came(read: Reading, random: Random) -> None:
    def shuffled(rows: Mapping[str, Any]) -> dict[str, Any]:
        order = list(rows.items())
        random.shuffle(order)
        return dict(order)

    again = reading(
        *(type(end)(shuffled(end.programmes), shuffled(end.milestones)) for end in (read.before, read.after))
    )
    assert hash_of(compose(ADA, read, {})) == hash_of(compose(ADA, again, {}))


def test_every_figure_and_list_says_how_it_is_worked_out() -> None:
    content = compose(ADA, reading(snapshot(), snapshot()), {})
    assert set(content["figures"]) == set(content["headline"]) == {figure.key for figure in FIGURES}
    described = [*content["figures"].values(), *content["sections"]]
    assert all(each["rule"].endswith(".") and each["sources"] for each in described)
