from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.keep import KEEP, change
from domain.text import line, optional_line, prose


def _outcome(rule: Callable[[str, str], str | None], text: str, key: str) -> tuple[str | None, str | None]:
    """What a rule makes of a text: the text that is kept, and the code of a refusal."""
    try:
        return rule(text, key), None
    except Refused as refusal:
        return None, refusal.code


@given(st.text())
def test_a_line_is_refused_or_one_line_of_text(text: str) -> None:
    kept, code = _outcome(line, text, "title")
    if code is None:
        assert kept is not None
        assert kept == text.strip()
        assert len(kept.splitlines()) == 1
        kept.encode()
    else:
        assert code in {"EMPTY_TITLE", "TOO_LONG", "BAD_CHARACTERS"}


@given(st.text())
def test_prose_is_refused_or_can_be_kept(text: str) -> None:
    kept, code = _outcome(prose, text, "purpose")
    assert code in {None, "TOO_LONG", "BAD_CHARACTERS"}
    assert kept is None or kept.strip() == kept != ""
    assert b"\0" not in (kept or "").encode()


@pytest.mark.parametrize("nothing", [None, "", "  ", "\n"])
def test_nothing_to_read_is_nothing(nothing: str | None) -> None:
    assert optional_line(nothing, "category") is None
    assert prose(nothing, "purpose") is None


def test_prose_has_lines_and_a_line_has_none() -> None:
    assert prose("one\r\ntwo\n\tthree ", "purpose") == "one\ntwo\n\tthree"
    with pytest.raises(Refused, match=r"at position 4 \(U\+000A\)"):
        line("one\ntwo", "title")


@pytest.mark.parametrize(
    "fine", ["Cwm Taf Morgannwg: Bwrdd Iechyd", "Łódź", "👩🏽‍⚕️ care", "東京", "a\u00a0b"]
)
def test_people_write_in_their_own_letters(fine: str) -> None:
    assert line(fine, "title") == fine


def test_the_field_is_named_as_the_input_names_it() -> None:
    with pytest.raises(Refused) as refusal:
        line("", "legal_name")
    assert (refusal.value.code, refusal.value.field) == ("EMPTY_LEGAL_NAME", "legalName")
    assert refusal.value.message == "The legal name is empty. Give one."


def test_what_was_not_given_is_kept_and_none_clears() -> None:
    class Row:
        name: str = "A"
        parent: str | None = "B"

    row = Row()
    change(row, name=KEEP, parent=None)
    assert (row.name, row.parent) == ("A", None)
