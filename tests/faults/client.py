"""A client as one should be: each write has a key of its own and is sent again until it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

from tests.faults.log import Log, Write

PATIENCE_S = 120.0
_ATTEMPT_S = 5.0
_PAUSE_S = 0.1
# What says nothing of the request, and that it may be sent again.
_PASSING = frozenset({"UNAVAILABLE", "READ_ONLY", "QUERY_TIMEOUT"})

Given = Mapping[str, Any]


class RefusedError(Exception):
    """The server said that a write is not done; none of ours asks for anything that may be refused."""


class UnansweredError(Exception):
    """Nobody knows what became of an attempt; the words are what the client saw."""


@dataclass(slots=True)
class Client:
    """Asks one server by HTTP, and keeps what it was told in its own log."""

    url: str
    log: Log
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=_ATTEMPT_S, trust_env=False)
    )

    async def write(
        self, mutation: str, given: Given, *, marked: str | None = None, selected: str = ""
    ) -> Any:
        """Carry a mutation out, sent again until it is answered; its payload.

        `marked` names the input field that gets the write's own key, by which its record is found again.
        """
        write = self.log.begin(mutation)
        if marked is not None:
            given = {**given, marked: write.key}
        return await self.repeat(write, given, selected)

    async def repeat(self, write: Write, given: Given, selected: str = "") -> Any:
        """Send a mutation until it is answered.

        Raises:
            RefusedError: it was refused.
            TimeoutError: it was not answered in two minutes.
        """
        deadline = monotonic() + PATIENCE_S
        while True:
            try:
                return await self.once(write, given, selected)
            except UnansweredError as nothing:
                if monotonic() > deadline:
                    raise TimeoutError(f"{write.kind} {write.key}: {nothing}") from nothing
            await asyncio.sleep(_PAUSE_S)

    async def once(self, write: Write, given: Given, selected: str = "") -> Any:
        """Send a mutation once.

        Raises:
            RefusedError: it was refused.
            UnansweredError: no answer came, or none that says what became of it.
        """
        self.log.sending(write)
        kind = write.kind[0].upper() + write.kind[1:]
        text = (
            f"mutation($input: {kind}Input!) {{ {write.kind}(input: $input) "
            f"{{ id userErrors {{ code message field }} {selected} }} }}"
        )
        try:
            answer = await self.ask(text, {"input": {**given, "idempotencyKey": write.key}})
        except UnansweredError as nothing:
            self.log.unanswered(write, str(nothing))
            raise
        payload = answer[write.kind]
        errors = payload["userErrors"]
        self.log.answer(write, errors[0]["code"] if errors else None)
        if errors:
            raise RefusedError(f"{write.kind} {write.key} was refused: {errors}, given {given}")
        return payload

    async def ask(self, text: str, variables: Given | None = None) -> Any:
        """The data that answer a document.

        Raises:
            UnansweredError: no answer came, or one that says to come again.
        """
        answer = await self.send(
            f"{self.url}/graphql", json={"query": text, "variables": dict(variables or {})}
        )
        body = answer.json()
        if body.get("errors"):
            code = body["errors"][0].get("extensions", {}).get("code", "no code")
            if code not in _PASSING:
                raise RuntimeError(f"{text} was answered by {body['errors']}")
            raise UnansweredError(code)
        return body["data"]

    async def read(self, text: str, variables: Given | None = None) -> Any:
        """The same, asked again until it is answered."""
        deadline = monotonic() + PATIENCE_S
        while True:
            try:
                return await self.ask(text, variables)
            except UnansweredError as nothing:
                if monotonic() > deadline:
                    raise TimeoutError(f"{text}: {nothing}") from nothing
            await asyncio.sleep(_PAUSE_S)

    async def send(self, url: str, **body: Any) -> httpx.Response:
        """Post something once.

        Raises:
            UnansweredError: no answer came, or one that says to come again.
        """
        try:
            answer = await self.http.post(url, **body)
        except httpx.TransportError as error:
            raise UnansweredError(type(error).__name__) from error
        if answer.status_code >= 500:
            raise UnansweredError(_said(answer))
        return answer


def _said(answer: httpx.Response) -> str:
    """The status, and the code where there is one."""
    try:
        code = answer.json()["errors"][0]["extensions"]["code"]
    except (ValueError, LookupError, TypeError):
        return str(answer.status_code)
    return f"{answer.status_code} {code}"
