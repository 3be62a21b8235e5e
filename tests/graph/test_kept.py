"""What was asked for again outlives what was asked for once."""

import pytest

from graph.reads.kept import Kept


@pytest.fixture
def kept() -> Kept[str, int]:
    """Room for ten values of ten bytes, two of them new."""
    return Kept(100)


def test_what_was_put_there_is_there(kept: Kept[str, int]) -> None:
    kept.put("a", 1, 10)
    assert (kept.get("a"), kept.get("b"), kept.bytes) == (1, None, 10)


def test_of_new_things_the_oldest_goes(kept: Kept[str, int]) -> None:
    for number, key in enumerate("abc"):
        kept.put(key, number, 10)
    assert [kept.get(key) for key in "abc"] == [None, 1, 2]


def test_what_was_asked_for_again_stays_whatever_comes(kept: Kept[str, int]) -> None:
    kept.put("a", 1, 10)
    kept.get("a")
    for number in range(10_000):
        kept.put(str(number), number, 10)
    assert (kept.get("a"), kept.bytes) == (1, 30)


def test_what_was_asked_for_again_goes_in_its_turn(kept: Kept[str, int]) -> None:
    for key in "abcdefghij":
        kept.put(key, 0, 10)
        kept.get(key)
    assert kept.bytes == 100
    # The two oldest are new things again: the next chance is theirs, the next going too.
    assert kept.get("a") == 0
    assert kept.bytes == 100


def test_what_is_too_large_is_not_kept(kept: Kept[str, int]) -> None:
    kept.put("a", 1, 21)
    assert (kept.get("a"), kept.bytes) == (None, 0)


def test_a_value_that_is_put_there_again_counts_once(kept: Kept[str, int]) -> None:
    kept.put("a", 1, 10)
    kept.put("a", 2, 15)
    assert (kept.get("a"), kept.bytes) == (2, 15)
