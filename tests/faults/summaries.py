"""Compiling sponsors' summaries: each once, and with the hash of an undisturbed compile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import monotonic
from typing import Any

from tests.faults.client import PATIENCE_S, Client
from tests.faults.serving import Server
from tests.faults.tables import rows
from tests.faults.work import Finding, Harm

_PAUSE_S = 0.1
_FROM, _LASTS = date(2014, 9, 30), timedelta(days=365)
_JOB = "query($id: ID!) { node(id: $id) { ... on Job { doneAt failedAt failure } } }"
_KEPT = """
SELECT hash, revision,
    (SELECT count(*) FROM journal WHERE subject_id = s.id AND command = 'summary.compiled') AS compiled
FROM summaries s WHERE person_id = $1::text::uuid AND period_from = $2 AND period_to = $3
"""
SPONSORS = """
SELECT person_id::text AS id FROM sponsors
WHERE starts_on <= '2014-09-30' AND (ends_on IS NULL OR ends_on > '2016-09-30')
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 6
"""
"""Those with the most programmes over the whole time, by their keys."""


@dataclass(slots=True)
class Compile:
    """The summaries of several sponsors, of a period that no other such work has."""

    server: Server
    client: Client
    sponsors: Sequence[str]
    blow: int
    failed: list[Finding] = field(default_factory=list)

    async def prepare(self) -> None:
        """There is nothing to prepare."""

    async def act(self) -> None:
        """Ask for all of them at once, and wait until they are compiled."""
        await asyncio.gather(*(self._compile(sponsor) for sponsor in self.sponsors))

    def spoil(self) -> bool:
        """Nothing runs beside the server."""
        return False

    async def check(self) -> list[Finding]:
        """Compile them once more, undisturbed: nothing may change by that."""
        before = [await self._kept(sponsor) for sponsor in self.sponsors]
        await self.act()
        after = [await self._kept(sponsor) for sponsor in self.sponsors]
        found = [
            finding
            for sponsor, kept, again in zip(self.sponsors, before, after, strict=True)
            for finding in self._differences(sponsor, kept, again)
        ]
        return [*self.failed, *found]

    async def _compile(self, sponsor: str) -> None:
        given = {"personId": f"Person:{sponsor}", "periodFrom": str(self._from), "periodTo": str(self._to)}
        answer = await self.client.write("summaryCompile", given)
        job = await self._awaited(answer["id"])
        if job["failedAt"]:
            self.failed.append(Finding(Harm.LOST, self.blow, f"a summary was given up: {job['failure']}"))

    async def _awaited(self, job_id: str) -> dict[str, Any]:
        deadline = monotonic() + PATIENCE_S
        while True:
            job: dict[str, Any] = (await self.client.read(_JOB, {"id": job_id}))["node"]
            if job["doneAt"] or job["failedAt"]:
                return job
            if monotonic() > deadline:
                raise TimeoutError(f"{job_id} is not done: {job['failure']}")
            await asyncio.sleep(_PAUSE_S)

    def _differences(self, sponsor: str, kept: Sequence[Any], again: Sequence[Any]) -> list[Finding]:
        what = f"summary of {sponsor} from {self._from}"
        if not kept:
            return [Finding(Harm.LOST, self.blow, f"{what}: it is not there")]
        if len(kept) > 1 or kept[0]["compiled"] > 1:
            return [
                Finding(
                    Harm.DOUBLED, self.blow, f"{what}: compiled {kept[0]['compiled']} times, {len(kept)} kept"
                )
            ]
        if kept != again:
            return [Finding(Harm.LOST, self.blow, f"{what}: an undisturbed compile gives another hash")]
        return []

    async def _kept(self, sponsor: str) -> Sequence[Any]:
        return await rows(self.server.database, _KEPT, sponsor, self._from, self._to)

    @property
    def _from(self) -> date:
        return _FROM + timedelta(days=self.blow)

    @property
    def _to(self) -> date:
        return self._from + _LASTS
