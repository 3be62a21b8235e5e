"""What is done in a version beside its demo, under idempotency keys; later versions answer it as the first time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

_KNOWN = """
{
  organisation(code: "HD-COMMUNITY") { id }
  people(
    first: 8, orderBy: [{name: ASC}], filter: {affiliations: {some: {organisation: {code: {eq: "HD-COMMUNITY"}}}}}
  ) { nodes { id } }
  instruments(first: 20) { nodes { id key } }
  summaries(first: 20, orderBy: [{compiledAt: ASC}]) { nodes { id } }
}
"""
_ITEMS = ("same-purpose", "values-visible", "honest-early", "listen-first", "equal-voice")


class Doing:
    """Sends mutations, each under a key of its own."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._sent = 0

    def sent(self, name: str, payload: str, /, **given: Any) -> dict[str, Any]:
        """What a mutation answers, which has to be done."""
        answer: dict[str, Any] = self._send(name, payload, given)["data"][name]
        assert answer["userErrors"] == [], answer
        return answer

    def kept(self, name: str, payload: str, /, **given: Any) -> Any:
        """The id of what it is about; the request and its whole answer are told."""
        self._sent += 1
        given["idempotencyKey"] = f"before-the-upgrade-{self._sent}"
        answer = self._send(name, f"id {payload}", given)
        assert answer["data"][name]["userErrors"] == [], answer
        yield {
            "query": mutation(name, f"id {payload}"),
            "variables": {"input": given},
            "data": answer["data"],
        }
        return answer["data"][name]["id"]

    def _send(self, name: str, payload: str, given: dict[str, Any]) -> dict[str, Any]:
        sent = {"query": mutation(name, payload), "variables": {"input": given}}
        answer: dict[str, Any] = self._client.post("/graphql", json=sent).json()
        assert "errors" not in answer, answer
        return answer


def mutation(name: str, payload: str) -> str:
    """The text of a mutation."""
    kind = name[0].upper() + name[1:]
    return f"mutation M($input: {kind}Input!) {{ {name}(input: $input) {{ {payload} userErrors {{ code message }} }} }}"


def do(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Do it, and tell each request with its answer. A round stays open with answers, another closed and unpublished."""
    known = client.post("/graphql", json={"query": _KNOWN}).json()["data"]
    lead, people = known["organisation"]["id"], [person["id"] for person in known["people"]["nodes"]]
    [instrument] = [i["id"] for i in known["instruments"]["nodes"] if i["key"] == "partnership-behaviours"]
    doing = Doing(client)
    programme = yield from doing.kept(
        "programmeCreate", "programme { id ref title status }",
        ref="upgraded", title="There before", leadId=lead, status="ACTIVE", effectiveOn="2026-11-02",
    )  # fmt: skip
    milestone = yield from doing.kept(
        "milestoneCreate", "milestone { id title forecastOn }",
        programmeId=programme, title="Moved twice", baselineOn="2027-03-01",
    )  # fmt: skip
    for day, reason in (("2027-05-01", "SCOPE"), ("2027-04-12", "FUNDING")):
        yield from doing.kept(
            "milestoneReforecast", "milestone { id version forecastOn slipDays }",
            id=milestone, forecastOn=day, reason=reason, note="Before the upgrade",
        )  # fmt: skip
    yield from doing.kept(
        "statusReportAdd", "statusReport { id reportedOn reason }",
        programmeId=programme, reportedOn="2026-11-30", deliveryConfidence="AMBER", reason="Some delay",
    )  # fmt: skip
    team = yield from doing.kept(
        "teamCreate", "team { id name }", programmeId=programme, name="Everybody", startsOn="2026-11-02"
    )
    for person in people:
        doing.sent("teamMemberAdd", "id", teamId=team, personId=person, startsOn="2026-11-02")
    for title, closed in (("Open", False), ("Closed", True)):
        yield from _round(doing, team, instrument, title, closed=closed)
    for summary in known["summaries"]["nodes"]:
        yield from doing.kept("summaryReview", "summary { id state hash }", id=summary["id"])
        yield from doing.kept("summaryIssue", "summary { id state hash }", id=summary["id"])


def _round(doing: Doing, team: str, instrument: str, title: str, *, closed: bool) -> Iterator[dict[str, Any]]:
    """A round that six of the eight have answered, each with a comment."""
    row = yield from doing.kept(
        "roundCreate", "round { id title k }", teamId=team, instrumentId=instrument, title=title, k=4
    )
    yield from doing.kept("roundOpen", "round { id state notice }", id=row)
    handed = doing.sent("roundInvite", "id links { path }", id=row)
    for number, link in enumerate(handed["links"][:6]):
        answers = {item: 1 + (number + place) % 5 for place, item in enumerate(_ITEMS)}
        comments = {_ITEMS[number % 5]: f"Said by {number} to {title.lower()}"}
        token = link["path"].rpartition("/")[2]
        doing.sent("roundAnswer", "id", token=token, answers=answers, comments=comments)
    if closed:
        yield from doing.kept("roundClose", "round { id state }", id=row)
