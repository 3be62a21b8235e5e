"""Filters, orders, pages and cursors of the slow way."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, NamedTuple
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLError, GraphQLObjectType, get_named_type, get_nullable_type

from domain import models
from tests.graph.reads import rows, sessions
from tests.graph.reads import slow_strengths as strengths
from tests.graph.reads.world import Sight

DEFAULT_PAGE, LARGEST_PAGE = 50, 100


class Several(NamedTuple):
    """A field that lists other rows: of which type, which of them, and in which order."""

    kind: str
    on: Callable[[Sight, Any, Any], bool] | None = None
    order: str = ""


def _of(name: str) -> Callable[[Sight, Any, Any], bool]:
    return lambda _sight, row, other: getattr(other, name) == row.id


def _held(sight: Sight, row: Any, other: Any) -> bool:
    return sight.runs(other) and sight.holder(other.organisation_id, other.starts_on) == row.id


def _counts(sight: Sight, row: Any, other: Any) -> bool:
    return other in strengths.profiles(sight, row)


def _in_theme(_sight: Sight, theme: Any, item: Any) -> bool:
    return item.instrument_id == theme.instrument_id and item.key in theme.item_keys


MANY: dict[tuple[str, str], Several] = {
    ("Query", "organisations"): Several("Organisation", order="name"),
    ("Query", "people"): Several("Person", order="name"),
    ("Query", "programmes"): Several("Programme", order="title"),
    ("Query", "milestones"): Several("Milestone", order="forecastOn"),
    ("Query", "cohorts"): Several("Cohort", order="name"),
    ("Query", "teams"): Several("Team", order="name"),
    ("Query", "strengthsFrameworks"): Several("StrengthsFramework", order="name version"),
    ("Query", "strengthsProfiles"): Several("StrengthsProfile", order="-assessedOn"),
    ("Query", "strengthsConsents"): Several("StrengthsConsent"),
    ("Query", "instruments"): Several("Instrument", order="title version"),
    ("Query", "rounds"): Several("Round", order="-openedOn title"),
    ("Query", "summaries"): Several("Summary", order="-periodTo -compiledAt"),
    ("Query", "journal"): Several("JournalEntry", order="-recordedAt"),
    ("Organisation", "children"): Several("Organisation", _of("parent_id"), "name"),
    ("Organisation", "identifiers"): Several(
        "OrganisationIdentifier", _of("organisation_id"), "scheme value"
    ),
    ("Organisation", "became"): Several("Succession", _of("predecessor_id"), "on"),
    ("Organisation", "cameFrom"): Several("Succession", _of("successor_id"), "on"),
    ("Organisation", "partnerships"): Several("Partner", _held, "startsOn"),
    ("Person", "affiliations"): Several("Affiliation", _of("person_id"), "-startsOn"),
    ("Person", "seats"): Several("Sponsor", _of("person_id"), "-startsOn"),
    ("Person", "cohortMemberships"): Several("CohortMember", _of("person_id"), "-startsOn"),
    ("Person", "teamMemberships"): Several("TeamMember", _of("person_id"), "-startsOn"),
    ("Cohort", "members"): Several("CohortMember", _of("cohort_id"), "startsOn"),
    ("Cohort", "teams"): Several("Team", _of("cohort_id"), "name"),
    ("Team", "members"): Several("TeamMember", _of("team_id"), "startsOn"),
    ("Partner", "sponsors"): Several("Sponsor", _of("partner_id"), "startsOn"),
    ("Programme", "partners"): Several("Partner", _of("programme_id"), "startsOn"),
    ("Programme", "sponsors"): Several("Sponsor", _of("programme_id"), "startsOn"),
    ("Programme", "phases"): Several("Phase", _of("programme_id"), "startsOn"),
    ("Programme", "statusReports"): Several("StatusReport", _of("programme_id"), "-reportedOn"),
    ("Programme", "milestones"): Several("Milestone", _of("programme_id"), "forecastOn"),
    ("Programme", "cohorts"): Several("Cohort", _of("programme_id"), "startsOn name"),
    ("Programme", "teams"): Several("Team", _of("programme_id"), "name"),
    ("Programme", "timeline"): Several("TimelineEntry", _of("programme_id"), "on kind"),
    ("Programme", "rounds"): Several("Round", _of("programme_id"), "-openedOn title"),
    ("Team", "rounds"): Several("Round", _of("team_id"), "-openedOn title"),
    ("Round", "cells"): Several("RoundCell", _of("round_id"), "place"),
    ("Round", "results"): Several("Result", _of("round_id"), "place"),
    ("Round", "comparisons"): Several("Comparison", _of("round_id"), "kind place"),
    ("RoundCell", "results"): Several("Result", _of("cell_id"), "place"),
    ("RoundCell", "comments"): Several("RoundComment", _of("cell_id"), "place"),
    ("Result", "comparisons"): Several("Comparison", _of("second_id"), "kind place"),
    ("Instrument", "dimensions"): Several("InstrumentDimension", _of("instrument_id"), "place"),
    ("Instrument", "items"): Several("InstrumentItem", _of("instrument_id"), "place"),
    ("Instrument", "themes"): Several("InstrumentTheme", _of("instrument_id"), "place"),
    ("InstrumentDimension", "bands"): Several("InstrumentBand", _of("dimension_id"), "place"),
    ("InstrumentDimension", "items"): Several("InstrumentItem", _of("dimension_id"), "place"),
    ("InstrumentTheme", "items"): Several("InstrumentItem", _in_theme, "place"),
    ("Programme", "journal"): Several("JournalEntry", _of("programme_id"), "-recordedAt"),
    ("Milestone", "ledger"): Several("LedgerEntry", _of("milestone_id"), "changedOn"),
    ("Milestone", "baselines"): Several("Baseline", _of("milestone_id"), "agreedOn"),
    ("Milestone", "evidence"): Several("Evidence", _of("milestone_id"), "title"),
    ("Milestone", "dependencies"): Several("Dependency", _of("milestone_id")),
    ("Milestone", "dependents"): Several("Dependency", _of("depends_on_id")),
    ("Person", "strengthsProfiles"): Several("StrengthsProfile", _of("person_id"), "-assessedOn"),
    ("StrengthsProfile", "strengths"): Several("ProfileStrength", _of("profile_id"), "rank"),
    ("TeamStrengthsMap", "profiles"): Several("StrengthsProfile", _counts, "assessedOn"),
    ("CohortStrengthsMap", "profiles"): Several("StrengthsProfile", _counts, "assessedOn"),
    ("StrengthOnMap", "holders"): Several(
        "Person", lambda _sight, row, other: other.id in row["holders"], "name"
    ),
    ("ProgrammeStrengths", "releases"): Several(
        "StrengthsRelease",
        lambda _sight, row, other: other.programme_id == row.id and other.team_id is not None,
        "-countedOn",
    ),
    ("StrengthsChange", "joined"): Several(
        "Person", lambda _sight, row, other: other.id in row["joined"], "name"
    ),
    ("StrengthsChange", "left"): Several(
        "Person", lambda _sight, row, other: other.id in row["left"], "name"
    ),
    ("TeamStrengthsMap", "releases"): Several("StrengthsRelease", _of("team_id"), "-countedOn"),
    ("CohortStrengthsMap", "releases"): Several("StrengthsRelease", _of("cohort_id"), "-countedOn"),
    ("StrengthsRelease", "counts"): Several("ReleasedStrength", _of("release_id"), "-people"),
    ("StrengthsFramework", "clusters"): Several("StrengthsCluster", _of("framework_id"), "place"),
    ("StrengthsFramework", "strengths"): Several("Strength", _of("framework_id"), "place"),
    ("StrengthsCluster", "strengths"): Several("Strength", _of("cluster_id"), "place"),
    **{key: Several(*several) for key, several in sessions.MANY.items()},
}
PARTS = {"Connection", "Edge", "PageInfo"}


@dataclass(frozen=True, slots=True)
class Order:
    """The keys of a list by name, each with whether it descends; the id settles ties."""

    kind: str
    keys: tuple[tuple[str, bool], ...]
    own: bool

    @classmethod
    def of(cls, several: Several, asked: Sequence[dict[str, str]] | None) -> Order:
        """What was asked for, of a repeated field the first; or else the list's own order."""
        keys: dict[str, bool] = {}
        for item in asked or ():
            for name, word in item.items():
                keys.setdefault(name, word == "DESC")
        own = not keys
        if own:
            keys = {name.removeprefix("-"): name.startswith("-") for name in several.order.split()}
        last = next(reversed(keys.values()), False)
        return cls(several.kind, (*keys.items(), ("id", last)), own)

    @property
    def words(self) -> str:
        """How a cursor names it: a list's own order by the attributes of the rows."""
        renamed = rows.RENAMED if self.own else {}
        names = [(renamed.get((self.kind, name), rows.snake(name)), down) for name, down in self.keys]
        return " ".join(f"{'-' if down else ''}{name}" for name, down in names)

    def place(self, sight: Sight, row: Any) -> tuple[Any, ...]:
        return tuple(self._rank(name, row.id if name == "id" else rows.value(sight, self.kind, name, row))
                     for name, _ in self.keys)  # fmt: skip

    def _rank(self, name: str, found: Any) -> Any:
        words = None if name == "id" else _words(self.kind, name)
        return found if words is None or found is None else words.index(found.name) + 1

    def compare(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
        for (_, down), mine, theirs in zip(self.keys, one, other, strict=True):
            if mine != theirs:
                if mine is None or theirs is None:
                    return 1 if mine is None else -1
                return 1 if (mine > theirs) is not down else -1
        return 0

    def cursor(self, place: tuple[Any, ...]) -> str:
        text = json.dumps([self.words, *map(_as_postgres_writes, place)], ensure_ascii=False)
        return base64.b64encode(text.encode()).decode()

    def read(self, cursor: str) -> tuple[Any, ...]:
        try:
            words, *parts = json.loads(base64.b64decode(cursor, validate=True))
            assert words == self.words
            return tuple(self._parsed(name, part) for (name, _), part in zip(self.keys, parts, strict=True))
        except (ValueError, TypeError, AssertionError) as error:
            raise _refused("BAD_CURSOR") from error

    def _parsed(self, name: str, part: str | None) -> Any:
        if part is None or name == "id":
            return part and UUID(part)
        if _words(self.kind, name) is not None:
            return int(part)
        kind = get_named_type(_object(self.kind).fields[name].type).name
        return _READERS[kind](part)


_READERS: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Int": int,
    "Boolean": lambda text: text == "true",
    "Date": date.fromisoformat,
    "DateTime": datetime.fromisoformat,
    "Decimal": Decimal,
}


