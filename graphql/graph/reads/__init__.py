"""Declared GraphQL types over SQLAlchemy tables, answered by one SQL statement per query.

The README beside this file has the idea on one page.
"""

from graph.reads.connections import Connection, Node
from graph.reads.declare import (
    any_node,
    column,
    computed,
    counted,
    counted_by,
    dated,
    itself,
    listed,
    lookup,
    many,
    one,
    reads,
    subject,
    summed,
    tallied,
)
from graph.reads.engine import Reader, ReadExtension, read_back
from graph.reads.errors import ReadRefused
from graph.reads.fetched import Answer
from graph.reads.perspective import Perspective
from graph.reads.sources import Materialised

__all__ = [
    "Answer",
    "Connection",
    "Materialised",
    "Node",
    "Perspective",
    "ReadExtension",
    "ReadRefused",
    "Reader",
    "any_node",
    "column",
    "computed",
    "counted",
    "counted_by",
    "dated",
    "itself",
    "listed",
    "lookup",
    "many",
    "one",
    "read_back",
    "reads",
    "subject",
    "summed",
    "tallied",
]
