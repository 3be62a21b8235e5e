"""Files in which people describe something as YAML: read as plain data, and checked against a published JSON Schema.

Every error carries a code, the path in the file (`items[3].dimension`) and what to do, and all are told at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator, ValidationError

from domain.errors import Refused

LONGEST: Final = 200_000
"""How many characters such a file may have."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One error: a stable code, the path in the file (empty for the whole file), and what to do."""

    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class FileRefused(Refused):
    """A file with every `problem` in it. One problem lends it its code; several have the code of the kind of file."""

    several: str = "BAD_FILE"
    listed: int = 1

    def __init__(self, problems: Sequence[FileProblem]) -> None:
        self.problems = tuple(problems)
        if len(self.problems) == 1:
            super().__init__(self.problems[0].code, str(self.problems[0]), field="file")
        else:
            super().__init__(self.several, self._all(), field="file")

    def _all(self) -> str:
        shown = " ".join(map(str, self.problems[: self.listed]))
        which = (
            "The first:" if self.listed == 1 else "They are:" if self._shows_all() else "The first of them:"
        )
        return f"The file has {len(self.problems)} errors. Correct them all. {which} {shown}"

    def _shows_all(self) -> bool:
        return len(self.problems) <= self.listed


Refuse = Callable[[Sequence[FileProblem]], FileRefused]


def parse(text: str, refuse: Refuse = FileRefused) -> Any:
    """What a YAML file says, as plain data: text, numbers, booleans, lists and mappings with keys of text.

    Raises:
        FileRefused: by `refuse`: TOO_LONG, REPEATED_KEY or NOT_YAML.
    """
    if len(text) > LONGEST:
        message = f"The file has more than {LONGEST:,} characters. Shorten it."
        raise refuse([FileProblem("TOO_LONG", "", message)])
    try:
        # A subclass of SafeLoader: it makes nothing but plain data.
        return yaml.load(text, Loader=_Loader)  # noqa: S506
    except _Repeated as repeated:
        message = f"Line {repeated.line} gives “{repeated.key}” a second time. Keep one of them."
        raise refuse([FileProblem("REPEATED_KEY", "", message)]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = " ".join(str(error).split()) or "it is nested too deeply"
        message = f"The file is not YAML that can be read: {problem}. Correct it."
        raise refuse([FileProblem("NOT_YAML", "", message)]) from None


def against_schema(
    described: Any, validator: Draft202012Validator, *, otherwise: str, nothing: FileProblem
) -> Iterator[FileProblem]:
    """Every error that the schema finds, in the order of their paths.

    `otherwise` is the code of errors that have no better one, `nothing` the problem of a file that is no mapping.
    """
    if not isinstance(described, dict) or not all(isinstance(key, str) for key in described):
        yield nothing
        return
    for error in sorted(validator.iter_errors(described), key=lambda error: error.json_path):
        code = _CODES.get(str(error.validator), otherwise)
        yield FileProblem(code, error.json_path.removeprefix("$").lstrip("."), _advice(error))


@dataclass(frozen=True)
class _Repeated(Exception):  # noqa: N818 - caught above, in this file
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
        # Points of a scale are keys written as numbers; JSON, and so a schema, knows keys of text only.
        return {_as_text(key): value for key, value in super().construct_mapping(node, deep).items()}


def _finite(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    number = float(loader.construct_yaml_float(node))
    if not math.isfinite(number):
        raise yaml.YAMLError(f"line {node.start_mark.line + 1} has a number without an end")
    return number


_Loader.add_constructor("tag:yaml.org,2002:float", _finite)


def _as_text(key: Hashable) -> Hashable:
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


_CODES: Final = {
    "required": "MISSING",
    "additionalProperties": "UNKNOWN_KEY",
    "enum": "UNKNOWN_WORD",
    "type": "WRONG_TYPE",
    "pattern": "BAD_TEXT",
    "format": "BAD_TEXT",
}


def _advice(error: ValidationError) -> str:
    advice = {
        "required": "Add it.",
        "additionalProperties": "Take it out, or correct its spelling.",
        "enum": "Use one of these words.",
    }.get(str(error.validator), "Correct it.")
    return f"{error.message}. {advice}"