def _object(kind: str) -> GraphQLObjectType:
    found = rows.published().type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return found


def _words(kind: str, name: str) -> list[str] | None:
    found = get_named_type(_object(kind).fields[name].type)
    return list(found.values) if isinstance(found, GraphQLEnumType) else None


def _as_postgres_writes(part: Any) -> str | None:
    if isinstance(part, bool):
        return "true" if part else "false"
    if isinstance(part, datetime):
        moment = part.astimezone(UTC)
        fraction = f".{moment:%f}".rstrip("0") if moment.microsecond else ""
        return f"{moment:%Y-%m-%d %H:%M:%S}{fraction}+00"
    return None if part is None else str(part)


def _refused(code: str) -> GraphQLError:
    return GraphQLError(code, extensions={"code": code})


def connection(sight: Sight, several: Several, row: Any, arguments: dict[str, Any]) -> rows.Thing:
    """One page of a list, with all that can be asked of it."""
    order = Order.of(several, arguments.get("orderBy"))
    last, size = _sizes(arguments)
    related = [r for r in sight.seen(getattr(models, several.kind))
               if several.on is None or several.on(sight, row, r)]  # fmt: skip
    found = [r for r in related if matches(sight, several.kind, r, arguments.get("filter"))]
    placed = [(order.place(sight, r), r) for r in found]
    rank = cmp_to_key(order.compare)
    placed.sort(key=lambda pair: rank(pair[0]))
    after, before = arguments.get("after"), arguments.get("before")
    within = list(placed)
    if after is not None:
        start = order.read(after)
        within = [pair for pair in within if order.compare(pair[0], start) > 0]
    if before is not None:
        end = order.read(before)
        within = [pair for pair in within if order.compare(pair[0], end) < 0]
    page = within[max(len(within) - size, 0) :] if last is not None else within[:size]
    cursors = [order.cursor(place) for place, _ in page]
    things = [rows.Thing(several.kind, r) for _, r in page]
    more = len(within) > size
    return rows.Thing(
        "Connection",
        {
            "totalCount": len(found),
            "nodes": things,
            "edges": [
                rows.Thing("Edge", {"cursor": c, "node": t}) for c, t in zip(cursors, things, strict=True)
            ],
            "pageInfo": rows.Thing(
                "PageInfo",
                {
                    "hasNextPage": before is not None if last is not None else more,
                    "hasPreviousPage": more if last is not None else after is not None,
                    "startCursor": cursors[0] if cursors else None,
                    "endCursor": cursors[-1] if cursors else None,
                },
            ),
        },
    )


