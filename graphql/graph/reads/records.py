"""Objects as JSON: selects of their columns, and scalars in the form in which the schema writes them."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLObjectType
from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
)

from graph.reads.declare import Declaration, ReadField, declaration_of
from graph.reads.names import quoted

_EMPTY = "nothing$"


def record(columns: list[ColumnElement[Any]]) -> Select[Any]:
    """A select of the columns of one object, of which there may be none: all of them may be skipped."""
    return select(*columns) if columns else select(literal_column("NULL").label(_EMPTY))


def json_of(rows: FromClause) -> ColumnElement[Any]:
    """Each of some records as JSON."""
    if _EMPTY in rows.c:
        return literal_column("'{}'::json", JSON())
    return func.row_to_json(rows.table_valued(), type_=JSON())  # type: ignore[attr-defined]


def declared_as(kind: GraphQLObjectType) -> Declaration:
    """The declaration behind a type of the schema."""
    return declaration_of(kind.extensions["strawberry-definition"].origin)


def as_json(value: Any, kind: GraphQLObjectType, read_field: ReadField) -> ColumnElement[Any]:
    """A scalar in the form in which the schema's scalars are written."""
    if read_field.python_name == "id":
        return quoted(f"{kind.name}:").concat(cast(value, Text))
    column_type = getattr(value, "type", None)
    if isinstance(column_type, Numeric) and column_type.asdecimal:
        return cast(value, Text)  # JSON numbers are read as binary fractions; money is not one
    return value  # type: ignore[no-any-return]
