"""The instruments that are shipped, and files that are none."""

from __future__ import annotations

from fractions import Fraction

import pytest
import yaml
from jsonschema import Draft202012Validator

from domain.assessments.instrument import Scoring, band_of
from domain.assessments.problems import InstrumentRefused
from domain.assessments.reading import read_instrument, schema, shipped
from domain.described import LONGEST
from domain.errors import Refused

AUDIT = """
key: forum-audit
version: 1
title: Forum audit
licence: CC BY 4.0
author: A forum
language: en-GB
scale: {minimum: 1, maximum: 10, labels: {1: Never, 10: Always}}
scoring: MEAN
comments: true
total: {title: All items, benchmark: {value: 7.5, source: "A survey of forums", date: 2017-01-31}}
dimensions: [{key: working, title: Together, bands: [{key: good, title: Good, from: 7}, {key: low, title: Low}]}]
items:
"""
AUDIT += "".join(f"  - {{key: item-{n}, text: 'Question {n}?', dimension: working}}\n" for n in range(1, 11))


def changed(**parts: object) -> str:
    """The audit with some parts of it changed; None takes a part out."""
    described = {**yaml.safe_load(AUDIT), **parts}
    return yaml.safe_dump({key: value for key, value in described.items() if value is not None})


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_instrument_says_whose_its_items_are(name: str) -> None:
    instrument = shipped()[name]
    assert (instrument.key, instrument.language) == (name, "en-GB")
    for item in instrument.items:
        assert (item.author, item.licence) == ("The Tandem developers", "CC BY 4.0")
        assert item.text[-1] in ".?"


@pytest.mark.parametrize(
    ("name", "items", "scale", "scoring"),
    [
        ("five-dimensions-15", [3] * 5, (1, 3), Scoring.SUM),
        ("five-dimensions-25", [5] * 5, (1, 5), Scoring.MEAN),
        ("partnership-behaviours", [3, 2, 3, 2], (1, 10), Scoring.MEAN),
        ("staff-pulse", [1, 1, 1], (1, 5), Scoring.PERCENT_FAVOURABLE),
        ("improvement-culture", [1] * 5, (1, 5), Scoring.MEAN),
        ("culture-readiness", [3] * 4, (1, 5), Scoring.MEAN),
    ],
)
def test_what_is_shipped(name: str, items: list[int], scale: tuple[int, int], scoring: Scoring) -> None:
    instrument = shipped()[name]
    assert [len(instrument.items_of(dimension.key)) for dimension in instrument.dimensions] == items
    assert (instrument.scale.minimum, instrument.scale.maximum, instrument.scoring) == (*scale, scoring)


def test_nothing_else_is_shipped() -> None:
    assert len(shipped()) == 6


def test_the_five_dimensions_go_from_the_base() -> None:
    for name in ("five-dimensions-15", "five-dimensions-25"):
        keys = [dimension.key for dimension in shipped()[name].dimensions]
        assert keys == ["trust", "conflict", "commitment", "accountability", "results"]


@pytest.mark.parametrize(
    ("name", "score", "band"),
    [
        ("five-dimensions-15", "8", "probably-fine"),
        ("five-dimensions-15", "7.99", "could-be"),
        ("five-dimensions-15", "6", "could-be"),
        ("five-dimensions-15", "5.99", "needs-addressing"),
        ("five-dimensions-25", "4", "green"),
        ("five-dimensions-25", "3.9999", "yellow"),
        ("five-dimensions-25", "3", "yellow"),
        ("five-dimensions-25", "2.995", "red"),
    ],
)
def test_bands_are_of_the_score_before_it_is_rounded(name: str, score: str, band: str) -> None:
    found = band_of(Fraction(score), shipped()[name].dimensions[0].bands)
    assert found is not None
    assert found.key == band


def test_a_row_of_a_matrix_describes_every_level() -> None:
    for item in shipped()["improvement-culture"].items:
        assert item.labels is not None
        assert set(item.labels) == {1, 2, 3, 4, 5}


def test_a_new_audit_is_a_file() -> None:
    audit = read_instrument(AUDIT)
    assert (len(audit.items), audit.comments, audit.identity) == (10, True, ("forum-audit", 1))
    assert audit.scale.labels == {1: "Never", 10: "Always"}
    assert audit.total is not None
    assert audit.total.benchmark is not None
    assert audit.total.benchmark.value == Fraction(15, 2)
    assert audit.items_of("total") == audit.items_of("working") == audit.items


def test_what_is_favourable_is_the_top_two_unless_it_is_said() -> None:
    assert read_instrument(changed(scoring="PERCENT_FAVOURABLE")).favourable_from == 9
    assert read_instrument(changed(scoring="PERCENT_FAVOURABLE", favourable_from=7)).favourable_from == 7


