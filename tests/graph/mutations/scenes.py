"""A programme with everything in it that a mutation can change, known by global ids; and a way to ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.assessments import answering, closing, inviting, opening, publication, rounds, storing
from domain.cohorts import commands as cohorts
from domain.cohorts import members, teams
from domain.database import Database
from domain.milestones import dependencies, evidence
from domain.organisations import commands as organisations
from domain.people import commands as people
from domain.programmes import phases
from domain.strengths import frameworks, profiles
from domain.summaries import commands as summaries
from domain.tables import Identified
from domain.work import Work
from graph.asking import execute
from tests import factories as make
from tests.domain.strengths.test_frameworks import FILE
from tests.factories import NOW, START
from tests.graph.mutations.meetings import meetings

PERIOD = {"period_from": date(2025, 12, 31), "period_to": date(2026, 3, 31)}


Given = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A mutation, what is given to it, what is selected of the record, and how that is answered.

    `first` has to be done before. `subject` is the input field with the id of what is acted on, and `hidden` whether a
    stranger cannot see that. What `anyone` may do needs nothing but a link of somebody's own; where it `is_anonymous`,
    it is in no journal.
    """

    mutation: str
    given: Given
    selected: str
    answer: Any
    subject: str | None = "id"
    hidden: bool = True
    anyone: bool = False
    is_anonymous: bool = False
    first: tuple[tuple[str, Given], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """The ids of what is there, and whoever may look at it.

    In what is given, `@lead` stands for the id of the lead, and `{ref}` or `{REF}` for what is unique in this scene.
    """

    database: Database
    ref: str
    ids: dict[str, str]
    sponsor: Viewer
    stranger: Viewer

    def __getattr__(self, name: str) -> str:
        return self.ids[name]

    def filled(self, value: Any) -> Any:
        """A value with what stands for something replaced by that."""
        if isinstance(value, dict):
            return {key: self.filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if value.startswith("@"):
            return self.ids[value[1:]]
        return value.replace("{ref}", self.ref).replace("{REF}", self.ref.upper())

    async def ask(
        self,
        query: str,
        variables: Given | None = None,
        *,
        viewer: Viewer = ADMINISTRATOR,
        now: Any = NOW,
    ) -> dict[str, Any]:
        """The whole answer to a document."""
        answer = await execute(self.database, viewer, query=query, variables=self.filled(variables), now=now)
        found: dict[str, Any] = orjson.loads(answer.body)
        return found

    async def do(self, mutation: str, given: Given, selected: str = "", **rest: Any) -> dict[str, Any]:
        """What one mutation answers; it must not fail."""
        kind = mutation[0].upper() + mutation[1:]
        answer = await self.ask(
            f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ "
            f"id userErrors {{ field code message }} {selected} }} }}",
            {"input": given},
            **rest,
        )
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"][mutation]
        return found

    async def refused(self, mutation: str, given: Given, **rest: Any) -> tuple[str, str | None]:
        """The code and the field of the one refusal of a mutation, which answers with nothing else."""
        answer = await self.do(mutation, given, **rest)
        [error] = answer["userErrors"]
        assert answer["id"] is None
        assert error["message"].endswith(".")
        return error["code"], error["field"]


async def _asked(work: Work, hub: make.Joint, ref: str) -> tuple[dict[str, Identified], str]:
    """A team of three who are asked a pulse: in a draft, in an open round, and in three that are published."""
    team = await teams.create(work, hub.programme.id, name="Asked", starts_on=START)
    for name in ("Flo", "Gus", "Hal"):
        who = await make.person(work, f"{name} {ref}")
        await people.affiliate(work, who.id, organisation_id=hub.lead.id, starts_on=START)
        await teams.add_member(work, team.id, person_id=who.id, starts_on=START)
    pulse = await storing.store(work, shipped_key="staff-pulse")
    links: dict[str, list[str]] = {}
    rows: dict[str, Identified] = {"asked_team": team, "hal": who, "pulse": pulse}
    for name in ("draft", "open", "first", "second", "third"):
        made = await rounds.create(work, team.id, instrument_id=pulse.id, title=name.title(), k=3)
        rows[f"{name}_round"] = made
        if name == "draft":
            continue
        await opening.open_(work, made.id)
        await inviting.invite(work, made.id)
        links[name] = [link.path.removeprefix(inviting.PATH) for link in work.handed["links"]]
        if name == "open":
            continue
        for place, each in enumerate(links[name]):
            answers = {"motivated-by-work": 3 + place, "free-to-decide": 4, "way-that-fits": None}
            await answering.answer(work, token=each, answers=answers)
        await closing.close(replace(work, now=make.noon(START)), made.id)
        await publication.publish(work, made.id)
    return rows, links["open"][0]


async def scene(database: Database) -> Scene:
    """A scene that has nothing in common with any other of the same database."""
    ref = uuid4().hex[:8]
    async with make.acting(database) as work:
        hub = await make.joint(work, ref)
        other = await make.milestone(work, hub.programme, "Rota agreed", owner_organisation_id=hub.other.id)
        opening = hub.milestone
        rows: dict[str, Identified] = {
            "programme": hub.programme,
            "lead": hub.lead,
            "other": hub.other,
            "lead_part": hub.lead_part,
            "other_part": hub.other_part,
            "ada": hub.lead_sponsor,
            "ben": hub.other_sponsor,
            "opening": opening,
            "rota": other,
            "heir": await make.organisation(work, f"{ref}-H".upper()),
            "rival": await make.organisation(work, f"{ref}-R".upper()),
            "closed": await make.organisation(work, f"{ref}-C".upper(), closed_on=START),
            "young": await make.organisation(work, f"{ref}-Y".upper(), opened_on=date(2025, 1, 1)),
            "cara": await make.person(work, f"Cara {ref}"),
            "seat": await make.sponsor(
                work, hub.programme, await make.person(work, f"Dan {ref}"), seat_of=hub.other_part
            ),
            "identifier": await organisations.add_identifier(work, hub.lead.id, scheme="ODS", value=ref),
            "affiliation": await people.affiliate(
                work, hub.lead_sponsor.id, organisation_id=hub.lead.id, starts_on=START
            ),
            "phase": await phases.add(work, hub.programme.id, title="Set-up", starts_on=START),
            "dependency": await dependencies.add(work, opening.id, depends_on_id=other.id),
            "evidence": await evidence.add(work, opening.id, title="Minutes", url="https://example.org/m"),
            "summary": await summaries.store(
                work, person_id=hub.lead_sponsor.id, **PERIOD, content={"headline": {}}, html="<p>"
            ),
        }
        ada, programme_id = hub.lead_sponsor.id, hub.programme.id
        cohort = await cohorts.create(work, programme_id, name="Executives", starts_on=START)
        team = await teams.create(work, programme_id, name="Rota", starts_on=START)
        rows |= {
            "cohort": cohort,
            "member": await members.join(work, cohort.id, person_id=ada, starts_on=START),
            "team": team,
            "teammate": await teams.add_member(work, team.id, person_id=ada, starts_on=START),
        }
        rows |= await meetings(work, hub, cohort)
        check_in_token = work.handed["links"][0].token
        rows["framework"] = await frameworks.store(work, file=FILE.replace("key: small", f"key: small-{ref}"))
        rows["crew"] = await _crew(work, programme_id, hub.lead.id, rows["framework"].id)
        stranger = await make.person(work, f"Eve {ref}")
        asked, token = await _asked(work, hub, ref)
        rows |= asked
    ids = {name: f"{type(row).__name__}:{row.id}" for name, row in rows.items()} | {"token": token}
    ids["check_in_token"] = check_in_token
    return Scene(database, ref, ids, make.as_sponsor(hub.lead_sponsor), make.as_sponsor(stranger))


async def _crew(work: Work, programme_id: UUID, lead_id: UUID, framework_id: UUID) -> Identified:
    """A team of three with profiles that they show to nobody."""
    crew = await teams.create(work, programme_id, name="Crew", starts_on=START)
    for strengths in (["making", "asking"], ["making"], ["thinking", "asking"]):
        who = await make.person(work, "Somebody", email=f"{uuid4().hex}@example.org")
        await people.affiliate(work, who.id, organisation_id=lead_id, starts_on=START)
        await teams.add_member(work, crew.id, person_id=who.id, starts_on=START)
        await profiles.record(work, who.id, framework_id=framework_id, assessed_on=START, strengths=strengths)
    return crew
