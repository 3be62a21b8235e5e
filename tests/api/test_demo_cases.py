"""The demo's programmes: the published figures come out of answers, and a second run changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, select

from api.demo import CASES, enter, forum, partnership, pulse
from api.demo.marks import marks_of
from api.demo.names import names
from api.demo.story import Story
from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from domain.tables import Base
from graph.asking import execute
from tests.factories import NOW, TODAY

Ask = Callable[..., Awaitable[dict[str, Any]]]
_CASES = {case.ref: case for case in CASES}

_ROUNDS = """query($ref: String) { programme(ref: $ref) { rounds(first: 2, orderBy: [{openedOn: ASC}]) { nodes {
    title state openedOn closedOn publishedOn
    cells { nodes { grouping title invited participants comments { nodes { text } } } }
    total: results(filter: {kind: {eq: TOTAL}}) { nodes { key score n deviation distribution cell { title } } }
    items: results(first: 100, filter: {kind: {eq: ITEM}}, orderBy: [{score: ASC}, {place: ASC}]) {
      totalCount nodes { key score n deviation distribution cell { title } } }
    comparisons(first: 100) { nodes { kind difference low high sentence second { kind key cell { title } } } }
} } } }"""


@pytest.fixture
def ask(database: Database) -> Ask:
    """What the administrator is answered."""

    async def asked(query: str, **variables: Any) -> dict[str, Any]:
        answer = await execute(database, ADMINISTRATOR, query=query, variables=variables, now=NOW)
        said = orjson.loads(answer.body)
        assert "errors" not in said, said
        data: dict[str, Any] = said["data"]
        return data

    return asked


async def _rounds(ask: Ask, ref: str) -> list[dict[str, Any]]:
    rounds: list[dict[str, Any]] = (await ask(_ROUNDS, ref=ref))["programme"]["rounds"]["nodes"]
    return rounds


def _of(nodes: list[dict[str, Any]], cell: str) -> list[dict[str, Any]]:
    return [node for node in nodes if node["cell"]["title"] == cell]


def _figures(row: dict[str, Any], kind: str) -> dict[str, Decimal]:
    """What a round published about everybody, by key; nothing of it was withheld."""
    nodes = _of(row[kind]["nodes"], "Everybody")
    assert all(node["deviation"] is not None for node in nodes)
    # A total without bands has no distribution of its own.
    assert all(node["distribution"] for node in nodes if kind == "items")
    return {node["key"]: Decimal(node["score"]) for node in nodes}


def _changes(row: dict[str, Any], kind: str) -> dict[str, Decimal]:
    """What changed since the round before, by cell."""
    return {
        node["second"]["cell"]["title"]: Decimal(node["difference"])
        for node in row["comparisons"]["nodes"]
        if node["kind"] == "CHANGE" and node["second"]["kind"] == kind
    }


async def test_the_forum_has_the_published_averages(database: Database, ask: Ask) -> None:
    assert await enter(database, _CASES[forum.REF])
    january, november = await _rounds(ask, forum.REF)
    for row in (january, november):
        assert row["state"] == "PUBLISHED"
        assert [(cell["title"], cell["invited"], cell["participants"]) for cell in row["cells"]["nodes"]] == [
            ("Everybody", 24, 20),
            ("Management", 10, 8),
            ("Staff", 14, 12),
        ]
        assert row["items"]["totalCount"] == 30
    assert (january["openedOn"], january["publishedOn"]) == ("2017-01-09", "2017-01-27")
    assert (november["openedOn"], november["publishedOn"]) == ("2017-11-06", "2017-11-24")
    items = _figures(january, "items")
    assert list(items.items())[:2] == [("they-know-ours", Decimal("4.6")), ("equal-voice", Decimal("5.8"))]
    assert sorted(items.values())[2] > Decimal("5.8")
    assert list(_figures(january, "total").values()) == [Decimal("6.02")]
    assert list(_figures(november, "total").values()) == [Decimal("8.61")]
    changes = _changes(november, "TOTAL")
    assert changes["Everybody"] == Decimal("2.59")
    assert changes["Management"] > 0
    assert changes["Staff"] > 0
    assert len(january["cells"]["nodes"][0]["comments"]["nodes"]) == 3


async def test_the_pulse_has_the_published_shares(database: Database, ask: Ask) -> None:
    assert await enter(database, _CASES[pulse.REF])
    [row] = await _rounds(ask, pulse.REF)
    assert {cell["title"]: cell["participants"] for cell in row["cells"]["nodes"]} == {
        "Everybody": 100,
        "Harrowdale Borough Council": 40,
        "Harrowdale Community NHS Trust": 60,
    }
    favourable = _figures(row, "items")
    assert favourable == {"motivated-by-work": 95, "free-to-decide": 94, "way-that-fits": 93}
    assert {item["n"] for item in _of(row["items"]["nodes"], "Everybody")} == {100}
    assert row["items"]["totalCount"] == 9


_COURSE = """query($ref: String) { programme(ref: $ref) { status startsOn endsOn
    phases { nodes { startsOn endsOn } }
    milestones(orderBy: [{baselineOn: ASC}]) { nodes { title slipDays achievedOn } }
    cohorts(orderBy: [{name: ASC}]) { nodes { name
      members(first: 100, filter: {role: {eq: PARTICIPANT}}) { nodes { organisation { code } } } } }
    sessions(first: 20, orderBy: [{heldOn: ASC}]) { nodes { heldOn mode
      attendances(first: 100) { totalCount nodes { status mode organisation { code } } }
      agenda { nodes { question } } } } } }"""
_MAPS = """query($ref: String) @asOf(date: "2022-06-01") { programme(ref: $ref) { teams { nodes {
    strengthsMap { members profiles { totalCount } } } } } }"""


async def test_the_partnership_goes_from_screens_to_rooms(database: Database, ask: Ask) -> None:
    assert await enter(database, _CASES[partnership.REF])
    programme = (await ask(_COURSE, ref=partnership.REF))["programme"]
    assert (programme["status"], programme["startsOn"], programme["endsOn"]) == (
        "CLOSED",
        "2020-10-05",
        "2022-07-08",
    )
    assert len(programme["phases"]["nodes"]) == 3
    assert [(each["slipDays"], each["achievedOn"]) for each in programme["milestones"]["nodes"]] == [
        (91, "2021-06-24"),
        (0, "2022-07-08"),
    ]
    cohorts = {
        each["name"]: Counter(member["organisation"]["code"] for member in each["members"]["nodes"])
        for each in programme["cohorts"]["nodes"]
    }
    assert cohorts == {
        "Executives": {"RM-COUNCIL": 5, "RM-TRUST": 5},
        "Senior managers": {"RM-COUNCIL": 12, "RM-TRUST": 12},
    }
    sessions = programme["sessions"]["nodes"]
    assert [each["mode"] for each in sessions] == ["VIRTUAL"] * 4 + ["IN_PERSON"] * 3
    for each in sessions:
        present = [row for row in each["attendances"]["nodes"] if row["status"] == "PRESENT"]
        assert {row["organisation"]["code"] for row in present} == {"RM-COUNCIL", "RM-TRUST"}
        assert {row["mode"] for row in present} == {each["mode"]}
        assert len(present) < each["attendances"]["totalCount"]


async def test_the_partnership_has_two_rounds_and_strengths(database: Database, ask: Ask) -> None:
    assert await enter(database, _CASES[partnership.REF])
    before, after = await _rounds(ask, partnership.REF)
    assert (before["openedOn"], after["publishedOn"]) == ("2020-12-01", "2022-06-15")
    for row in (before, after):
        assert [cell["participants"] for cell in row["cells"]["nodes"]] == [22, 11, 11]
        assert row["items"]["totalCount"] == 45
    dimensions = [
        change for change in after["comparisons"]["nodes"] if change["second"]["kind"] == "DIMENSION"
    ]
    changes = [
        Decimal(change["difference"])
        for change in dimensions
        if change["kind"] == "CHANGE" and change["second"]["cell"]["title"] == "Everybody"
    ]
    assert len(changes) == 5
    assert min(changes) > 0
    [team] = (await ask(_MAPS, ref=partnership.REF))["programme"]["teams"]["nodes"]
    # The others show theirs to their team or facilitator at most, and so not to an administrator.
    assert team["strengthsMap"] == {"members": 24, "profiles": {"totalCount": 17}}


_ANSWERING_FOR = """query($ref: String) { programme(ref: $ref) {
    sponsors { nodes { person { name } partner { organisation { code } } } }
    decisions { totalCount } actions { nodes { title status dueOn closedOn } } } }"""


@pytest.mark.parametrize(
    ("ref", "codes"),
    [
        (forum.REF, {"NM-HOSPITALS", "NM-HWU"}),
        (pulse.REF, {"HD-COMMUNITY", "HD-COUNCIL"}),
        (partnership.REF, {"RM-COUNCIL", "RM-TRUST"}),
    ],
)
async def test_two_people_answer_for_each_programme(
    database: Database, ask: Ask, ref: str, codes: set[str]
) -> None:
    assert await enter(database, _CASES[ref])
    seats = (await ask(_ANSWERING_FOR, ref=ref))["programme"]["sponsors"]["nodes"]
    assert {seat["partner"]["organisation"]["code"] for seat in seats} == codes
    assert len({seat["person"]["name"] for seat in seats}) == 2


async def test_the_partnership_decides_and_does_most_of_what_it_agreed(database: Database, ask: Ask) -> None:
    assert await enter(database, _CASES[partnership.REF])
    programme = (await ask(_ANSWERING_FOR, ref=partnership.REF))["programme"]
    assert programme["decisions"] == {"totalCount": 4}
    actions = programme["actions"]["nodes"]
    assert [action["status"] for action in actions] == ["DONE"] * 4 + ["OPEN"]
    assert [action["title"] for action in actions if (action["closedOn"] or "") > action["dueOn"]] == [
        "Draft a joint induction for new managers"
    ]


async def test_what_is_there_is_not_entered_again(database: Database) -> None:
    for case in CASES:
        assert await enter(database, case)
    before = await _counts(database)
    for case in CASES:
        assert not await enter(database, case)
    assert await _counts(database) == before


async def test_whoever_stops_half_way_has_entered_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await _counts(database)
    monkeypatch.setattr(Story, "finish", _stopped)
    with pytest.raises(StoppedError):
        await enter(database, _CASES[forum.REF])
    assert await _counts(database) == before
    monkeypatch.undo()
    assert await enter(database, _CASES[forum.REF])


class StoppedError(Exception):
    """What stops the demo."""


async def _stopped(*_: object) -> None:
    raise StoppedError


async def _counts(database: Database) -> dict[str, int]:
    async with database.transaction(effective_on=TODAY) as session:
        return {
            table.name: (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_marks_add_up_and_stay_on_the_scale() -> None:
    sides = {"A": [UUID(int=n) for n in range(8)], "B": [UUID(int=n) for n in range(8, 20)]}
    leanings = {"A": (1, 0, 0, 0, 0, 0, 0, 1), "B": (-1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)}
    made = marks_of(sides, {"first": 92, "second": 116}, leanings)
    assert len(made) == 20
    for item, total in (("first", 92), ("second", 116)):
        assert sum(marks[item] for marks in made.values()) == total


def test_nobody_is_called_like_somebody_else() -> None:
    assert len(set(names(0, 400))) == 400
    assert names(10, 5) == names(0, 20)[10:15]
