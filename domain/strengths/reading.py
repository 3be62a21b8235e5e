"""Frameworks from YAML: checked against the published JSON Schema, then for what a schema cannot say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jsonschema import Draft202012Validator

from domain import text
from domain.described import FileProblem, against_schema, parse
from domain.errors import Refused
from domain.strengths.framework import (
    BAD_FRAMEWORK,
    DescribedCluster,
    DescribedStrength,
    Framework,
    FrameworkRefused,
)

Described = Mapping[str, Any]

_NOT_A_FRAMEWORK: Final = FileProblem(
    "NOT_A_FRAMEWORK", "", "Begin with `key:`, `version:`, `name:` and so on."
)


def read_framework(file: str) -> Framework:
    """The framework that a YAML file describes.

    Raises:
        FrameworkRefused: with every problem found; NOT_YAML, TOO_LONG, or one problem's code, or BAD_FRAMEWORK.
    """
    described = parse(file, FrameworkRefused)
    by_schema = against_schema(described, _validator(), otherwise=BAD_FRAMEWORK, nothing=_NOT_A_FRAMEWORK)
    problems = list(by_schema) or [*_repeated(described), *_unreadable(described), *_too_few(described)]
    if problems:
        raise FrameworkRefused(problems)
    return _build(described)


@cache
def shipped() -> Mapping[str, str]:
    """The files of the frameworks that come with Tandem, by their name without its ending."""
    folder = files("domain.strengths") / "shipped"
    return {
        place.name.removesuffix(".yaml"): place.read_text("utf-8")
        for place in sorted(folder.iterdir(), key=lambda place: place.name)
        if place.name.endswith(".yaml")
    }


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON Schema of frameworks."""
    found: dict[str, Any] = json.loads(
        (files("domain.strengths") / "framework.schema.json").read_text("utf-8")
    )
    return found


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _parts(described: Described) -> Iterator[tuple[str, Described]]:
    """The file itself, its clusters and its strengths, each with its path."""
    yield "", described
    for place, cluster in enumerate(described["clusters"]):
        yield f"clusters[{place}]", cluster
        for inner, strength in enumerate(cluster["strengths"]):
            yield f"clusters[{place}].strengths[{inner}]", strength


def _repeated(described: Described) -> Iterator[FileProblem]:
    """A key or a name stands for one thing, whatever the case of its letters."""
    first: dict[tuple[bool, str, str], str] = {}
    for path, part in _parts(described):
        for word in ("key", "name") if path else ():
            same = ("strengths" in path, word, part[word].casefold())
            before = first.setdefault(same, path)
            if before != path:
                message = f"“{part[word]}” is the {word} of {before} already. Give each its own."
                yield FileProblem(f"REPEATED_{word.upper()}", f"{path}.{word}", message)


def _unreadable(described: Described) -> Iterator[FileProblem]:
    for path, part in _parts(described):
        for word in ("name", "description", "licence", "owner"):
            if word in part:
                check: Callable[[str, str], Any] = text.prose if word == "description" else text.line
                try:
                    check(part[word], word)
                except Refused as refused:
                    yield FileProblem(refused.code, f"{path}.{word}".lstrip("."), refused.message)


def _too_few(described: Described) -> Iterator[FileProblem]:
    there, most = (
        sum(len(cluster["strengths"]) for cluster in described["clusters"]),
        described["profile"]["most"],
    )
    if most > there:
        message = f"A profile would have up to {most} strengths, and there are {there}. Correct the number."
        yield FileProblem("TOO_FEW_STRENGTHS", "profile.most", message)


def _build(described: Described) -> Framework:
    plain = json.dumps(described, sort_keys=True, ensure_ascii=False)
    return Framework(
        key=described["key"],
        version=described["version"],
        name=text.line(described["name"], "name"),
        description=text.prose(described.get("description"), "description"),
        licence=text.line(described["licence"], "licence"),
        owner=text.line(described["owner"], "owner"),
        language=described["language"],
        most=described["profile"]["most"],
        ranked=described["profile"].get("ranked", False),
        clusters=tuple(_cluster(each) for each in described["clusters"]),
        digest=hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _cluster(described: Described) -> DescribedCluster:
    return DescribedCluster(
        described["key"],
        text.line(described["name"], "name"),
        text.prose(described.get("description"), "description"),
        tuple(_strength(each) for each in described["strengths"]),
    )


def _strength(described: Described) -> DescribedStrength:
    return DescribedStrength(
        described["key"],
        text.line(described["name"], "name"),
        text.prose(described.get("description"), "description"),
    )
