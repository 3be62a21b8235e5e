"""Mutations of several kinds, sent all the time by clients that each have a programme of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.faults.client import Client
from tests.faults.work import Finding

_START = "2020-01-01"
_IN_A_BURST = 15
_FIRST_REPORT, _FIRST_FORECAST = date(1990, 1, 1), date(2030, 1, 1)

MARKS = {
    "personCreate": ("people", "name"),
    "milestoneCreate": ("milestones", "title"),
    "sessionPlan": ("sessions", "title"),
    "milestoneReforecast": ("ledger_entries", "note"),
    "statusReportAdd": ("status_reports", "reason"),
}
"""In which column of which table the key of a write stands, by mutation."""


@dataclass(slots=True)
class Writer:
    """Somebody who keeps a programme up to date."""

    client: Client
    random: Random
    programme: str
    cohort: str
    milestone: str
    version: int
    step: int = 0

    @classmethod
    async def make(cls, client: Client, lead: str, name: str, seed: int) -> Writer:
        """A writer with a new programme."""
        made = {"ref": name, "title": name, "leadId": lead, "status": "ACTIVE"}
        programme = (await client.write("programmeCreate", made))["id"]
        cohort = {"programmeId": programme, "name": "All", "startsOn": _START}
        milestone = {"programmeId": programme, "baselineOn": _FIRST_FORECAST.isoformat()}
        return cls(
            client,
            Random(seed),
            programme,
            (await client.write("cohortCreate", cohort))["id"],
            (await client.write("milestoneCreate", milestone, marked="title"))["id"],
            version=1,
        )

    async def keep_writing(self, stop: asyncio.Event) -> None:
        """One mutation after the other, until told to stop."""
        while not stop.is_set():
            await self.write()
            await asyncio.sleep(self.random.uniform(0.02, 0.2))

    async def write(self) -> None:
        """One mutation of a kind drawn by chance."""
        self.step += 1
        await self.random.choice(
            (self._person, self._milestone, self._session, self._forecast, self._report)
        )()

    async def _person(self) -> None:
        write = self.client.log.begin("personCreate")
        await self.client.repeat(write, {"name": write.key, "email": f"{write.key}@example.org"})

    async def _milestone(self) -> None:
        given = {"programmeId": self.programme, "baselineOn": "2031-03-31"}
        await self.client.write("milestoneCreate", given, marked="title")

    async def _session(self) -> None:
        when = {"heldOn": "2026-05-04", "begins": "09:00:00", "minutes": 60}
        where = {"mode": "VIRTUAL", "link": "https://example.org/meet"}
        given = {"programmeId": self.programme, "cohortIds": [self.cohort], **when, **where}
        await self.client.write("sessionPlan", given, marked="title")

    async def _forecast(self) -> None:
        forecast = _FIRST_FORECAST + timedelta(days=self.step)
        given = {"id": self.milestone, "expectedVersion": self.version, "reason": "TECHNICAL"}
        answer = await self.client.write(
            "milestoneReforecast",
            {**given, "forecastOn": forecast.isoformat()},
            marked="note",
            selected="milestone { version }",
        )
        self.version = answer["milestone"]["version"]

    async def _report(self) -> None:
        day = _FIRST_REPORT + timedelta(days=self.step)
        given = {"programmeId": self.programme, "reportedOn": day.isoformat(), "deliveryConfidence": "AMBER"}
        await self.client.write("statusReportAdd", given, marked="reason")


@dataclass(slots=True)
class Burst:
    """All writers of a second set at once, so that a kill is sure to meet writes."""

    writers: Sequence[Writer]

    async def prepare(self) -> None:
        """There is nothing to prepare."""

    async def act(self) -> None:
        """Each writes a number of times, without a pause."""
        await asyncio.gather(*(self._write(writer) for writer in self.writers))

    def spoil(self) -> bool:
        """Nothing runs beside the server."""
        return False

    async def check(self) -> list[Finding]:
        """All writes are compared together, at the end."""
        return []

    async def _write(self, writer: Writer) -> None:
        for _ in range(_IN_A_BURST):
            await writer.write()
