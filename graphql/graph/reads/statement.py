"""One SQL statement for one operation: the selection set becomes nested selects that return JSON.

Each object is `row_to_json` of a select whose columns carry the response keys, each relation a scalar subselect in it.
Wherever a table is put, the perspective's condition is put with it (`Compiler.rows`), and nowhere else is a table put.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)
from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Date,
    Numeric,
    Select,
    Subquery,
    Text,
    Uuid,
    case,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy import bindparam as sql_bindparam
from sqlalchemy.sql.selectable import LateralFromClause

from graph.reads import declare, introspection, sources
from graph.reads.cost import WHOLE, Meter
from graph.reads.declare import ReadField
from graph.reads.errors import ReadRefused
from graph.reads.identity import key_of, kind_of
from graph.reads.lists import connection, write_connection
from graph.reads.names import quoted
from graph.reads.nulls import MARK, Promise, may_be_null
from graph.reads.perspective import Perspective
from graph.reads.pieces import MOST_COLUMNS, Pieces, Template
from graph.reads.records import as_json, declared_as, json_of, record
from graph.reads.selections import Fields, Selector
from graph.reads.tallies import count, counts, tally, total
from graph.reads.values import Leaf, Tree, Variables, argument

MOST_CONDITIONS = 600
"""How many objects and comparisons all filters of a statement have together, wherever they come from.

