"""Instruments from YAML: checked against the published JSON Schema, then for what a schema cannot say.

Every error carries a code, the path in the file (`items[3].dimension`) and what to do. All errors of a kind of
check are told at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker

from domain.assessments.building import build
from domain.assessments.instrument import Instrument
from domain.assessments.meaning import contradictions
from domain.assessments.problems import BAD_INSTRUMENT, InstrumentProblem, InstrumentRefused
from domain.described import against_schema, parse

_NOT_AN_INSTRUMENT: Final = InstrumentProblem(
    "NOT_AN_INSTRUMENT", "", "Begin with `key:`, `version:`, `title:` and so on."
)


def read_instrument(text: str) -> Instrument:
    """The instrument that a YAML file describes.

    Raises:
        InstrumentRefused: with every problem found; NOT_YAML, TOO_LONG, or one problem's code, or BAD_INSTRUMENT.
    """
    described = parse(text, InstrumentRefused)
    problems = list(
        against_schema(described, _validator(), otherwise=BAD_INSTRUMENT, nothing=_NOT_AN_INSTRUMENT)
    )
    problems = problems or list(contradictions(described))
    if problems:
        raise InstrumentRefused(problems)
    return build(described)


@cache
def shipped() -> Mapping[str, Instrument]:
    """The instruments that come with Tandem, by the name of their file without its ending."""
    folder = files("domain.assessments") / "instruments"
    found = sorted(
        (place for place in folder.iterdir() if place.name.endswith(".yaml")), key=lambda p: p.name
    )
    return {place.name.removesuffix(".yaml"): read_instrument(place.read_text("utf-8")) for place in found}


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON Schema of instruments."""
    text = (files("domain.assessments") / "instrument.schema.json").read_text("utf-8")
    described: dict[str, Any] = json.loads(text)
    return described


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=FormatChecker())
