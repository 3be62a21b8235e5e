"""The table: what was killed, what became of the writes, and how long nobody was served."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median

from domain.calendar import in_words
from tests.faults.log import Write
from tests.faults.run import Outcome, Results
from tests.faults.script import Doing, Victim
from tests.faults.work import Finding, Harm

_MOST_FINDINGS = 20
_SECONDS = "s: p50, worst"
_COLUMNS = (
    *("times", "writes", "answered", "sent again", "lost", "doubled"),
    *(f"served again, {_SECONDS}", f"work done, {_SECONDS}"),
)
_MARKED = re.compile(r"(<!-- faults -->\n).*?(<!-- /faults -->)", re.DOTALL)


def publish(lines: Iterable[str], page: Path) -> None:
    """Put a report between the marks of the page."""
    words = page.read_text(encoding="utf-8")
    text = "\n".join([*lines, ""])
    page.write_text(_MARKED.sub(lambda marks: f"{marks[1]}{text}{marks[2]}", words), encoding="utf-8")


def table(results: Results, machine: str, on: date) -> Iterator[str]:
    """The whole report, line by line."""
    kills = sum(outcome.blow.victim is not Victim.DISK for outcome in results.outcomes)
    full = len(results.outcomes) - kills
    yield f"{in_words(on)}, {machine}."
    yield f"{kills} kills and {full} times a full disk in {results.minutes:.0f} min, seed {results.seed}."
    yield ""
    yield f"| killed | {' | '.join(_COLUMNS)} |"
    yield f"|---|{'--:|' * len(_COLUMNS)}"
    for victim in Victim:
        chosen = [outcome for outcome in results.outcomes if outcome.blow.victim is victim]
        if chosen:
            yield _row(str(victim), results, chosen)
    yield _row("together", results, results.outcomes)
    yield ""
    yield f"| under way | times | lost | doubled | work done, {_SECONDS} |"
    yield "|---|--:|--:|--:|--:|"
    for doing in Doing:
        chosen = [outcome for outcome in results.outcomes if outcome.blow.doing is doing]
        if chosen:
            numbers = {outcome.blow.number for outcome in chosen}
            harms = " | ".join(str(_harmed(results, numbers, harm)) for harm in (Harm.LOST, Harm.DOUBLED))
            yield f"| {doing} | {len(chosen)} | {harms} | {_spread([one.done_s for one in chosen])} |"
    yield from _failures(results)
    yield from _findings(results.findings)


def _row(name: str, results: Results, chosen: Sequence[Outcome]) -> str:
    numbers = {outcome.blow.number for outcome in chosen}
    writes = [write for write in results.log.writes.values() if write.blow in numbers]
    cells = (
        *(f"{number:,}" for number in (len(chosen), len(writes), _answered(writes), _again(writes))),
        *(str(_harmed(results, numbers, harm)) for harm in (Harm.LOST, Harm.DOUBLED)),
        _spread([outcome.served_s for outcome in chosen]),
        _spread([outcome.done_s for outcome in chosen]),
    )
    return f"| {name} | {' | '.join(cells)} |"


def _answered(writes: Iterable[Write]) -> int:
    return sum(write.answered for write in writes)


def _again(writes: Iterable[Write]) -> int:
    return sum(max(0, write.sent - 1) for write in writes)


def _harmed(results: Results, numbers: set[int], harm: Harm) -> int:
    """What belongs to no kill, such as a ledger that does not add up, counts in each row: nobody knows to which."""
    return sum(finding.harm is harm and finding.blow in {0, *numbers} for finding in results.findings)


def _spread(seconds: Sequence[float | None]) -> str:
    known = [each for each in seconds if each is not None]
    missing = len(seconds) - len(known)
    said = f"{median(known):.2f}, {max(known):.2f}" if known else "-"
    return f"{said}, **never {missing}**" if missing else said


def _failures(results: Results) -> Iterator[str]:
    """What clients were told while a disk was full, and over the whole run."""
    full: Counter[str] = sum(
        (outcome.failures for outcome in results.outcomes if outcome.blow.victim is Victim.DISK), Counter()
    )
    for when, failures in (("While a disk was full", full), ("Over the whole run", results.log.failures)):
        if failures:
            said = ", ".join(f"{name} {number:,}" for name, number in failures.most_common())
            yield f"\n{when}, attempts ended in: {said}."


def _findings(found: Sequence[Finding]) -> Iterator[str]:
    for finding in found[:_MOST_FINDINGS]:
        yield f"\n**{finding.harm}**, after kill {finding.blow}: {finding.words}."
    if len(found) > _MOST_FINDINGS:
        yield f"\nAnd {len(found) - _MOST_FINDINGS:,} more like these."
