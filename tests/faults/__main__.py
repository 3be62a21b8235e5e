"""`make faults`: kills what Tandem is made of, at moments drawn from a seed, and says what was lost or doubled."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from time import monotonic

from domain.calendar import today
from tests.benchmarks.results import machine
from tests.faults.place import place
from tests.faults.report import publish, table
from tests.faults.run import Results, Tell, run
from tests.faults.script import Blow, Victim, script
from tests.faults.serving import serving

_PAGE = Path(__file__).parents[2] / "docs/reliability.md"
# With fewer, what a row says is chance.
_ENOUGH = 200


def main() -> None:
    """Run, print, publish, and exit with 1 where something was lost or did not heal."""
    # An exception, so that everything ends that was begun.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda told, _: sys.exit(128 + told))
    asked, began = _arguments(), monotonic()
    blows = script(asked.kills, asked.seed, asked.only)
    results = _run(blows, asked, lambda words: print(f"{monotonic() - began:6.0f} s  {words}", flush=True))
    lines = list(table(results, machine(), today()))
    print("", *lines, sep="\n")
    if asked.kills >= _ENOUGH and not asked.only:
        publish(lines, _PAGE)
        print(f"\nThe table is in {_PAGE.name}.")
    sys.exit(0 if results.passed else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=_ENOUGH, help="how many processes are killed")
    parser.add_argument("--seed", type=int, default=1, help="from which order and moments are drawn")
    parser.add_argument(
        "--only",
        type=Victim,
        nargs="+",
        choices=list(Victim),
        default=(),
        help="kill nothing else; the table is not kept then",
    )
    parser.add_argument(
        "--no-mount", action="store_true", help="fill no disk, but keep the files of PostgreSQL from growing"
    )
    return parser.parse_args()


def _run(blows: list[Blow], asked: argparse.Namespace, tell: Tell) -> Results:
    with place(mount=not asked.no_mount) as home:
        tell(
            f"in {home.home}, {'on a file system of its own' if home.mounted else 'where nothing can be mounted'}"
        )
        try:
            with serving(home) as server:
                results = asyncio.run(run(server, blows, asked.seed, tell))
        except BaseException:
            _keep(home.home)
            raise
        if not results.passed:
            _keep(home.home)
    return results


def _keep(home: Path) -> None:
    """Keep what the server and the clients wrote, for whoever looks into a failure."""
    kept = Path(tempfile.mkdtemp(prefix="tandem-faults-log-"))
    for name in ("server.log", "writes.jsonl", "data/postgres/server.log", "data/valkey/server.log"):
        if (home / name).exists():
            shutil.copyfile(home / name, kept / name.replace("/", "-"))
    print(f"What was logged is in {kept}.", file=sys.stderr)


if __name__ == "__main__":
    main()
