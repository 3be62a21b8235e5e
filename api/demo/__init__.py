"""The demo's three programmes, entered through the commands as raw answers; README.md says what of them is invented."""

from __future__ import annotations

from api.demo.cases import CASES, enter

__all__ = ["CASES", "enter"]