def _sizes(arguments: dict[str, Any]) -> tuple[int | None, int]:
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise _refused("FIRST_OR_LAST")
    size = DEFAULT_PAGE if first is None and last is None else first if last is None else last
    assert size is not None
    if not 1 <= size <= LARGEST_PAGE:
        raise _refused("BAD_PAGE_SIZE")
    return last, size


def part(source: rows.Thing, name: str) -> Any:
    """A field of a connection, an edge or a page's info."""
    return source.row[name]


def matches(sight: Sight, kind: str, row: Any, given: dict[str, Any] | None) -> bool:
    """Whether a filter keeps a row."""
    return all(_holds(sight, kind, row, name, wanted) for name, wanted in (given or {}).items())


def _holds(sight: Sight, kind: str, row: Any, name: str, wanted: Any) -> bool:
    if wanted is None:
        return True
    if name in {"and", "or"}:
        return (all if name == "and" else any)([matches(sight, kind, row, each) for each in wanted])
    if name == "not":
        return not matches(sight, kind, row, wanted)
    if rows.is_one(kind, name):
        other = rows.one(sight, kind, name, row)
        return other is not None and matches(sight, other.kind, other.row, wanted)
    several = MANY.get((kind, name))
    if several is not None:
        return all(_related(sight, several, row, word, inner) for word, inner in wanted.items())
    nullable = get_nullable_type(_object(kind).fields[name].type)
    found: Any = f"{kind}:{row.id}" if name == "id" else rows.value(sight, kind, name, row)
    if isinstance(nullable, GraphQLEnumType):
        found = found and found.name
    return all(_compared(kind, name, found, word, operand) for word, operand in wanted.items())