ITEM = {"key": "one", "text": "One?", "dimension": "working"}
WORKING = {"key": "working", "title": "Working together"}
LOST = {**ITEM, "key": "two", "dimension": "other"}


def banded(**starts: float | None) -> str:
    """The audit with bands by the key and the lowest score of each."""
    bands = [{"key": key[0], "title": key, "from": start} for key, start in starts.items()]
    given = [{name: value for name, value in band.items() if value is not None} for band in bands]
    return changed(dimensions=[{**WORKING, "bands": given}])


def benchmark(day: str) -> str:
    """The audit with a benchmark of some day."""
    return changed(total={"title": "All", "benchmark": {"value": 7, "source": "S", "date": day}})


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        (changed(licence=None), "MISSING", ""),
        (changed(author=None), "MISSING", ""),
        (changed(colour="red"), "UNKNOWN_KEY", ""),
        (changed(scoring="MEDIAN"), "UNKNOWN_WORD", "scoring"),
        (changed(version="one"), "WRONG_TYPE", "version"),
        (changed(title=" "), "BAD_TEXT", "title"),
        (changed(items=[]), "BAD_INSTRUMENT", "items"),
        (changed(items=[ITEM, LOST]), "UNKNOWN_DIMENSION", "items[1].dimension"),
        (changed(scale={"minimum": 5, "maximum": 5, "labels": {5: "Five"}}), "BAD_SCALE", "scale.maximum"),
        (changed(scale={"minimum": 1, "maximum": 5, "labels": {6: "Six"}}), "OUT_OF_SCALE", "scale.labels.6"),
        (changed(items=[{**ITEM, "labels": {11: "Eleven"}}]), "OUT_OF_SCALE", "items[0].labels.11"),
        (changed(favourable_from=7), "NOT_FAVOURABLE", "favourable_from"),
        (changed(favourable_from=11, scoring="PERCENT_FAVOURABLE"), "OUT_OF_SCALE", "favourable_from"),
        (changed(dimensions=[WORKING, {"key": "other", "title": "Other"}]), "EMPTY_DIMENSION", "dimensions[1]"),
        (changed(items=[{**ITEM, "key": "total"}]), "REPEATED_KEY", "items[0].key"),
        (changed(themes=[{"key": "trust", "title": "Trust", "items": ["item-99"]}]), "UNKNOWN_ITEM", "themes[0].items"),
        (banded(a=None, b=None), "BAD_BANDS", "dimensions[0].bands"),
        (banded(a=4, b=3), "BAD_BANDS", "dimensions[0].bands"),
        (banded(a=3, b=4, c=None), "BAD_BANDS", "dimensions[0].bands"),
        (banded(a=3, again=None), "REPEATED_KEY", "dimensions[0].bands"),
        (benchmark("2017-02-30"), "BAD_TEXT", "total.benchmark.date"),
        ("title: One\ntitle: Two\n", "REPEATED_KEY", ""),
        ("title: [", "NOT_YAML", ""),
        ("a: &a 1\nb: *a\n", "NOT_YAML", ""),
        ("a: .inf\n", "NOT_YAML", ""),
        ("a: !!python/object:os.system {}\n", "NOT_YAML", ""),
        ("[" * 5000, "NOT_YAML", ""),
        ("? [a]\n: b\n", "NOT_YAML", ""),
        ("- one\n", "NOT_AN_INSTRUMENT", ""),
        ("", "NOT_AN_INSTRUMENT", ""),
        ("a" * (LONGEST + 1), "TOO_LONG", ""),
    ],
)  # fmt: skip
def test_a_file_that_is_no_instrument_says_what_to_do(text: str, code: str, path: str) -> None:
    with pytest.raises(InstrumentRefused) as refusal:
        read_instrument(text)
    assert [(problem.code, problem.path) for problem in refusal.value.problems] == [(code, path)]
    assert refusal.value.code == code
    assert refusal.value.message[-1] in ".…"


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(InstrumentRefused) as refusal:
        read_instrument(changed(licence=None, scoring="MEDIAN", version=0))
    assert refusal.value.code == "BAD_INSTRUMENT"
    assert {problem.code for problem in refusal.value.problems} == {
        "MISSING",
        "UNKNOWN_WORD",
        "BAD_INSTRUMENT",
    }


@pytest.mark.parametrize(
    ("answers", "code"), [({"other": 1}, "UNKNOWN_ITEM"), ({"item-1": 11}, "ANSWER_OUT_OF_SCALE")]
)
def test_an_answer_that_is_none_is_refused(answers: dict[str, int], code: str) -> None:
    audit = read_instrument(AUDIT)
    audit.check_answers({"item-1": 10, "item-2": None})
    with pytest.raises(Refused) as refusal:
        audit.check_answers(answers)
    assert refusal.value.code == code
