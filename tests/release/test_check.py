"""What a release needs is told before it is made; the wheel itself is tried by `make release-check`."""

from __future__ import annotations

import pytest

from tests.release.check import agreement

_LOG = "# Changelog\n\n## 0.3.0 - 2027-01-02\n\n- More.\n\n## 0.2.0 - 2026-12-04\n\n- Something.\n"


def test_a_release_that_has_everything_is_told_nothing() -> None:
    assert agreement("0.3.0", _LOG, "0.3.0", {"0.2.0"}) == []
    assert agreement("0.3.0", _LOG.replace("## 0.3.0", "## Unreleased\n\n## 0.3.0"), "0.3.0", {"0.2.0"}) == []


@pytest.mark.parametrize(
    ("declared", "changelog", "installed", "kept", "told"),
    [
        ("0.3.0", _LOG, "0.2.0", {"0.2.0"}, "0.2.0 is installed, and pyproject.toml says 0.3.0"),
        ("0.4.0", _LOG, "0.4.0", {"0.2.0", "0.3.0"}, "no section of 0.4.0"),
        ("0.3.0", _LOG.replace(" - 2027-01-02", ""), "0.3.0", {"0.2.0"}, "no section of 0.3.0"),
        (
            "0.3.0",
            _LOG.replace("## 0.3.0", "## Unreleased\n\n- New.\n\n## 0.3.0"),
            "0.3.0",
            {"0.2.0"},
            "under Unreleased",
        ),
        ("0.3.0", _LOG, "0.3.0", set(), "no data of 0.2.0"),
    ],
)
def test_what_is_missing_is_told(
    declared: str, changelog: str, installed: str, kept: set[str], told: str
) -> None:
    [problem] = agreement(declared, changelog, installed, kept)
    assert told in problem
    assert problem.endswith(".")
