"""`make bench`: measures Tandem beside its peers on a generated portfolio, and writes the tables."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from time import monotonic

from tests.benchmarks.load import in_python, loader
from tests.benchmarks.measuring import SMALL, Run
from tests.benchmarks.report import publish, targets
from tests.benchmarks.results import Results, read_all

_ROOT = Path(__file__).parents[2]


def main() -> None:
    """Measure, publish, and say what was not reached."""
    # An exception, so that the servers end that were begun.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    asked = _arguments()
    home = Path(os.environ.get("TANDEM_BENCH_DIR") or _ROOT / ".tandem/benchmarks").absolute()
    began, load = monotonic(), loader()
    if load is in_python:
        print(
            "wrk is not there and could not be installed: the load comes from Python, and figures are lower."
        )
    run = Run(
        home,
        asked.scale,
        asked.seconds,
        load,
        lambda words: print(f"{monotonic() - began:6.0f} s  {words}", flush=True),
        requests=asked.requests,
        compile_for_s=asked.compile_for,
    )
    measured = run.measure()
    publish(read_all(home), _ROOT)
    _say(measured)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--scale", type=int, default=SMALL, help="how many programmes, of 100 milestones each"
    )
    parser.add_argument("--seconds", type=float, default=5, help="how long the turns of each last together")
    parser.add_argument("--requests", type=int, default=100_000, help="over how many memory is watched")
    parser.add_argument(
        "--compile-for", type=float, default=1800, help="for how many seconds at most summaries are compiled"
    )
    return parser.parse_args()


def _say(measured: Results) -> None:
    print("The tables are in docs/benchmarks.md.")
    for target in targets(measured):
        print(f"{'reached    ' if target.reached else 'NOT REACHED'}  {target.wanted}: {target.measured}")


if __name__ == "__main__":
    main()