Postgres needs some milliseconds to plan so many, and minutes for ten times as many that lead to other tables.
"""

LONGEST_KEY = 63  # bytes of a name in Postgres; a longer one would be cut short there


@dataclass(frozen=True, slots=True)
class Bind:
    """A parameter of the statement: where its value is in the variables, and what is made of it."""

    name: str
    find: Callable[[Variables], Any]
    convert: Callable[[Any], Any]


@dataclass(slots=True)
class Compiler:
    """Compiles the selections of one request.

    `binds` are the parameters that it met on the way, `promises` the fields that must not be null, `described`
    those that ask for the schema itself; `meter` has what it costs.
    """

    schema: GraphQLSchema
    selector: Selector
    perspective: Perspective
    largest_page: int
    completed: bool = False  # whether graphql-core will complete what is fetched
    binds: list[Bind] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    described: list[list[FieldNode]] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    _path: list[bool] = field(
        default_factory=list
    )  # of each step to the place at hand, whether it may be null
    _derived: int = 0
    _conditions: int = 0

    def bind(
        self, leaf: Leaf, kind: Any, convert: Callable[[Any], Any] = lambda value: value
    ) -> ColumnElement[Any]:
        """A parameter for a leaf, as SQL of that kind."""
        name = f"leaf_{len(self.binds)}"
        self.binds.append(Bind(name, leaf.find, convert))
        # Without the precision of a column: what is compared with it must not be rounded to it first.
        return sql_bindparam(name, type_=Numeric() if isinstance(kind, Numeric) else kind)

    def take_conditions(self, count: int) -> None:
        """Take note of so many conditions more in a filter.

        Raises:
            ReadRefused: TOO_MANY_CONDITIONS.
        """
        self._conditions += count
        if self._conditions > MOST_CONDITIONS:
            raise ReadRefused(
                "TOO_MANY_CONDITIONS",
                f"The filters of this request have more than {MOST_CONDITIONS:,} conditions, which is the most: give "
                "many values to one `in`, or ask in several requests.",
            )

    def rows(self, model: type[Any]) -> tuple[Any, ColumnElement[bool]]:
        """An alias of the rows of a model and the condition under which they may be seen."""
        row = self.perspective.rows(model)
        seen = self.perspective.visible(model, row)
        return row, true() if seen is None else seen

    def arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Tree]:
        """The arguments given to a field."""
        given: dict[str, Tree] = {}
        for part in node.arguments or ():
            value = argument(part.value, definition.args[part.name.value].type, self.selector.variables)
            if value is not None:
                given[part.name.value] = value
        return given

    def derived(self, columns: Select[Any]) -> Subquery:
        """A select as a table of its own, under a name that no response key can have."""
        self._derived += 1
        return columns.subquery(f"o${self._derived}")

    def beside(self, columns: Select[Any]) -> LateralFromClause:
        """The same for each row of the table that it stands beside."""
        self._derived += 1
        return columns.correlate_except(None).lateral(f"o${self._derived}")

    def shared(self, columns: Select[Any]) -> CTE:
        """A select as a table of its own that is worked out once for all who read it."""
        self._derived += 1
        return columns.cte(f"o${self._derived}")

    @contextmanager
    def at(self, kind: GraphQLOutputType) -> Iterator[None]:
        """Compile what is in a field of that type: the field is a step of its path, and so is an item of a list."""
        steps = [not is_non_null_type(kind)]
        inner = get_nullable_type(kind)
        if is_list_type(inner):
            steps.append(not is_non_null_type(inner.of_type))
        before = len(self._path)
        self._path += steps
        yield
        del self._path[before:]

    def root(self, kind: GraphQLObjectType, fields: Fields) -> tuple[Select[Any], Template]:
        """The statement for an operation, or for what a mutation answers, and what its row is put into.

        Raises:
            ReadRefused: TOO_MANY_FIELDS or ALIAS_TOO_LONG.
        """
        pieces = Pieces()
        for key in pieces.keys(self.keys(fields)):
            self._write(kind, fields[key], pieces)
        return pieces.done()

    def _write(self, kind: GraphQLObjectType, nodes: list[FieldNode], pieces: Pieces) -> None:
        definition = kind.fields.get(nodes[0].name.value)
        if nodes[0].name.value in introspection.FIELDS:
            self.described.append(nodes)
            pieces.leave()
            return
        if definition is None:
            pieces.say(f'"{kind.name}"')  # its __typename
            return
        if isinstance(definition.extensions["strawberry-definition"].read, sources.Many):
            with self.at(definition.type), self.meter.inside(nodes[0]):
                write_connection(self, definition, nodes, pieces)
        else:
            pieces.put(self._field(kind, nodes, None))

    def columns(self, kind: GraphQLObjectType, fields: Fields, row: Any) -> list[ColumnElement[Any]]:
        """What is selected of one object, labelled with the response keys."""
        return self.labelled(fields, lambda _key, nodes: self._field(kind, nodes, row))

    def labelled(
        self, fields: Fields, value: Callable[[str, list[FieldNode]], ColumnElement[Any]]
    ) -> list[ColumnElement[Any]]:
        """The value of each field, labelled with its response key."""
        return [value(key, fields[key]).label(key) for key in self.keys(fields)]

    def keys(self, fields: Fields) -> list[str]:
        """The response keys of one object.

        Raises:
            ReadRefused: TOO_MANY_FIELDS or ALIAS_TOO_LONG.
        """
        if len(fields) > MOST_COLUMNS:
            raise ReadRefused("TOO_MANY_FIELDS", f"Ask for at most {MOST_COLUMNS:,} fields of one object.")
        for key in fields:
            if len(key) > LONGEST_KEY:
                most = f"An alias has at most {LONGEST_KEY} characters"
                raise ReadRefused("ALIAS_TOO_LONG", f"{most}: shorten {key[:20]}….")
        return list(fields)

    def _field(self, kind: GraphQLObjectType, nodes: list[FieldNode], row: Any) -> ColumnElement[Any]:
        name = nodes[0].name.value
        if name == "__typename":
            return quoted(kind.name)
        definition = kind.fields[name]
        read_field = definition.extensions["strawberry-definition"]
        with self.at(definition.type), self.meter.inside(nodes[0]):
            value = self._value(kind, definition, read_field, nodes, row)
            if is_non_null_type(definition.type) and may_be_null(read_field.read, value):
                value = self._promised(f"{kind.name}.{name}", nodes, value)
            return value

    def _promised(self, name: str, nodes: list[FieldNode], value: ColumnElement[Any]) -> ColumnElement[Any]:
        """A value that the schema promises, or the mark of its absence."""
        if self.completed:
            return value
        goes = max((place + 1 for place, nullable in enumerate(self._path) if nullable), default=0)
        mark: ColumnElement[Any] = literal_column(f"""'{{"{MARK}":{len(self.promises)}}}'::json""")
        self.promises.append(
            Promise(f"Cannot return null for non-nullable field {name}.", tuple(nodes), goes)
        )
        return func.coalesce(value if type(value.type) is JSON else func.to_json(value), mark)

    def _value(  # noqa: PLR0911, PLR0912 - one for each kind of declaration
        self,
        kind: GraphQLObjectType,
        definition: GraphQLField,
        read_field: ReadField,
        nodes: list[FieldNode],
        row: Any,
    ) -> ColumnElement[Any]:
        read = read_field.read
        target: Any = get_named_type(definition.type)
        match read:
            case sources.Column():
                return as_json(self.scalar(read_field, row), kind, read_field)
            case sources.One(on):
                return self._one(target, nodes, lambda other: on(row, other, self.perspective))
            case sources.Lookup():
                return self._lookup(target, definition, nodes)
            case sources.Subject():
                return self._one(
                    target, nodes, lambda other: other.id == sql_bindparam("subject", type_=Uuid())
                )
            case sources.Many():
                return connection(self, definition, nodes, row)
            case sources.AnyNode():
                return self._any(target, definition, read, nodes, row)
            case sources.Itself():
                return self.object(target, nodes, None)
            case sources.Listed(rows):
                return self._listed(target, nodes, rows(row, self.perspective).subquery())
            case sources.Dated(row_of, name):
                leaf = self.arguments(definition, nodes[0])[name]
                assert isinstance(leaf, Leaf)  # the argument cannot be null
                return self.object(target, nodes, row_of(row, self.bind(leaf, Date()), self.perspective))
            case sources.Tallied():
                return tally(self, target, definition, nodes, read)
            case sources.Counted():
                return count(row)
            case sources.Summed():
                return total(row, read_field.python_name)
            case sources.CountedBy():
                return self._listed(target, nodes, counts(row, read_field.python_name, read))

    def scalar(self, read_field: ReadField, row: Any) -> Any:
        """The SQL of a scalar field of a row."""
        assert isinstance(read_field.read, sources.Column)
        expression = read_field.read.expression
        return (
            getattr(row, read_field.python_name) if expression is None else expression(row, self.perspective)
        )

    def object(self, kind: GraphQLObjectType, nodes: list[FieldNode], row: Any) -> ColumnElement[Any]:
        """One object as JSON, from a row that is in reach."""
        columns = self.columns(kind, self.selector.fields(kind, nodes), row)
        return self.json(record(columns).correlate_except(None))

    def json(self, inner: Select[Any]) -> ColumnElement[Any]:
        """The rows of a select as JSON, at most one of them."""
        rows = self.derived(inner)
        return select(json_of(rows)).select_from(rows).scalar_subquery()

    def _one(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], on: Callable[[Any], ColumnElement[bool]]
    ) -> ColumnElement[Any]:
        self.meter.touch()
        declared = declared_as(kind)
        assert declared.model is not None
        other, seen = self.rows(declared.model)
        columns = self.columns(kind, self.selector.fields(kind, nodes), other)
        if self.completed:
            columns.append(quoted(kind.name).label(declare.KIND))
        # The id of another row is unique; a rule of the application need not find one row only.
        return self.json(
            record(columns).where(on(other), seen).limit(literal_column("1")).correlate_except(other)
        )

    def _lookup(
        self, kind: GraphQLObjectType, definition: GraphQLField, nodes: list[FieldNode]
    ) -> ColumnElement[Any]:
        given = {
            name: value for name, value in self.arguments(definition, nodes[0]).items() if _is_given(value)
        }
        if len(given) != 1:
            names = " or ".join(f"`{name}`" for name in definition.args)
            raise ReadRefused("ONE_ARGUMENT", f"Give {nodes[0].name.value} exactly one of {names}.")
        [(name, leaf)] = given.items()
        assert isinstance(leaf, Leaf)
        if name == "id":
            value = self.bind(leaf, Uuid(), lambda text: key_of(text, kind.name))
            return self._one(kind, nodes, lambda other: other.id == value)
        text = self.bind(leaf, Text())
        return self._one(kind, nodes, lambda other: getattr(other, name) == text)

    def _listed(self, kind: GraphQLObjectType, nodes: list[FieldNode], rows: Any) -> ColumnElement[Any]:
        with self.meter.each(lambda _variables: WHOLE):
            item = self.beside(record(self.columns(kind, self.selector.fields(kind, nodes), rows.c)))
        items = func.coalesce(func.json_agg(json_of(item)), literal_column("'[]'::json"))
        return select(items).select_from(rows.join(item, true())).scalar_subquery()

    def _any(
        self, kind: Any, definition: GraphQLField, read: sources.AnyNode, nodes: list[FieldNode], row: Any
    ) -> ColumnElement[Any]:
        possible = {t.name: t for t in self.schema.get_possible_types(kind)} if is_abstract_type(kind) else {}
        if read.kind is None or read.key is None:
            leaf = self.arguments(definition, nodes[0])["id"]
            assert isinstance(leaf, Leaf)
            found = possible.get(kind_of(leaf.now) or "")
            if found is None:
                return literal_column("NULL::json")
            value = self.bind(leaf, Uuid(), lambda text: key_of(text, found.name))
            return self._one(found, nodes, lambda other: other.id == value)
        word, key = read.kind(row), read.key(row)
        branches = [
            (word == name, self._one(each, nodes, lambda other: other.id == key))
            for name, each in possible.items()
            if declared_as(each).model is not None
        ]
        return case(*branches)


def _is_given(value: Tree) -> bool:
    return not (isinstance(value, Leaf) and value.now is None)
