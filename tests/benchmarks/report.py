"""The figures as tables in Markdown: what was measured, and what of the targets was reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contenders import BY_ID, BY_TEXT, DATALOADERS, POSTGRAPHILE, STRAIGHT
from tests.benchmarks.load import Load
from tests.benchmarks.measuring import CONNECTIONS, DECISIVE, SERVERS, SMALL
from tests.benchmarks.portfolio import MILESTONES
from tests.benchmarks.results import Compiled, Published, Results, key
from tests.benchmarks.rounds import GROUPS, ITEMS, PEOPLE
from tests.benchmarks.turns import TURNS

_COLUMNS = (BY_ID.name, BY_TEXT.name, DATALOADERS.name, POSTGRAPHILE.name, STRAIGHT)
_QUESTIONS = (*DECISIVE, "portfolio", "portfolio of a category")
_MARKED = re.compile(r"(<!-- bench -->\n).*?(<!-- /?bench -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """What was to be reached, what was measured, and whether that reaches it."""

    wanted: str
    measured: str
    reached: bool

    def row(self) -> str:
        """A row of the table."""
        return f"| {self.wanted} | {self.measured} | {'yes' if self.reached else '**no**'} |"


def publish(found: list[Results], root: Path) -> None:
    """Write `docs/benchmarks.md`, and put the same between the marks of the README, where it has them."""
    text = "\n".join(line for results in found for line in (*_section(results), ""))
    page = root / "docs/benchmarks.md"
    page.write_text(f"# Benchmarks\n\nWritten by `make bench`.\n\n{text}", encoding="utf-8")
    readme = root / "README.md"
    words = readme.read_text(encoding="utf-8")
    readme.write_text(_MARKED.sub(lambda marks: f"{marks[1]}{text}{marks[2]}", words), encoding="utf-8")


def _section(results: Results) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    yield f"### {results.scale:,} programmes, {results.scale * MILESTONES:,} milestones, seven versions of each"
    yield ""
    yield f"{results.began}, {results.machine}, load and servers on the same machine, one process each. {versions}."
    yield (
        f"Python's contenders ran on {results.server}, the faster of {' and '.join(SERVERS)} here. "
        f"Contenders took turns, {TURNS} each; what stands here is the median, of ratios that of each turn's."
    )
    yield from (_behind(results, server) for server in SERVERS if server != results.server)
    for connections in CONNECTIONS:
        yield ""
        yield from _table(results, connections)
    yield ""
    yield "| to be reached | measured | reached |"
    yield "|---|---|---|"
    yield from (target.row() for target in targets(results))
    yield from _not_measured(results)


def _behind(results: Results, server: str) -> str:
    """What the server that was not chosen does to the questions by which it was not."""
    ways = [f"{BY_ID.name}, {name}" for name in (server, results.server)]
    said = [f"{name} {_said(ratios)}" for name in DECISIVE if (ratios := _ratios(results, name, *ways))]
    return f"Tandem, by id, behind {server}, in times of {results.server}: {'; '.join(said)}."


def _table(results: Results, connections: int) -> Iterator[str]:
    many = "connection" if connections == 1 else "connections"
    yield f"Requests a second with {connections} {many} (median and 99th percentile in milliseconds):"
    yield ""
    yield f"| | {' | '.join(_COLUMNS)} |"
    yield f"|---|{'--:|' * len(_COLUMNS)}"
    for name in (*_QUESTIONS, *(f"{name}, past" for name in _QUESTIONS)):
        cells = (_cell(results.loads.get(key(name, contender, connections))) for contender in _COLUMNS)
        yield f"| {name} | {' | '.join(cells)} |"


def _cell(load: Load | None) -> str:
    if load is None:
        return "-"
    if not load.requests:
        return f"none in {load.seconds:.0f} s"
    failed = f", {load.errors:,} failed" if load.errors else ""
    return f"{_short(load.per_second)} ({_short(load.p50)}, {_short(load.p99)}){failed}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def targets(results: Results) -> Iterator[Target]:
    """Every target that this run can speak of."""
    lists = ("page of 50", "list of 1,000")
    for name in lists:
        yield from _faster(results, name, BY_ID.name, DATALOADERS.name, 10)
    for name in lists:
        yield from _faster(results, name, BY_ID.name, POSTGRAPHILE.name, 2)
    yield from _faster(results, "lookup", BY_ID.name, POSTGRAPHILE.name, 1.2)
    yield from _faster(results, "lookup", BY_TEXT.name, POSTGRAPHILE.name, 1)
    yield from _faster(results, "list of 1,000", BY_ID.name, STRAIGHT, 0.6)
    yield from _portfolio(results)
    yield from (target for name in _QUESTIONS for target in _past(results, name))
    yield from _memory(results)
    yield from _growth(results)
    if results.published is not None:
        yield from _rounds(results.published)


def _faster(results: Results, name: str, ours: str, theirs: str, times: float) -> Iterator[Target]:
    """Ours in times of theirs, with each number of connections; all of them have to reach it."""
    if ratios := _ratios(results, name, ours, theirs):
        wanted = f"{name}: {ours} at least {times:g} times {theirs}"
        yield Target(wanted, _said(ratios), min(ratios) >= times)


def _ratios(results: Results, name: str, ours: str, theirs: str) -> list[float]:
    """One contender in times of another, for each number of connections; none where one was not measured."""
    pairs = [[results.load(name, contender, n) for contender in (ours, theirs)] for n in CONNECTIONS]
    ratios = [one.times(other) for one, other in pairs if one and other]
    return ratios if len(ratios) == len(CONNECTIONS) else []


def _said(ratios: list[float]) -> str:
    return ", ".join(f"{ratio:.2g} ({n})" for ratio, n in zip(ratios, CONNECTIONS, strict=True))


def _portfolio(results: Results) -> Iterator[Target]:
    load = results.load("portfolio", BY_ID.name, 1)
    if load is not None:
        wanted = f"portfolio over {results.scale:,} programmes in at most 50 ms"
        yield Target(wanted, f"{_short(load.p50)} ms", load.p50 <= 50)


def _past(results: Results, name: str) -> Iterator[Target]:
    present, past = (results.load(each, BY_ID.name, 1) for each in (name, f"{name}, past"))
    if present is not None and past is not None:
        ratio = past.p50 / present.p50
        yield Target(f"{name}: a past date takes at most 4 times today", f"{ratio:.2g} times", ratio <= 4)


def _memory(results: Results) -> Iterator[Target]:
    if len(results.memory) > 1:
        # The first tenth fills what is kept for good: plans, parsed documents, connections.
        last, late = results.memory[-1]
        early = next(taken for answered, taken in results.memory if answered >= last / 10)
        yield Target(
            f"memory of the server flat over {last:,} requests (grows by at most 5 %)",
            f"{early / 2**20:.0f} to {late / 2**20:.0f} MiB",
            late <= 1.05 * early,
        )


def _growth(results: Results) -> Iterator[Target]:
    if results.pages:
        small, large = results.pages
        ratio = large.p50 / small.p50
        wanted = f"page of 50: median at {results.scale:,} programmes at most 1.3 times that at {SMALL:,}"
        yield Target(wanted, f"{ratio:.2f} times", ratio <= 1.3)
    if results.compiled is not None:
        yield _constant(results.compiled)
        if results.small_compiled is not None:
            ratio = results.compiled.seconds_each / results.small_compiled.seconds_each
            wanted = f"a summary takes at most 1.5 times as long as among {SMALL:,} programmes"
            yield Target(wanted, f"{results.compiled.seconds_each:.2f} s, {ratio:.2f} times", ratio <= 1.5)


def _rounds(published: Published) -> Iterator[Target]:
    wanted = f"a round of {PEOPLE} people by {ITEMS} items with {GROUPS} groups is published in at most 2 s"
    yield Target(wanted, f"{published.large_s:.2f} s", published.large_s <= 2)
    early, late = (memory / 2**20 for memory in (published.memory_early, published.memory_late))
    said = f"{published.rounds:,} rounds, {published.seconds_each:.3f} s each, {early:.0f} to {late:.0f} MiB"
    yield Target("rounds are published in constant memory (grows by at most 5 %)", said, late <= 1.05 * early)


def _constant(compiled: Compiled) -> Target:
    early, late = (memory / 2**20 for memory in (compiled.memory_early, compiled.memory_late))
    many = f"{compiled.sponsors:,} of {compiled.of:,}"
    said = f"{many}, {compiled.seconds_each:.2f} s each, {early:.0f} to {late:.0f} MiB"
    return Target("summaries compile in constant memory (grows by at most 5 %)", said, late <= 1.05 * early)


def _not_measured(results: Results) -> Iterator[str]:
    yield ""
    yield (
        "A dash: it cannot be asked so. Texts may ask for pages of 100 at most, and PostGraphile has neither the past "
        "nor a portfolio without code of one's own."
    )
    yield "A dash with 50 connections: it would have taken minutes."
    yield from (f"Not answered: {failure}." for failure in results.failures)
    if "PostGraphile" not in results.versions:
        yield "PostGraphile was not measured: it could not be installed here."
