"""Whether what lies here can be released (`make release-check`). All that is missing is told; the exit code is 1 then.

The versions agree and the changelog has a section for them, data of every earlier release are kept, and the wheel
stands alone: installed with what is locked in an environment of its own, it runs the demo from an empty directory.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import takewhile
from pathlib import Path
from typing import Any

import httpx

from graph.trusted import documents
from tests.api.processes import free_port

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 240
_SECTION = re.compile(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", re.MULTILINE)
_UNRELEASED = re.compile(r"^## Unreleased\n+(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Failed(Exception):  # noqa: N818 - it says what happened
    """Something that a release needs is not so; the message says what to do."""


def main() -> None:
    """The command line."""
    problems = agreement(declared(), (ROOT / "CHANGELOG.md").read_text("utf-8"), version("tandem"), kept())
    if _run(["git", "status", "--porcelain"], ROOT):
        problems.append("Something is not committed, so the wheel would be without it.")
    try:
        with tempfile.TemporaryDirectory(prefix="tandem-") as directory:
            _try_wheel(Path(directory))
    except Failed as failure:
        problems.append(str(failure))
    for problem in problems:
        print(f"Missing: {problem}")
    if problems:
        sys.exit(1)
    print(f"{declared()} can be released.")


def declared() -> str:
    """The version in pyproject.toml."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(read["project"]["version"])


def kept() -> set[str]:
    """The versions whose data the tests of upgrades have."""
    return {path.parent.name for path in (ROOT / "tests/api/upgrades").glob("*/dump.sql.xz")}


def agreement(declared: str, changelog: str, installed: str, kept: set[str]) -> list[str]:
    """What of versions, changelog and kept data does not fit together, as sentences that say what to do."""
    released = [number for number, _ in _SECTION.findall(changelog)]
    problems = []
    if installed != declared:
        problems.append(f"{installed} is installed, and pyproject.toml says {declared}: run `make setup`.")
    if released[:1] != [declared]:
        problems.append(
            f"CHANGELOG.md has no section of {declared} as its first: call Unreleased “## {declared} - DATE”."
        )
    if (more := _UNRELEASED.search(changelog)) and more[1].strip():
        problems.append(
            "CHANGELOG.md has something under Unreleased: it belongs to a release, so say to which."
        )
    problems += [
        f"tests/api/upgrades has no data of {number}: make them by tests/api/upgrades/make.py."
        for number in released
        if number not in {declared, *kept}
    ]
    return problems


def _try_wheel(directory: Path) -> None:
    """Build the wheel, install it alone, and run the demo with it."""
    (empty := directory / "empty").mkdir()
    wheel = _step("build the wheel", lambda: _build(directory))
    python = _step("install it with what is locked", lambda: _install(directory, wheel))
    _step("run the demo from an empty directory", lambda: _run_demo(python.parent / "tandem", empty))


def _step(what: str, act: Callable[[], Any]) -> Any:
    begun = time.monotonic()
    print(f"{what} ...", flush=True)
    done = act()
    print(f"{what}: {time.monotonic() - begun:.0f} s", flush=True)
    return done


def _build(directory: Path) -> Path:
    # From a copy of what is committed: what only lies about would be missed by others.
    source = directory / "source"
    _run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(source)], ROOT)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    _run([*pip, "--wheel-dir", str(directory), str(source)], directory)
    [wheel] = directory.glob("tandem-*.whl")
    return wheel


def _install(directory: Path, wheel: Path) -> Path:
    _run([sys.executable, "-m", "venv", str(directory / "venv")], directory)
    python = directory / "venv/bin/python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    _run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], directory)
    _run([*pip, "--no-deps", str(wheel)], directory)
    _run([str(python), "-m", "pip", "check"], directory)
    return python


def _run_demo(tandem: Path, empty: Path) -> None:
    told = _run([str(tandem), "--version"], empty).strip()
    _require(told == f"tandem {declared()}", f"the wheel says that it is {told}")
    port = free_port()
    words = [str(tandem), "demo", "--port", str(port)]
    log = empty.parent / "demo.log"
    with (
        log.open("w") as noted,
        subprocess.Popen(
            words, cwd=empty, env=_environment(empty), stdout=subprocess.PIPE, stderr=noted, text=True
        ) as process,
    ):
        assert process.stdout is not None
        late = threading.Timer(_PATIENCE_S, process.send_signal, [signal.SIGINT])
        late.start()
        try:
            shown = "".join(takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
            in_time = process.poll() is None and not late.finished.is_set()
            _require(
                in_time, f"the demo is not ready within {_PATIENCE_S} s: {shown}{log.read_text()[-2000:]}"
            )
            _look(f"http://127.0.0.1:{port}", shown)
        finally:
            late.cancel()
            process.send_signal(signal.SIGINT)
            code = process.wait(60)
    _require(code == 128 + signal.SIGINT, f"the demo was interrupted and ended with exit code {code}")
    _require([path.name for path in empty.iterdir()] == [".tandem"], "the demo leaves files in the directory")


def _look(site: str, shown: str) -> None:
    """Pages, templates, static files and every trusted document are in the wheel."""
    with httpx.Client(base_url=site, timeout=60, trust_env=False) as client:
        health = client.get("/healthz").json()
        _require(health == {"status": "up", "version": declared()}, f"/healthz says {health}")
        for path in ("/readyz", "/", "/static/tandem.css", *re.findall(r"/summaries/\S+", shown)):
            _require(client.get(path).is_success, f"{path} is not answered")
        for document in documents().values():
            answer = client.post("/graphql", json={"documentId": document.id}).json()
            codes = {error["extensions"].get("code") for error in answer.get("errors", [])}
            _require("UNKNOWN_DOCUMENT" not in codes, f"the document {document.name} is not in the wheel")


def _environment(directory: Path) -> dict[str, str]:
    """Of whoever checks, nothing but what installing needs: no setting of Tandem's, and no path to this checkout."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {**kept, "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", str(directory))}


def _require(so: bool, otherwise: str) -> None:
    if not so:
        raise Failed(f"{otherwise}.")


def _run(words: Sequence[str], directory: Path) -> str:
    done = subprocess.run(
        words, cwd=directory, env=_environment(directory), capture_output=True, text=True, check=False
    )
    _require(done.returncode == 0, f"{' '.join(words)}: {done.stderr or done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
