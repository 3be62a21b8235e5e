"""A summary as data: the same reading gives the same content, and the same content the same hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from domain.summaries.headline import FIGURES, headline
from domain.summaries.reading import Reader, Reading
from domain.summaries.sections import SECTIONS
from domain.summaries.sources import Source

FORMAT = 1
"""Counts the changes of the content's shape."""


def compose(reader: Reader, reading: Reading, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Everything that a summary says, with the sources that give each figure and each list again.

    It carries no moment and no id of its own: compiled twice from the same, it is the same. A question that gave
    nothing to tell is not among the sources.
    """
    period, figures, sections = reading.period, _figures(), list(_sections(reading))
    told_from = {name for part in (*figures.values(), *sections) for name in part["sources"]}
    return _plain(
        {
            "format": FORMAT,
            "sponsor": {"id": reader.id, "name": reader.name, "email": reader.email},
            "period": {"from": period.starts, "to": period.ends, "nextTo": period.next_ends},
            "headline": headline(reading),
            "figures": figures,
            "sections": sections,
            "sources": {name: source.as_data() for name, source in sources.items() if name in told_from},
        }
    )


def _figures() -> dict[str, dict[str, Any]]:
    return {
        figure.key: {"label": figure.label, "rule": figure.rule, "sources": figure.sources}
        for figure in FIGURES
    }


def _sections(reading: Reading) -> Iterator[dict[str, Any]]:
    for section in SECTIONS:
        items = section.items(reading)
        if items or not section.on_occasion:
            yield {"key": section.key, "rule": section.rule, "sources": section.sources, "items": items}


def canonical(content: Mapping[str, Any]) -> bytes:
    """The content as JSON in one spelling: keys in order, no spaces."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def hash_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of the content's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """As the database gives it back: dates and words of closed lists are text, tuples are lists."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(content))
    return plain
