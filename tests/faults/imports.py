"""`tandem import portfolio`: killed half-way, given again until it succeeds, and then equal to one undisturbed."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

from tests.faults.client import PATIENCE_S
from tests.faults.log import Log, Write
from tests.faults.serving import TANDEM, Server
from tests.faults.tables import counts
from tests.faults.work import Finding, Harm, differences, label

_PROGRAMMES = 120
_FIRST, _APART, _BETWEEN = date(2017, 1, 1), timedelta(days=8), timedelta(days=4)
_PAUSE_S = 0.2
_HEADINGS = (
    *("reported_on", "programme_ref", "programme", "lead_organisation", "category", "delivery_confidence"),
    *("starts_on", "ends_on", "whole_life_cost_gbp_m"),
)

_FOUND = """
WITH mine AS (SELECT id, ref, title, status, starts_on FROM programmes WHERE ref LIKE $1)
SELECT 'programmes ' || status AS name, count(*) FROM mine GROUP BY 1
UNION ALL SELECT 'reports ' || coalesce(delivery_confidence, '-'), count(*)
    FROM status_reports WHERE programme_id IN (SELECT id FROM mine) GROUP BY 1
UNION ALL SELECT 'milestones that end on ' || forecast_on || ', agreed ' || baseline_on, count(*)
    FROM milestones WHERE programme_id IN (SELECT id FROM mine) GROUP BY 1
UNION ALL SELECT 'moves by ' || days || ' days', count(*)
    FROM ledger_entries WHERE programme_id IN (SELECT id FROM mine) GROUP BY 1
UNION ALL SELECT 'seats of sponsors', count(*) FROM sponsors WHERE programme_id IN (SELECT id FROM mine)
UNION ALL SELECT 'leads', count(*) FROM partners WHERE programme_id IN (SELECT id FROM mine)
UNION ALL SELECT 'entries of ' || command || ' in the journal', count(*)
    FROM journal WHERE programme_id IN (SELECT id FROM mine) GROUP BY 1
"""


@dataclass(slots=True)
class Import:
    """One file of two reports. Its programmes are called after it; all else is the same in every file."""

    server: Server
    log: Log
    lead: str
    blow: int
    wanted: dict[str, int] = field(default_factory=dict)
    """What the undisturbed import of such a file left in the tables; empty for that one itself."""
    found: dict[str, int] = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = None

    async def prepare(self) -> None:
        """Write the file."""
        with self._file.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(_HEADINGS)
            for days in (timedelta(), _BETWEEN):
                rows.writerows(self._row(number, days) for number in range(_PROGRAMMES))

    async def act(self) -> None:
        """Import it, again and again until that succeeds."""
        write, deadline = self.log.begin("import"), monotonic() + PATIENCE_S
        while True:
            self.log.sending(write)
            said = await self._attempt(write)
            if write.answered:
                return
            if monotonic() > deadline:
                raise TimeoutError(f"{self._file} is not imported: {said}")
            await asyncio.sleep(_PAUSE_S)

    def spoil(self) -> bool:
        """Kill the import itself."""
        if self._process is None or self._process.returncode is not None:
            return False
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        return True

    async def check(self) -> list[Finding]:
        """Everything of the file is there once, as after the undisturbed import."""
        self.found = await counts(self.server.database, _FOUND, f"{self._name}-%")
        if not self.wanted:
            return (
                [] if self.found else [Finding(Harm.LOST, self.blow, "the undisturbed import left nothing")]
            )
        return differences(self.blow, f"import {self._name}", self.found, self.wanted)

    async def _attempt(self, write: Write) -> str:
        self._process = await asyncio.create_subprocess_exec(
            *(*TANDEM, "import", "portfolio", str(self._file)),
            env=self.server.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _, said = await self._process.communicate()
        finally:
            self.spoil()
        if self._process.returncode == 0:
            self.log.answer(write)
        else:
            self.log.unanswered(write, f"the import ended with {self._process.returncode}")
        return said.decode()[-500:]

    @property
    def _name(self) -> str:
        return f"import-{label(self.blow)}"

    @property
    def _file(self) -> Path:
        return self.server.place.home / f"{self._name}.csv"

    def _row(self, number: int, days: timedelta) -> list[str]:
        """In the second report, a third of the programmes expect to end later."""
        late = timedelta(days=30) if days and not number % 3 else timedelta()
        ref, rating = f"{self._name}-{number}", ("GREEN", "AMBER", "RED")[(number + days.days) % 3]
        reported_on, ends_on = _FIRST + _APART * self.blow + days, date(2029, 3, 31) + late
        dates = ("2016-04-01", ends_on.isoformat())
        return [reported_on.isoformat(), ref, f"Programme {ref}", self.lead, "", rating, *dates, "12.50"]
