"""What the layout of the code promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import graphql

ROOT = Path(__file__).parent.parent


def test_graphql_stays_the_library() -> None:
    assert not (ROOT / "graphql/__init__.py").exists()
    assert graphql.__file__ is not None
    assert ROOT / "graphql" not in Path(graphql.__file__).parents


def test_the_rooms_import_in_one_direction() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
