"""Maps of strengths as a team changes: who joins and leaves, shows and withdraws, then and now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.cohorts import teams
from domain.database import Database
from domain.models import TeamMember
from domain.strengths import consents, releases
from domain.strengths.models import ConsentLevel
from graph.asking import execute
from tests.domain.strengths.scenes import Crew, assess, consent, crew, facilitator, join
from tests.factories import NOW, START, acting, as_sponsor

LATER = date(2025, 3, 1)
MAP = """query Q %s { %s(first: 1) { nodes { strengthsMap {
    strengths { people strength { key } holders { nodes { name } } }
    clusters { people strengths share cluster { key } }
    profiles { totalCount }
    coverage { on members withProfile shown } } } } }"""

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def it(database: Database) -> Crew:
    """Ada thinks and makes, Ben makes, and both show it to the programme; Cleo shows nothing; Flo facilitates."""
    async with acting(database) as work:
        made = await crew(work, "ada", "ben", "cleo")
        await facilitator(work, made, "flo")
        for name, strengths in (("ada", ["thinking", "making"]), ("ben", ["making"]), ("cleo", ["asking"])):
            await assess(work, made, name, strengths)
        for name in ("ada", "ben", "flo"):
            await consent(work, made, name, ConsentLevel.PROGRAMME)
        return made


@pytest.fixture
def ask(database: Database, it: Crew) -> Ask:
    async def asked(as_of: date | None = None, *, kind: str = "teams", viewer: Viewer | None = None) -> Any:
        query = MAP % (f'@asOf(date: "{as_of}")' if as_of else "", kind)
        answer = await execute(database, viewer or as_sponsor(it.sponsor), query=query, now=NOW)
        [node] = orjson.loads(answer.body)["data"][kind]["nodes"]
        return node["strengthsMap"]

    return asked


def _people(found: dict[str, Any]) -> dict[str, list[str]]:
    assert all(item["people"] == len(item["holders"]["nodes"]) for item in found["strengths"])
    return {
        item["strength"]["key"]: [person["name"] for person in item["holders"]["nodes"]]
        for item in found["strengths"]
    }


async def test_people_by_strengths_by_cluster(ask: Ask) -> None:
    found = await ask()
    assert _people(found) == {"thinking": ["Ada"], "asking": [], "making": ["Ada", "Ben"]}
    assert found["clusters"] == [
        {"people": 1, "strengths": 1, "share": "0.333", "cluster": {"key": "head"}},
        {"people": 2, "strengths": 2, "share": "0.667", "cluster": {"key": "hand"}},
    ]
    assert found["profiles"] == {"totalCount": 2}
    assert found["coverage"][-1] == {"on": "2026-06-01", "members": 3, "withProfile": 3, "shown": 2}


async def test_a_cohorts_map_is_of_those_who_take_part(ask: Ask, database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await assess(work, it, "flo", ["asking"])
    assert _people(await ask(kind="cohorts")) == {"thinking": ["Ada"], "asking": [], "making": ["Ada", "Ben"]}


async def test_an_administrator_sees_no_more(ask: Ask, database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ben", ConsentLevel.TEAM)
    assert _people(await ask(viewer=ADMINISTRATOR))["making"] == ["Ada"]


async def test_who_withdraws_is_gone_at_once_and_from_the_past(
    ask: Ask, database: Database, it: Crew
) -> None:
    assert _people(await ask(LATER))["thinking"] == ["Ada"]
    async with acting(database, on=date(2026, 6, 1)) as work:
        await consents.withdraw(work, it.ada.id)
    for found in (await ask(), await ask(LATER), await ask(START)):
        assert _people(found) == {"thinking": [], "asking": [], "making": ["Ben"]}
        assert {point["shown"] for point in found["coverage"]} == {1}


async def _change_places(database: Database, it: Crew) -> None:
    """Ben leaves, Dot joins and asks, and Ada, assessed again, asks too."""
    async with acting(database, on=LATER) as work:
        [part] = await work.session.scalars(select(TeamMember).where(TeamMember.person_id == it.ben.id))
        await teams.remove_member(work, part.id, ends_on=LATER)
        await join(work, it, "dot", on=LATER)
        await assess(work, it, "dot", ["asking"], on=LATER)
        await consent(work, it, "dot", ConsentLevel.PROGRAMME)
        await assess(work, it, "ada", ["asking"], on=LATER)


CHANGE = """query Q($since: Date!) { teams(first: 1) { nodes { strengthsMap { change(since: $since) {
    since on membersBefore members joined { nodes { name } } left { nodes { name } }
    strengths { peopleBefore people difference strength { key } }
    clusters { strengthsBefore strengths shareBefore share shareDifference cluster { key } }
    released { countedBeforeOn countedOn peopleBefore people difference strength { key } } } } } } }"""

Change = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def changed(database: Database, it: Crew) -> Change:
    async def asked(since: date, viewer: Viewer | None = None) -> Any:
        sponsor, variables = as_sponsor(it.sponsor), {"since": since.isoformat()}
        answer = await execute(database, viewer or sponsor, query=CHANGE, variables=variables, now=NOW)
        [node] = orjson.loads(answer.body)["data"]["teams"]["nodes"]
        return node["strengthsMap"]["change"]

    return asked


async def test_two_dates_are_compared_in_one_question(changed: Change, database: Database, it: Crew) -> None:
    await _change_places(database, it)
    found = await changed(date(2025, 2, 28))
    assert (found["since"], found["on"]) == ("2025-02-28", "2026-06-01")
    assert (found["membersBefore"], found["members"]) == (3, 3)
    assert (found["joined"], found["left"]) == ({"nodes": [{"name": "Dot"}]}, {"nodes": [{"name": "Ben"}]})
    counts = {
        s["strength"]["key"]: (s["peopleBefore"], s["people"], s["difference"]) for s in found["strengths"]
    }
    assert counts == {"thinking": (1, 0, -1), "asking": (0, 2, 2), "making": (2, 0, -2)}
    assert found["clusters"] == [
        {"strengthsBefore": 1, "strengths": 2, "shareBefore": "0.333", "share": "1.000", "shareDifference": "0.667",
         "cluster": {"key": "head"}},
        {"strengthsBefore": 2, "strengths": 0, "shareBefore": "0.667", "share": "0.000", "shareDifference": "-0.667",
         "cluster": {"key": "hand"}},
    ]  # fmt: skip
    assert found["released"] == []


async def test_who_withdraws_is_gone_from_both_sides_of_a_comparison(
    changed: Change, database: Database, it: Crew
) -> None:
    await _change_places(database, it)
    async with acting(database, on=date(2026, 6, 1)) as work:
        await consents.withdraw(work, it.ada.id)
    for viewer in (None, ADMINISTRATOR):
        found = await changed(date(2025, 2, 28), viewer)
        counts = {s["strength"]["key"]: (s["peopleBefore"], s["people"]) for s in found["strengths"]}
        assert counts == {"thinking": (0, 0), "asking": (0, 1), "making": (1, 0)}


async def test_before_there_was_a_team_nothing_is_compared(changed: Change) -> None:
    found = await changed(date(2019, 1, 1))
    assert (found["membersBefore"], found["members"]) == (0, 3)
    assert [cluster["shareBefore"] for cluster in found["clusters"]] == [None, None]
    assert [cluster["shareDifference"] for cluster in found["clusters"]] == [None, None]


async def test_the_first_date_that_there_is_can_be_asked_for(changed: Change) -> None:
    found = await changed(date.min)
    assert (found["since"], found["membersBefore"]) == ("1000-01-01", 0)


async def test_a_later_date_counts_as_that_of_the_question(changed: Change) -> None:
    found = await changed(date(2999, 1, 1))
    assert found["since"] == found["on"] == "2026-06-01"
    assert {strength["difference"] for strength in found["strengths"]} == {0}


async def test_what_was_told_of_the_whole_team_is_compared_from_release_to_release(
    changed: Change, database: Database, it: Crew
) -> None:
    async with acting(database) as work:
        for name in ("ada", "ben"):
            await consents.withdraw(work, it.people[name].id)
    for on, names in ((START, ("eli", "fay")), (LATER, ("hal", "ivo", "jan"))):
        async with acting(database, on=on) as work:
            for number, name in enumerate(names):
                await join(work, it, name, on=on)
                await assess(work, it, name, ["asking"] if number else ["making"], on=on)
        async with acting(database, on=on) as work:
            await releases.release(work, team_id=it.team.id, framework_id=it.framework.id, k=3)
    found = (await changed(date(2025, 2, 28)))["released"]
    [told] = [strength for strength in found if strength["strength"]["key"] == "making"]
    assert (told["countedBeforeOn"], told["countedOn"]) == ("2024-01-01", "2025-03-01")
    assert (told["peopleBefore"], told["people"], told["difference"]) == (3, 4, 1)
    assert (await changed(LATER))["released"] == []


async def test_two_dates_are_compared_by_asking_twice_too(ask: Ask, database: Database, it: Crew) -> None:
    await _change_places(database, it)
    before, after = await ask(date(2025, 2, 28)), await ask(LATER)
    assert _people(before) == {"thinking": ["Ada"], "asking": [], "making": ["Ada", "Ben"]}
    assert _people(after) == {"thinking": [], "asking": ["Ada", "Dot"], "making": []}
    assert [cluster["share"] for cluster in before["clusters"]] == ["0.333", "0.667"]
    assert [cluster["share"] for cluster in after["clusters"]] == ["1.000", "0.000"]


async def test_coverage_is_told_month_by_month(ask: Ask, database: Database, it: Crew) -> None:
    async with acting(database, on=LATER) as work:
        await join(work, it, "dot", on=LATER)
    found = await ask()
    assert len(found["coverage"]) == 30
    told = {
        point["on"]: (point["members"], point["withProfile"], point["shown"]) for point in found["coverage"]
    }
    assert told["2024-01-01"] == told["2025-02-01"] == (3, 3, 2)
    assert told["2025-03-01"] == told["2026-06-01"] == (4, 3, 2)


async def test_nothing_is_known_of_a_team_before_it_was(ask: Ask) -> None:
    query_of_the_day = await ask(START)
    assert [point["on"] for point in query_of_the_day["coverage"]] == ["2024-01-01"]
