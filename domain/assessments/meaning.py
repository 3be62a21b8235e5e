"""What a JSON Schema cannot say of an instrument: that its parts refer to each other and agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from domain.assessments.problems import InstrumentProblem

TOTAL_KEY: Final = "total"
"""The key of the score over all items, which no dimension or item may have."""

Described = Mapping[str, Any]


def contradictions(described: Described) -> Iterator[InstrumentProblem]:
    """Every contradiction in an instrument that satisfies the schema."""
    yield from _scale(described)
    yield from _keys(described)
    yield from _references(described)
    yield from _labels(described)
    for path, part in _banded(described):
        yield from _bands(path, part.get("bands", []))


def _scale(described: Described) -> Iterator[InstrumentProblem]:
    lowest, highest = described["scale"]["minimum"], described["scale"]["maximum"]
    if lowest >= highest:
        yield InstrumentProblem(
            "BAD_SCALE", "scale.maximum", "The maximum must be above the minimum. Correct one."
        )
    favourable = described.get("favourable_from")
    if favourable is None:
        return
    if described["scoring"] != "PERCENT_FAVOURABLE":
        yield InstrumentProblem(
            "NOT_FAVOURABLE", "favourable_from", "It belongs to the scoring PERCENT_FAVOURABLE. Take it out."
        )
    if not lowest < favourable <= highest:
        yield InstrumentProblem(
            "OUT_OF_SCALE", "favourable_from", f"Give a point above {lowest} and up to {highest}."
        )


def _keys(described: Described) -> Iterator[InstrumentProblem]:
    scored = [part["key"] for part in (*described["dimensions"], *described["items"])] + [TOTAL_KEY]
    repeated = {key for key, times in Counter(scored).items() if times > 1}
    for kind in ("dimensions", "items"):
        for index, part in enumerate(described[kind]):
            if part["key"] in repeated:
                yield InstrumentProblem(
                    "REPEATED_KEY",
                    f"{kind}[{index}].key",
                    f"“{part['key']}” stands for something else too. Each dimension and item needs its own key.",
                )


def _references(described: Described) -> Iterator[InstrumentProblem]:
    dimensions = [dimension["key"] for dimension in described["dimensions"]]
    for index, item in enumerate(described["items"]):
        if item["dimension"] not in dimensions:
            yield InstrumentProblem(
                "UNKNOWN_DIMENSION",
                f"items[{index}].dimension",
                f"There is no dimension “{item['dimension']}”. Use one of {', '.join(dimensions)}, or add it.",
            )
    asked = {item["dimension"] for item in described["items"]}
    for index, key in enumerate(dimensions):
        if key not in asked:
            yield InstrumentProblem(
                "EMPTY_DIMENSION",
                f"dimensions[{index}]",
                f"No item asks about “{key}”. Add one, or take it out.",
            )
    items = {item["key"] for item in described["items"]}
    for index, theme in enumerate(described.get("themes", [])):
        for key in theme["items"]:
            if key not in items:
                yield InstrumentProblem(
                    "UNKNOWN_ITEM", f"themes[{index}].items", f"There is no item “{key}”. Correct the key."
                )


def _labels(described: Described) -> Iterator[InstrumentProblem]:
    lowest, highest = described["scale"]["minimum"], described["scale"]["maximum"]
    labelled = [("scale", described["scale"])]
    labelled += [(f"items[{index}]", item) for index, item in enumerate(described["items"])]
    for path, part in labelled:
        for point in part.get("labels", {}):
            if not lowest <= int(point) <= highest:
                yield InstrumentProblem(
                    "OUT_OF_SCALE", f"{path}.labels.{point}", f"The scale goes from {lowest} to {highest}."
                )


def _banded(described: Described) -> Iterator[tuple[str, Described]]:
    for index, dimension in enumerate(described["dimensions"]):
        yield f"dimensions[{index}]", dimension
    if "total" in described:
        yield "total", described["total"]


def _bands(path: str, bands: list[Described]) -> Iterator[InstrumentProblem]:
    if not bands:
        return
    *upper, lowest = bands
    if "from" in lowest or any("from" not in band for band in upper):
        yield InstrumentProblem(
            "BAD_BANDS",
            f"{path}.bands",
            "Give every band but the last one its `from`, and the last one none.",
        )
        return
    starts = [band["from"] for band in upper]
    if any(below >= above for above, below in pairwise(starts)):
        yield InstrumentProblem("BAD_BANDS", f"{path}.bands", "Put the bands in order, the highest first.")
    if len({band["key"] for band in bands}) < len(bands):
        yield InstrumentProblem("REPEATED_KEY", f"{path}.bands", "Give each band a key of its own.")
