"""The published schema executed the slow way: graphql-core, a resolver for each field, rows in Python's memory.

It shares the schema's text with the read engine, and the way in which scalars are written; nothing else. Filters,
orders, pages and cursors are worked out here a second time from the descriptions in the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    execute_sync,
    get_directive_values,
    get_operation_ast,
)
from graphql.execution.values import get_variable_values

from domain import models
from domain.access.viewers import Viewer
from domain.milestones.rules import MilestoneStatus, status_on
from tests.graph.reads import lists, rows, sessions
from tests.graph.reads import slow_changes as changes
from tests.graph.reads import slow_strengths as strengths
from tests.graph.reads.world import Sight, World

DUE_WITHIN_DAYS = 90


def answer(
    world: World, viewer: Viewer, document: DocumentNode, variables: dict[str, Any], *, today: date
) -> ExecutionResult:
    """What the slow way answers."""
    return execute_sync(
        rows.published(),
        document,
        root_value=rows.Thing("Query", None),
        context_value=world.as_seen(viewer, today, _as_of(document, variables)),
        variable_values=variables,
        field_resolver=_resolve,
        type_resolver=lambda thing, *_: thing.kind,
    )


def _as_of(document: DocumentNode, variables: dict[str, Any]) -> date | None:
    operation = get_operation_ast(document)
    assert operation is not None
    values: Any = get_variable_values(rows.published(), operation.variable_definitions or (), variables)
    directive = rows.published().get_directive("asOf")
    assert directive is not None
    given = get_directive_values(directive, operation, values)
    return given["date"] if given else None


def _resolve(source: rows.Thing, info: GraphQLResolveInfo[Sight], **arguments: Any) -> Any:
    name, sight = info.field_name, info.context
    special = _SPECIAL.get((source.kind, name))
    if special is not None:
        return special(sight, source.row, **arguments)
    if source.kind in lists.PARTS:
        return lists.part(source, name)
    reference = rows.ONE.get((source.kind, name))
    if reference is not None:
        kind, key = reference
        return rows.found(sight, kind, key(sight, source.row))
    several = lists.MANY.get((source.kind, name))
    if several is not None:
        return lists.connection(sight, several, source.row, arguments)
    if name == "id":
        return f"{source.kind}:{source.row.id}"
    return _plain(rows.value(sight, source.kind, name, source.row))


def _plain(found: Any) -> Any:
    return getattr(found, "name", found) if hasattr(type(found), "__members__") else found


def _node(sight: Sight, _row: Any, id: str) -> rows.Thing | None:  # noqa: A002 - the schema's name
    found = rows.ID.fullmatch(id)
    if found is None or found[1] not in rows.published().type_map or not hasattr(models, found[1]):
        return None
    return rows.found(sight, found[1], rows.key_of(id, found[1]))


def _lookup(kind: str, by: str | None = None) -> Callable[..., rows.Thing | None]:
    def look(sight: Sight, _row: Any, **arguments: str | None) -> rows.Thing | None:
        given = {name: text for name, text in arguments.items() if text is not None}
        if len(given) != 1:
            raise GraphQLError("one argument", extensions={"code": "ONE_ARGUMENT"})
        if "id" in given:
            return rows.found(sight, kind, rows.key_of(str(given["id"]), kind))
        assert by is not None
        same = [row for row in sight.seen(getattr(models, kind)) if getattr(row, by) == given[by]]
        return rows.Thing(kind, same[0]) if same else None

    return look


def _subject(sight: Sight, entry: Any) -> rows.Thing | None:
    if entry.subject_type not in rows.published().type_map:
        return None
    return rows.found(sight, entry.subject_type, entry.subject_id)


def _portfolio(sight: Sight, _row: Any, filter: Any = None) -> rows.Thing:  # noqa: A002 - the schema's name
    seen = sight.seen(models.Programme)
    return rows.Thing("Portfolio", [row for row in seen if lists.matches(sight, "Programme", row, filter)])


def _counted(kind: str, name: str, of: Callable[[Sight, Any], Any]) -> Callable[..., list[rows.Thing]]:
    """The most frequent first, then by the value as text; what has no value comes last among equals."""

    def counted(sight: Sight, programmes: list[Any]) -> list[rows.Thing]:
        values = [of(sight, programme) for programme in programmes]
        counts = [(each, values.count(each)) for each in dict.fromkeys(values)]
        counts.sort(key=lambda pair: (-pair[1], pair[0] is None, str(_plain(pair[0]))))
        return [rows.Thing(kind, {name: each, "programmes": number}) for each, number in counts]

    return counted


def _milestones(holds: Callable[[Sight, Any], bool]) -> Callable[..., int]:
    return lambda sight, programmes: sum(holds(sight, m) for p in programmes for m in sight.milestones(p))


_SPECIAL: dict[tuple[str, str], Callable[..., Any]] = {
    ("Query", "node"): _node,
    ("Query", "viewer"): lambda _sight, _row: rows.Thing("Viewer", None),
    ("Query", "organisation"): _lookup("Organisation", "code"),
    ("Query", "person"): _lookup("Person", "email"),
    ("Query", "programme"): _lookup("Programme", "ref"),
    ("Query", "milestone"): _lookup("Milestone"),
    ("Query", "cohort"): _lookup("Cohort"),
    ("Query", "team"): _lookup("Team"),
    ("Query", "strengthsFramework"): _lookup("StrengthsFramework"),
    ("Query", "instrument"): _lookup("Instrument"),
    ("Query", "round"): _lookup("Round"),
    ("Query", "session"): _lookup("Session"),
    ("Query", "summary"): _lookup("Summary"),
    ("Session", "attendanceCounts"): lambda sight, row: [
        rows.Thing("AttendanceCount", counted) for counted in sessions.counted(sight, row)
    ],
    ("Query", "portfolio"): _portfolio,
    ("Viewer", "role"): lambda sight, _row: sight.viewer.role.name,
    ("JournalEntry", "subject"): _subject,
    ("Portfolio", "programmes"): lambda _sight, programmes: len(programmes),
    ("Portfolio", "byStatus"): _counted("StatusCount", "status", rows.attribute("status")),
    ("Portfolio", "byDeliveryConfidence"): _counted(
        "DeliveryConfidenceCount", "deliveryConfidence", rows.attribute("delivery_confidence")
    ),
    ("Portfolio", "byHealth"): _counted("HealthCount", "health", rows.health),
    ("Portfolio", "byLead"): _counted("LeadCount", "lead", lambda sight, row: sight.lead_id(row)),
    ("Portfolio", "byCategory"): _counted("CategoryCount", "category", rows.attribute("category")),
    ("Portfolio", "milestonesOpen"): _milestones(lambda _sight, m: m.is_open),
    ("Portfolio", "milestonesDue"): _milestones(lambda sight, m: sight.due(m, DUE_WITHIN_DAYS)),
    ("Portfolio", "milestonesOverdue"): _milestones(
        lambda sight, m: status_on(m, sight.on) is MilestoneStatus.OVERDUE
    ),
    ("Portfolio", "milestonesSlipped"): _milestones(lambda _sight, m: m.is_open and m.slip_days > 0),
}
for _kind in ("Team", "Cohort"):
    _SPECIAL[f"{_kind}StrengthsMap", "members"] = lambda sight, row: len(
        strengths.members(sight, row, sight.on)
    )
    _SPECIAL[_kind, "strengthsMap"] = lambda _sight, row, kind=_kind: rows.Thing(f"{kind}StrengthsMap", row)
    for _name, _item, _rule in (
        ("strengths", "StrengthOnMap", strengths.strengths),
        ("clusters", "ClusterOnMap", strengths.clusters),
        ("coverage", "StrengthsCoverage", strengths.coverage),
    ):
        _SPECIAL[f"{_kind}StrengthsMap", _name] = lambda sight, row, item=_item, rule=_rule: [
            rows.Thing(item, values) for values in rule(sight, row)
        ]
    _SPECIAL[f"{_kind}StrengthsMap", "change"] = lambda sight, row, since: rows.Thing(
        "StrengthsChange", changes.change(sight, row, since)
    )
_SPECIAL["Programme", "strengths"] = lambda _sight, row: rows.Thing("ProgrammeStrengths", row)
_SPECIAL["ProgrammeStrengths", "clusters"] = lambda sight, row: [
    rows.Thing("ClusterOnMap", values) for values in strengths.clusters(sight, row)
]
for _name in ("people", "withProfile", "shown"):
    _SPECIAL["ProgrammeStrengths", _name] = lambda sight, row, name=_name: strengths.reach(sight, row)[name]
for _name, _item, _changed in (
    ("strengths", "StrengthChange", changes.strengths_changed),
    ("clusters", "ClusterChange", changes.clusters_changed),
    ("released", "ReleasedChange", changes.released),
):
    _SPECIAL["StrengthsChange", _name] = lambda sight, row, item=_item, rule=_changed: [
        rows.Thing(item, values) for values in rule(sight, row)
    ]
for _kind, _name in (
    *(("StrengthsChange", name) for name in ("since", "on", "membersBefore", "members")),
    *(
        (kind, name)
        for kind in ("StrengthChange", "ClusterChange", "ReleasedChange")
        for name in ("peopleBefore", "people")
    ),
    *((kind, "difference") for kind in ("StrengthChange", "ReleasedChange")),
    *(("ReleasedChange", name) for name in ("countedBeforeOn", "countedOn")),
    *(("ClusterChange", name) for name in ("strengthsBefore", "strengths", "shareBefore", "share")),
    ("ClusterChange", "shareDifference"),
    ("StrengthOnMap", "people"),
    *(("ClusterOnMap", name) for name in ("people", "strengths", "share")),
    *(("StrengthsCoverage", name) for name in ("on", "members", "withProfile", "shown")),
    ("StatusCount", "status"),
    ("DeliveryConfidenceCount", "deliveryConfidence"),
    ("HealthCount", "health"),
    ("CategoryCount", "category"),
    ("StatusCount", "programmes"),
    ("DeliveryConfidenceCount", "programmes"),
    ("HealthCount", "programmes"),
    ("CategoryCount", "programmes"),
    ("LeadCount", "programmes"),
    ("AttendanceCount", "status"),
    ("AttendanceCount", "mode"),
    ("AttendanceCount", "people"),
):
    _SPECIAL[_kind, _name] = lambda _sight, row, name=_name: _plain(row[name])
