"""Instruments from YAML: checked against the published JSON Schema, then for what a schema cannot say.

Every error carries a code, the path in the file (`items[3].dimension`) and what to do. All errors of a kind of
check are told at once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from domain.assessments.building import build
from domain.assessments.instrument import Instrument
from domain.assessments.meaning import contradictions
from domain.assessments.problems import BAD_INSTRUMENT, InstrumentProblem, InstrumentRefused

LONGEST: Final = 200_000
"""How many characters the file of an instrument may have."""


def read_instrument(text: str) -> Instrument:
    """The instrument that a YAML file describes.

    Raises:
        InstrumentRefused: with every problem found; NOT_YAML, TOO_LONG, or one problem's code, or BAD_INSTRUMENT.
    """
    described = _parse(text)
    problems = list(_against_schema(described)) or list(contradictions(described))
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


@dataclass(frozen=True)
class _Repeated(Exception):  # noqa: N818 - caught below, in this file
    key: str
    line: int


class _Loader(yaml.SafeLoader):
    """Plain data only: no key twice, no date made of text, and no anchor, by which a file could explode."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as its base declares it
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it refers to another part of itself by *; write that part out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.YAMLError(f"line {key.start_mark.line + 1} has a key that is no text")
            if key.value in seen:
                raise _Repeated(str(key.value), key.start_mark.line + 1)
            seen.add(key.value)
        # Points of a scale are keys written as numbers; JSON, and so the schema, knows keys of text only.
        return {_as_text(key): value for key, value in super().construct_mapping(node, deep).items()}


def _finite(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    number = float(loader.construct_yaml_float(node))
    if not math.isfinite(number):
        raise yaml.YAMLError(f"line {node.start_mark.line + 1} has a number without an end")
    return number


_Loader.add_constructor("tag:yaml.org,2002:float", _finite)


def _as_text(key: Hashable) -> Hashable:
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


def _parse(text: str) -> Any:
    if len(text) > LONGEST:
        raise _refusal("TOO_LONG", f"The file has more than {LONGEST:,} characters. Shorten it.")
    try:
        # A subclass of SafeLoader: it makes nothing but plain data.
        return yaml.load(text, Loader=_Loader)  # noqa: S506
    except _Repeated as repeated:
        raise _refusal(
            "REPEATED_KEY", f"Line {repeated.line} gives “{repeated.key}” a second time. Keep one of them."
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = " ".join(str(error).split()) or "it is nested too deeply"
        raise _refusal("NOT_YAML", f"The file is not YAML that can be read: {problem}. Correct it.") from None


def _refusal(code: str, message: str) -> InstrumentRefused:
    return InstrumentRefused([InstrumentProblem(code, "", message)])


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=FormatChecker())


def _against_schema(described: Any) -> Iterator[InstrumentProblem]:
    if not isinstance(described, dict) or not all(isinstance(key, str) for key in described):
        yield InstrumentProblem("NOT_AN_INSTRUMENT", "", "Begin with `key:`, `version:`, `title:` and so on.")
        return
    for error in sorted(_validator().iter_errors(described), key=lambda error: error.json_path):
        yield InstrumentProblem(_code(error), error.json_path.removeprefix("$").lstrip("."), _advice(error))


_CODES: Final = {
    "required": "MISSING",
    "additionalProperties": "UNKNOWN_KEY",
    "enum": "UNKNOWN_WORD",
    "type": "WRONG_TYPE",
    "pattern": "BAD_TEXT",
    "format": "BAD_TEXT",
}


def _code(error: ValidationError) -> str:
    return _CODES.get(str(error.validator), BAD_INSTRUMENT)


def _advice(error: ValidationError) -> str:
    advice = {
        "required": "Add it.",
        "additionalProperties": "Take it out, or correct its spelling.",
        "enum": "Use one of these words.",
    }.get(str(error.validator), "Correct it.")
    return f"{error.message}. {advice}"
