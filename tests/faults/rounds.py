"""Rounds: people answer through their links as they would, and each answer counts once in what is published once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from tests.faults.client import PATIENCE_S, Client, UnansweredError
from tests.faults.serving import Server
from tests.faults.tables import counts
from tests.faults.work import Finding, Harm, differences, label

PEOPLE = 8
_START = "2020-01-01"
_PAUSE_S = 0.1
_APART_S = 0.03
_ITEMS = ("motivated-by-work", "free-to-decide", "way-that-fits")
_PUBLISHED = """query($id: ID!) { node(id: $id) { ... on Round {
  state cells { nodes { title participants } } results { nodes { kind key n score deviation distribution } }
} } }"""
_JOURNAL = "SELECT command, count(*) FROM journal WHERE subject_id = $1::text::uuid GROUP BY 1"
_ONCE = {f"round.{word}": 1 for word in ("created", "opened", "closed", "published")}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where rounds are held: a programme, who leads it, and what is asked."""

    programme: str
    lead: str
    instrument: str


@dataclass(slots=True)
class Round:
    """A round of people whom no other asks. Nothing is killed but while they answer, or while it is published."""

    server: Server
    client: Client
    stage: Stage
    blow: int
    killed_while_answering: bool
    wanted: Any = None
    """What the undisturbed round published, in which people answered the same; None for that one itself."""
    found: Any = None
    _id: str = ""
    _links: list[str] = field(default_factory=list)

    async def prepare(self) -> None:
        """People, their team, the open round and its links; answers too, where publishing is what is tried."""
        named = self._name
        team = {"programmeId": self.stage.programme, "name": named, "startsOn": _START}
        team_id = (await self.client.write("teamCreate", team))["id"]
        await asyncio.gather(*(self._join(team_id, f"{named}-{number}") for number in range(PEOPLE)))
        given = {"teamId": team_id, "instrumentId": self.stage.instrument, "title": named}
        self._id = (await self.client.write("roundCreate", given))["id"]
        await self.client.write("roundOpen", {"id": self._id})
        self._links = await self._invited()
        if not self.killed_while_answering:
            await self._answer()

    async def act(self) -> None:
        """Everybody answers, or the round is closed and published."""
        await (self._answer() if self.killed_while_answering else self._publish())

    def spoil(self) -> bool:
        """Nothing runs beside the server."""
        return False

    async def check(self) -> list[Finding]:
        """It was published once, and of each person once what they answered."""
        if self.killed_while_answering:
            await self._publish()
        node = (await self.client.read(_PUBLISHED, {"id": self._id}))["node"]
        self.found = {"cells": node["cells"], "results": node["results"]}
        journal = await counts(self.server.database, _JOURNAL, self._id.partition(":")[2])
        once = {name: number for name, number in journal.items() if name in _ONCE}
        return [*differences(self.blow, self._name, once, _ONCE), *self._otherwise()]

    def _otherwise(self) -> list[Finding]:
        took_part = [cell["participants"] for cell in self.found["cells"]["nodes"]]
        if took_part != [PEOPLE]:
            harm = Harm.DOUBLED if (took_part[0] or 0) > PEOPLE else Harm.LOST
            return [Finding(harm, self.blow, f"{self._name}: {took_part} took part, not {PEOPLE}")]
        if self.wanted is not None and self.found != self.wanted:
            return [Finding(Harm.LOST, self.blow, f"{self._name} published other results than undisturbed")]
        return []

    @property
    def _name(self) -> str:
        return f"round-{label(self.blow)}"

    async def _join(self, team_id: str, name: str) -> None:
        person = await self.client.write("personCreate", {"email": f"{name}@example.org"}, marked="name")
        belongs = {"personId": person["id"], "organisationId": self.stage.lead, "startsOn": _START}
        await self.client.write("affiliationAdd", belongs)
        await self.client.write(
            "teamMemberAdd", {"teamId": team_id, "personId": person["id"], "startsOn": _START}
        )

    async def _invited(self) -> list[str]:
        """A link for everybody. It is told once: where that answer was not heard, new links are asked for."""
        answer = await self.client.write("roundInvite", {"id": self._id}, selected="links { path }")
        while not answer["links"]:
            answer = await self.client.write("roundRemind", {"id": self._id}, selected="links { path }")
        return [link["path"] for link in answer["links"]]

    async def _answer(self) -> None:
        await asyncio.gather(*(self._send(number, path) for number, path in enumerate(self._links)))

    async def _send(self, number: int, path: str) -> None:
        """What the form of the page sends, again until the page says that it is in."""
        await asyncio.sleep(_APART_S * number)
        write, deadline = self.client.log.begin("answer"), monotonic() + PATIENCE_S
        form = {f"answer.{item}": str(1 + (number + place) % 5) for place, item in enumerate(_ITEMS)}
        while not write.answered:
            self.client.log.sending(write)
            try:
                page = await self.client.send(f"{self.client.url}{path}", data=form)
            except UnansweredError as nothing:
                self.client.log.unanswered(write, str(nothing))
                if monotonic() > deadline:
                    raise TimeoutError(f"an answer is not taken: {nothing}") from nothing
                await asyncio.sleep(_PAUSE_S)
            else:
                if page.status_code != 303:
                    raise RuntimeError(f"an answer was answered by {page.status_code}")
                self.client.log.answer(write)

    async def _publish(self) -> None:
        await self.client.write("roundClose", {"id": self._id})
        deadline = monotonic() + PATIENCE_S
        while (await self.client.read(_PUBLISHED, {"id": self._id}))["node"]["state"] != "PUBLISHED":
            if monotonic() > deadline:
                raise TimeoutError(f"{self._name} is closed and not published")
            await asyncio.sleep(_PAUSE_S)
