"""Scalars are written in one way, whoever writes them, and read strictly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError

from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from graph.scalars import SCALARS
from tests.factories import acting, programme
from tests.graph.reads.answers import answer_of, code
from tests.graph.reads.conftest import Ask

USES = {
    "Int": "programmes(first: $v) { totalCount }",
    "Date": "programmes(filter: {endsOn: {eq: $v}}) { totalCount }",
    "Boolean": "programmes(filter: {endsOn: {isNull: $v}}) { totalCount }",
    "String": "programme(ref: $v) { id }",
    "ID": "programme(id: $v) { id }",
    "ProgrammeFilter": "programmes(filter: $v) { totalCount }",
    "[ProgrammeOrder!]": "programmes(orderBy: $v) { totalCount }",
}
MOMENTS = [
    datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(microseconds=n) for n in (0, 1, 10, 120_000, 999_999)
]


def _written(kind: type[Any], value: object) -> Any:
    """A value as the scalar of that kind writes it."""
    write = SCALARS[kind].serialize
    assert write is not None
    return write(value)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_moments_as_postgres_writes_them(database: Database, moment: datetime) -> None:
    async with acting(database, now=moment, on=date(2026, 1, 1)) as work:
        await programme(work, whole_life_cost=Decimal("5609.4"), starts_on=date(1000, 1, 1))
    asked = "{ journal(first: 1) { nodes { recordedAt } } programmes { nodes { wholeLifeCost startsOn } } }"
    data = (await answer_of(database, ADMINISTRATOR, asked))["data"]
    assert data["journal"]["nodes"] == [{"recordedAt": _written(datetime, moment)}]
    written = {"wholeLifeCost": _written(Decimal, Decimal("5609.40")), "startsOn": "1000-01-01"}
    assert data["programmes"]["nodes"] == [written]


def test_moments_are_written_in_utc() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert _written(datetime, noon) == "2026-06-01T11:00:00+00:00"
    assert _written(datetime, datetime(5, 1, 1, tzinfo=UTC)) == "0005-01-01T00:00:00+00:00"
    assert _written(datetime, "as it is") == "as it is"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (date, "2019-02-30"),
        (date, ""),
        (date, 20190930),
        (date, None),
        (date, "10000-01-01"),
        (datetime, "2019-09-30T09:00:00"),
        (datetime, "0001-01-01T00:00:00+14:00"),
        (datetime, "9999-12-31T23:59:59-14:00"),
        (datetime, "x" * 100_000),
        (datetime, 7),
        (Decimal, "NaN"),
        (Decimal, "Infinity"),
        (Decimal, "1e1001"),
        (Decimal, "1e-1001"),
        (Decimal, "1e999999999999"),
        (Decimal, "x"),
        (Decimal, True),
        (Decimal, []),
    ],
)
def test_what_is_no_value(kind: type[Any], text: object) -> None:
    read = SCALARS[kind].parse_value
    assert read is not None
    with pytest.raises(GraphQLError) as refused:
        read(text)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("amount", ["1e999", "-1e999", "1e-999", "0e999", "5609.46"])
async def test_amounts_of_any_size_can_be_compared(ask: Ask, amount: str) -> None:
    asked = "query ($d: Decimal) { programmes(filter: {wholeLifeCost: {lt: $d}}) { totalCount } }"
    assert "errors" not in await ask(asked, {"d": amount})


async def test_amounts_are_compared_without_rounding(database: Database) -> None:
    async with acting(database) as work:
        await programme(work, whole_life_cost=Decimal("0.01"))
    for amount, fewer in (("0.005", 0), ("0.01", 0), ("0.0100001", 1), ("1e30", 1)):
        asked = f'{{ programmes(filter: {{wholeLifeCost: {{lt: "{amount}"}}}}) {{ totalCount }} }}'
        answer = await answer_of(database, ADMINISTRATOR, asked)
        assert answer["data"]["programmes"] == {"totalCount": fewer}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Int", 2**31),
        ("Int", "1"),
        ("Int", 1.5),
        ("Date", "x"),
        ("Boolean", 1),
        ("String", 7),
        ("ID", []),
        ("ProgrammeFilter", {"nothing": 1}),
        ("ProgrammeFilter", {"ref": {"eq": ["x"]}}),
        ("[ProgrammeOrder!]", [{"ref": "ASC", "title": "ASC"}]),
        ("[ProgrammeOrder!]", [{"ref": None}]),
        ("[ProgrammeOrder!]", [{}]),
        ("[ProgrammeOrder!]", [{"ref": "UP"}]),
    ],
)
async def test_variables_of_the_wrong_kind(ask: Ask, kind: str, value: Any) -> None:
    answer = await ask(f"query ($v: {kind}) {{ {USES[kind]} }}", {"v": value})
    assert code(answer) == "BAD_REQUEST"
    assert len(answer["errors"][0]["message"]) < 300
