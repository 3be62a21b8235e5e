"""Filters: every operator on every kind of value, relations, and what combines them. Both ways have to agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType

from tests.graph.reads import rows
from tests.graph.reads.conftest import Ask
from tests.graph.reads.story import Story

VALUES = {
    "String": ["harbour", "", "%", "x", "Stra"],
    "Int": ["0", "-30", "2147483647"],
    "Date": ["2026-06-30", "0001-01-01", "9999-12-31", "2026-06-01"],
    "DateTime": ["2026-06-01T12:00:00Z", "2026-06-01T13:00:00.000001+01:00", "9999-12-31T00:00:00Z"],
    "Decimal": ["0", "5609.46", "-7169.2", "1e10"],
    "Boolean": ["true", "false"],
}


def _written(kind: str, value: str) -> str:
    return value if kind in {"Int", "Boolean"} else f'"{value}"'


def _conditions(kind: GraphQLInputObjectType) -> Iterator[str]:
    """Every operator of a filter of one value, with values and with null."""
    scalar = kind.fields["isNull"]
    assert scalar is not None
    of = kind.name.removesuffix("Filter")
    known = rows.published().type_map.get(of)
    values = VALUES.get(of) or list(getattr(known, "values", {}))[:3]
    for name in kind.fields:
        if name == "isNull":
            yield from ("{isNull: true}", "{isNull: false}", "{isNull: null}")
        elif name in {"in", "notIn"}:
            all_of = ", ".join(_written(of, v) if of in VALUES else v for v in values)
            yield from (f"{{{name}: [{all_of}]}}", f"{{{name}: []}}", f"{{{name}: null}}")
            yield f"{{{name}: {_written(of, values[0]) if of in VALUES else values[0]}}}"
        else:
            yield from (f"{{{name}: {_written(of, v) if of in VALUES else v}}}" for v in values)
            yield f"{{{name}: null}}"


def _cases() -> Iterator[tuple[str, str]]:
    seen = set()
    for name in ("Programme", "Milestone", "Organisation", "Person", "Sponsor", "JournalEntry", "Summary"):
        given = rows.published().type_map[f"{name}Filter"]
        assert isinstance(given, GraphQLInputObjectType)
        listed = {"Person": "people", "Sponsor": "", "JournalEntry": "journal", "Summary": "summaries"}
        field = listed.get(name, f"{name.lower()}s")
        for key, inner in given.fields.items():
            kind = inner.type
            plain = isinstance(kind, GraphQLInputObjectType) and "isNull" in kind.fields and key != "id"
            if field and plain and (kind.name, name) not in seen:
                seen.add((kind.name, name))
                yield from ((field, f"{{{key}: {condition}}}") for condition in _conditions(kind))


async def test_every_operator_on_every_kind_of_value(agreed: Ask) -> None:
    """Many conditions at once, each a list of its own in one question: it is the same statement all the same."""
    cases = list(_cases())
    assert len(cases) > 150
    for start in range(0, len(cases), 25):
        some = enumerate(cases[start : start + 25])
        text = " ".join(
            f"a{n}: {field}(filter: {given}, first: 100) {{ totalCount nodes {{ id }} }}"
            for n, (field, given) in some
        )
        await agreed(f"{{ {text} }}")


@pytest.mark.parametrize(
    "given",
    [
        "{}",
        "null",
        "{and: []}",
        "{or: []}",
        "{and: null}",
        "{or: null}",
        "{not: null}",
        "{not: {}}",
        "{not: {not: {}}}",
        "{and: [{}]}",
        "{or: [{}, {ref: {eq: \"\"}}]}",
        "{and: {status: {eq: ACTIVE}}}",
        "{or: [{status: {eq: CLOSED}}, {and: [{wholeLifeCost: {gt: 0}}, {category: {eq: null}}]}]}",
        "{not: {category: {eq: \"Transport\"}}}",
        "{not: {wholeLifeCost: {gt: 0}}}",
        "{category: {notIn: [\"Transport\"]}}",
        "{category: {ne: \"Transport\"}}",
        "{lead: {code: {eq: \"O00\"}}}",
        "{lead: {}}",
        "{lead: null}",
        "{not: {lead: {kind: {in: [COUNCIL, CHARITY]}}}}",
        "{milestones: {some: {}}}",
        "{milestones: {none: {}}}",
        "{milestones: {some: null, none: null}}",
        "{milestones: {some: {status: {eq: OVERDUE}}, none: {criticality: {eq: CRITICAL}}}}",
        "{milestones: {some: {owner: {parent: {name: {startsWith: \"a\"}}}, programme: {milestones: {some: {}}}}}}",
        "{partners: {some: {needsDecision: {eq: true}}}}",
        "{partners: {some: {isCurrent: {eq: false}, organisation: {closedOn: {isNull: false}}}}}",
        "{sponsors: {none: {person: {name: {contains: \"İ\"}}}}}",
        "{health: {in: [SILENT, OVERDUE]}, contradiction: {eq: false}}",
        "{deliveryConfidence: {eq: null}}",
        "{deliveryConfidence: {in: [RED, GREEN]}}",
    ],
)  # fmt: skip
async def test_combinations(agreed: Ask, given: str) -> None:
    asked = "programmes(filter: {}, first: 100) {{ totalCount nodes {{ id }} }} portfolio(filter: {}) {{ programmes }}"
    literal = await agreed(f"{{ {asked.format(given, given)} }}")
    by_variable = f"query ($f: ProgrammeFilter = {given}) {{ {asked.format('$f', '$f')} }}"
    assert await agreed(by_variable) == literal


async def test_the_same_document_with_filters_of_other_shapes(agreed: Ask) -> None:
    text = "query ($f: ProgrammeFilter, $o: [ProgrammeOrder!]) { programmes(filter: $f, orderBy: $o) { nodes { ref } } }"
    filters: tuple[dict[str, Any] | None, ...] = (
        {"status": {"eq": "ACTIVE"}}, {"status": {"ne": "ACTIVE"}}, {"status": {"in": ["ACTIVE"]}}, {}, None,
        {"or": [{"status": {"eq": "CLOSED"}}, {"lead": {"code": {"eq": "O01"}}}]}, {"status": {"in": []}},
        {"status": {"eq": None}}, {"status": {"in": None}},
    )  # fmt: skip
    for given in filters:
        for order in ([{"ref": "ASC"}], [{"ref": "DESC"}], {"endsOn": "ASC"}, [], None):
            await agreed(text, {"f": given, "o": order})


async def test_by_id(agreed: Ask, story: Story) -> None:
    ids = [f"Milestone:{key}" for key in story.made["milestone"][:3]]
    text = "query ($f: MilestoneFilter) { milestones(filter: $f) { totalCount } }"
    conditions: tuple[dict[str, Any], ...] = (
        {"eq": ids[0]}, {"ne": ids[0]}, {"in": [*ids, "x"]}, {"notIn": ids}, {"notIn": ["x"]}, {"in": []},
        {"eq": "x"}, {"ne": "x"}, {"eq": ids[0].replace("Milestone", "Programme")}, {"eq": ids[0].upper()},
        {"eq": "Milestone:" + ids[0].partition(":")[2].upper()}, {"eq": None}, {"isNull": True},
    )  # fmt: skip
    for given in conditions:
        await agreed(text, {"f": {"id": given}})
