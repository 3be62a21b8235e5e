"""The demo loads once, shows a summary, and serves what it shows."""

from __future__ import annotations

import re
import signal
from itertools import takewhile
from pathlib import Path

import httpx

from api.demo import CASES
from tests.api.processes import begun, free_port, nothing_runs, run

_COUNTS = re.compile(r"^\d+ organisations,.*$", re.MULTILINE)
_SUMMARY = re.compile(r"^Summary (\S+), draft$", re.MULTILINE)


def test_the_demo_loads_once_and_serves_what_it_shows(data_dir: Path) -> None:
    with begun(data_dir, "demo", "--port", str(free_port())) as process:
        assert process.stdout is not None
        shown = "".join(takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
        assert "Open Government Licence v3.0" in shown
        assert "30 September 2016: 143 programmes reported" in shown
        assert "33 programmes\n" in shown
        start, summary, graphql = re.findall(r"http://\S+", shown)
        assert httpx.get(start).status_code == 200
        assert "Ministry of Defence" in httpx.get(summary).text
        asked = httpx.post(graphql, json={"query": "{ programmes(first: 1) { totalCount } }"})
        assert asked.json()["data"] == {"programmes": {"totalCount": 337 + len(CASES)}}
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert nothing_runs(data_dir)

    again = run(data_dir, "demo", "--no-serve")
    assert again.returncode == 0
    assert "there already" in again.stdout
    assert _COUNTS.findall(again.stdout) == _COUNTS.findall(shown)
    assert _SUMMARY.findall(again.stdout) == _SUMMARY.findall(shown)
