"""What is asked: the parameters of GraphQL over HTTP, checked before anything looks at the operation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import orjson

from api.http.declined import Declined
from graph.reads.offloading import offload
from graph.sizes import MOST_VALUES, TOO_LARGE

# The names of the specification, with the id of a trusted document beside them.
_PARAMETERS = ("query", "documentId", "operationName", "variables", "extensions")

_SHORT = 64_000  # bytes, which are read in a moment whatever is in them

# A value has at most a comma before it and a bracket at its beginning; between are the texts, keys among them.
_MARKS = re.compile(rb'"[^"]*"|[\[{,]')
_MOST_MARKS = 5 * MOST_VALUES


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation as a caller sent it: by its text or by the id of a trusted document, never both."""

    query: str | None
    document_id: str | None
    variables: dict[str, Any] | None
    operation_name: str | None


async def asked_in_body(raw: bytes) -> Asked:
    """The operation in the JSON body of a POST; a long one is read beside the event loop.

    Raises:
        Declined: the body is not a JSON object with parameters of the right types, or has too many values (400).
    """
    return _read(raw) if len(raw) <= _SHORT else await offload(partial(_read_long, raw))


def _read_long(raw: bytes) -> Asked:
    """A megabyte of brackets would be made into objects for 40 ms: they are counted first, outside of texts."""
    marks = _MARKS.finditer(raw.replace(rb"\\", b"").replace(rb"\"", b""))
    if sum(1 for mark in islice(marks, _MOST_MARKS + 1)) > _MOST_MARKS:
        raise Declined(400, "VARIABLES_TOO_LARGE", TOO_LARGE)
    return _read(raw)


def _read(raw: bytes) -> Asked:
    if not raw:
        raise Declined(
            400,
            "BODY_MISSING",
            'The request has no body: send a JSON object such as {"query": "{ viewer { role } }"}.',
        )
    content = _json(raw, "BODY_NOT_JSON", "The body")
    if isinstance(content, list):
        raise Declined(400, "BATCH_NOT_SUPPORTED", "Send one operation in each request: lists are not taken.")
    if not isinstance(content, dict):
        raise Declined(
            400,
            "BODY_NOT_AN_OBJECT",
            'The body must be a JSON object such as {"query": "{ viewer { role } }"}.',
        )
    return _asked({name: content.get(name) for name in _PARAMETERS})


def asked_in_address(parameters: Mapping[str, Sequence[str]]) -> Asked:
    """The operation in the query string of a GET, where variables and extensions are JSON in text.

    Raises:
        Declined: a parameter is given twice, or is not what it should be (400).
    """
    given: dict[str, Any] = {}
    for name in _PARAMETERS:
        values = parameters.get(name, ())
        if len(values) > 1:
            raise Declined(400, "BAD_PARAMETER", f"`{name}` is given more than once: give it once.")
        given[name] = values[0] if values else None
    for name in ("variables", "extensions"):
        if given[name]:
            given[name] = _json(given[name].encode(), "BAD_PARAMETER", f"`{name}`")
        else:
            given[name] = None
    return _asked(given)


def _asked(given: Mapping[str, Any]) -> Asked:
    for name in ("query", "documentId", "operationName"):
        _require(name, given[name], str, "text")
    for name in ("variables", "extensions"):
        _require(name, given[name], dict, "an object")
    query, document_id = given["query"], given["documentId"]
    if not query and not document_id:
        raise Declined(
            400,
            "NOTHING_ASKED",
            "Give the operation: `query` with its text, or `documentId` with the id of a trusted document.",
        )
    if query and document_id:
        raise Declined(400, "ASKED_TWICE", "Give either `query` or `documentId`: the two could contradict.")
    return Asked(query or None, document_id or None, given["variables"], given["operationName"] or None)


def _require(name: str, value: Any, kind: type[Any], words: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise Declined(400, "BAD_PARAMETER", f"`{name}` must be {words} or null.")


def _json(raw: bytes, code: str, what: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Declined(
            400, code, f"{what} is not JSON in UTF-8 that can be read: {_place(error)}."
        ) from error


def _place(error: orjson.JSONDecodeError) -> str:
    """Where reading stopped; never the text itself, which may be long or private."""
    return f"look at line {error.lineno}, column {error.colno}"
