"""What is there before anything is killed, and the undisturbed pieces of work with which all others are compared."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import api.demo
from tests.faults.client import Client
from tests.faults.imports import Import
from tests.faults.log import Log
from tests.faults.mutations import Burst, Writer
from tests.faults.rounds import Round, Stage
from tests.faults.script import Doing
from tests.faults.serving import TANDEM, Server
from tests.faults.summaries import SPONSORS, Compile
from tests.faults.tables import rows
from tests.faults.work import Finding, Work

_DEMO = Path(api.demo.__file__).parent
_FILES = (
    ("organisations", "organisations.csv"),
    ("successions", "successions.csv"),
    ("portfolio", "portfolio-2013-2016.csv"),
)
_LEAD = "FAULTS"
_WRITERS, _IN_BURSTS = 3, 4


@dataclass(slots=True)
class Scene:
    """The demo's portfolio for sponsors to be told of, writers with programmes of their own, and a stage for rounds."""

    server: Server
    client: Client
    log: Log
    writers: list[Writer]
    bursting: list[Writer]
    stage: Stage
    sponsors: list[str]
    lengths: dict[Doing, float] = field(default_factory=dict)
    """How many seconds each piece of work takes undisturbed."""
    undisturbed: dict[Doing, Any] = field(default_factory=dict)

    def work(self, blow: int, doing: Doing) -> Work:
        """A piece of work of that kind, which knows the undisturbed one if that was done."""
        known = self.undisturbed.get(doing)
        match doing:
            case Doing.MUTATING:
                return Burst(self.bursting)
            case Doing.IMPORTING:
                return Import(self.server, self.log, _LEAD, blow, wanted=known or {})
            case Doing.COMPILING:
                return Compile(self.server, self.client, self.sponsors, blow)
            case Doing.ANSWERING | Doing.PUBLISHING:
                answering = doing is Doing.ANSWERING
                return Round(
                    self.server, self.client, self.stage, blow, killed_while_answering=answering, wanted=known
                )

    async def rehearse(self, tell: Callable[[str], None]) -> list[Finding]:
        """Do each piece of work once, undisturbed."""
        found: list[Finding] = []
        for place, doing in enumerate(Doing):
            work = self.work(-place, doing)
            await work.prepare()
            began = monotonic()
            await work.act()
            self.lengths[doing] = monotonic() - began
            found += await work.check()
            if isinstance(work, (Import, Round)):
                self.undisturbed[doing] = work.found
            tell(f"undisturbed, {doing} takes {self.lengths[doing]:.1f} s")
        return found


async def scene(server: Server, log: Log, tell: Callable[[str], None]) -> Scene:
    """Load and enter everything."""
    for kind, file in _FILES:
        await asyncio.to_thread(_load, server, kind, _DEMO / file)
        tell(f"loaded the demo's {kind}")
    client = Client(server.url, log)
    lead = await client.write("organisationCreate", {"code": _LEAD, "name": "Faults", "kind": "OTHER"})
    writers = [
        await Writer.make(client, lead["id"], f"writer-{number}", number)
        for number in range(_WRITERS + _IN_BURSTS)
    ]
    instrument = await client.write("instrumentStore", {"shippedKey": "staff-pulse"})
    programme = {"ref": "asked", "title": "Asked", "leadId": lead["id"], "effectiveOn": "2020-01-01"}
    stage = Stage((await client.write("programmeCreate", programme))["id"], lead["id"], instrument["id"])
    sponsors = [row["id"] for row in await rows(server.database, SPONSORS)]
    return Scene(server, client, log, writers[:_WRITERS], writers[_WRITERS:], stage, sponsors)


def _load(server: Server, kind: str, file: Path) -> None:
    subprocess.run(
        [*TANDEM, "import", kind, str(file)], env=server.environment, check=True, stdout=subprocess.DEVNULL
    )
