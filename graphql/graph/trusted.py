"""The trusted documents: the questions that Tandem itself asks, known by their hash.

They lie in `graphql/operations/`, a file each. A client may send `documentId` instead of a text; documents may ask for
larger pages than texts may.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document: its name (`summary/programmes`), its text and the SHA-256 of that."""

    name: str
    id: str
    text: str


@cache
def documents() -> Mapping[str, TrustedDocument]:
    """All trusted documents by name."""
    folder = _folder()
    found = {}
    for path in sorted(folder.rglob("*.graphql")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(folder).with_suffix("").as_posix()
        found[name] = TrustedDocument(name, hashlib.sha256(text.encode()).hexdigest(), text)
    return found


@cache
def by_id() -> Mapping[str, TrustedDocument]:
    """All trusted documents by id."""
    return {document.id: document for document in documents().values()}


def _folder() -> Path:
    """Beside this package in a checkout, inside it in an installed wheel."""
    package = Path(str(resources.files("graph")))
    inside, beside = package / "operations", package.parent / "operations"
    return inside if inside.is_dir() else beside
