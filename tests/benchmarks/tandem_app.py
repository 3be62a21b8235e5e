"""Tandem's API as it is; in its process the documents of the benchmarks are trusted too."""

from __future__ import annotations

from typing import cast

from api.app import create_app
from graph import trusted
from tests.benchmarks.questions import questions

_known = cast("dict[str, trusted.TrustedDocument]", trusted.documents())
_known.update((question.trusted.name, question.trusted) for question in questions(scale=1))

app = create_app()