def _related(sight: Sight, several: Several, row: Any, word: str, inner: dict[str, Any] | None) -> bool:
    if inner is None:
        return True
    others = sight.seen(getattr(models, several.kind))
    kept = [o for o in others if several.on is None or several.on(sight, row, o)]
    some = any(matches(sight, several.kind, other, inner) for other in kept)
    return some if word == "some" else not some


def _compared(kind: str, name: str, found: Any, word: str, operand: Any) -> bool:
    if operand is None:
        return {"eq": found is None, "ne": found is not None}.get(word, True)
    if word == "isNull":
        return (found is None) is operand
    if name == "id":
        found, operand = _ids(kind, found, operand)
    if word == "ne":
        return bool(found != operand)
    if word == "notIn":
        return found not in operand
    return found is not None and _COMPARISONS[word](found, operand)


def _ids(kind: str, found: str, operand: Any) -> tuple[Any, Any]:
    keys = [rows.key_of(text, kind) for text in (operand if isinstance(operand, list) else [operand])]
    return rows.key_of(found, kind), keys if isinstance(operand, list) else keys[0]


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, operand: found == operand,
    "in": lambda found, operand: found in operand,
    "lt": lambda found, operand: found < operand,
    "lte": lambda found, operand: found <= operand,
    "gt": lambda found, operand: found > operand,
    "gte": lambda found, operand: found >= operand,
    "contains": lambda found, operand: lower(operand) in lower(found),
    "startsWith": lambda found, operand: lower(found).startswith(lower(operand)),
}


def lower(text: str) -> str:
    """Each character by itself in lower case, as the collation C.UTF-8 has it: one character stays one."""
    return "".join("i" if each == "İ" else each.lower() for each in text)
