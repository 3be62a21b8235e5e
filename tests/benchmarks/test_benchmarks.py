"""That all of `make bench` still runs: on a few programmes, without what would have to be installed for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.benchmarks import contenders, results
from tests.benchmarks.load import in_python
from tests.benchmarks.measuring import Run
from tests.benchmarks.report import publish, targets
from tests.benchmarks.results import read_all


def test_everything_is_measured_and_published(empty_data_dir: Path, tmp_path: Path) -> None:
    said: list[str] = []
    run = Run(
        home=empty_data_dir,
        scale=4,
        seconds=0.02,
        longest=0.02,
        load=in_python,
        progress=said.append,
        requests=2,
        compile_for_s=1,
        rounds=3,
        with_postgraphile=False,
    )

    found = run.measure()

    assert {key.split(" | ")[1] for key in found.loads} >= {
        contenders.BY_ID.name,
        contenders.BY_TEXT.name,
        contenders.DATALOADERS.name,
        contenders.STRAIGHT,
    }
    assert all(load.requests and not load.errors for load in found.loads.values())
    assert found.compiled is not None
    assert found.compiled.sponsors == found.compiled.of
    assert found.published is not None
    assert found.published.rounds == 3
    assert len(list(targets(found))) >= 10
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("Before\n<!-- bench -->\nold\n<!-- /bench -->\nAfter\n")
    publish(read_all(run.home), tmp_path)
    readme = (tmp_path / "README.md").read_text()
    assert "| lookup |" in readme
    assert "Tandem, by id, behind " in readme
    assert "old" not in readme
    assert readme.startswith("Before\n")
    assert readme.endswith("After\n")


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "results-4.json"
    begun = results.read(file, 4)
    begun.versions |= {"Node": "26"}
    begun.memory = [(1, 2)]
    results.write(file, begun)
    assert results.read(file, 4) == begun
    begun.finished = True
    results.write(file, begun)
    assert results.read(file, 4).memory == []


async def test_the_loader_counts_what_failed() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        load = await asyncio.to_thread(in_python, f"http://127.0.0.1:{port}/graphql", [{}], 2, 0.05)
        server.close()
        await server.wait_closed()
    assert load.errors == load.requests > 0
