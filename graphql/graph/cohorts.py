"""Cohorts and teams, and who is in them, in the schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.calendar import runs_on
from domain.cohorts import rules
from domain.cohorts.models import CohortRole
from domain.organisations.holders import holder
from graph.organisations import Organisation
from graph.people import Person
from graph.reads import Connection, Node, column, computed, many, one, reads
from graph.rounds import Round

if TYPE_CHECKING:
    from graph.programmes import Programme
    from graph.strengths_maps import CohortStrengthsMap, TeamStrengthsMap

strawberry.enum(CohortRole, description="In what role somebody is in a cohort.")

_COMES_FROM = (
    "Where they come from: the organisation that they belong to on the date of the question, or belonged to on the "
    "last day of their part, after all successions up to then. Of several, one that takes part in the programme."
)


@reads(
    models.Cohort,
    filters=("id", "name", "starts_on", "ends_on", "is_current", "programme", "members", "teams"),
    orders=("name", "starts_on", "ends_on"),
)
class Cohort(Node):
    """People of several partners who go through a programme together, from `startsOn` up to `endsOn`, not included."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    name: str
    starts_on: date
    ends_on: date | None
    is_current: bool = computed(
        lambda row, at: runs_on(row, at.on), description="Whether it runs on the date of the question."
    )
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    members: Connection[CohortMember] = many(
        "cohort_id",
        order=("starts_on",),
        description="Who is in it, or was: `filter: {isCurrent: {eq: true}}` for those of the date of the question.",
    )
    teams: Connection[Team] = many("cohort_id", order=("name",), description="Its teams, by name.")
    strengths_map: Annotated[CohortStrengthsMap, strawberry.lazy("graph.strengths_maps")] = one(
        "id", description="What its participants can draw on, as far as they show it."
    )


@reads(
    models.CohortMember,
    filters=(
        "id",
        "role",
        "starts_on",
        "ends_on",
        "is_current",
        "is_from_partner",
        "organisation",
        "person",
        "cohort",
        "programme",
    ),
    orders=("starts_on", "ends_on", "role"),
)
class CohortMember(Node):
    """A person's part in a cohort, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    role: CohortRole
    starts_on: date
    ends_on: date | None = column("Null: as long as the cohort lasts.")
    is_current: bool = computed(
        rules.in_cohort, description="Whether they are in the cohort on the date of the question."
    )
    is_from_partner: bool = computed(
        rules.cohort_member_from_partner,
        description="Whether the organisation that they come from takes part in the programme.",
    )
    organisation: Organisation | None = one(
        lambda row, other, at: other.id == rules.cohort_member_from(row, at), description=_COMES_FROM
    )
    person: Person | None = one("person_id")
    cohort: Cohort = one("cohort_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")


@reads(
    models.Team,
    filters=(
        "id",
        "name",
        "starts_on",
        "ends_on",
        "is_current",
        "organisation",
        "cohort",
        "programme",
        "members",
    ),
    orders=("name", "starts_on", "ends_on"),
)
class Team(Node):
    """A group that works together in a programme, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    name: str
    starts_on: date
    ends_on: date | None = column("Null: as long as its cohort lasts, if it has one.")
    is_current: bool = computed(
        rules.team_runs, description="Whether there is the team on the date of the question."
    )
    organisation: Organisation | None = one(
        lambda row, other, at: other.id == holder(row.organisation_id, row.starts_on, at.on),
        description="Whose team it is on the date of the question; null if it is one across organisations.",
    )
    cohort: Cohort | None = one("cohort_id", description="Null if it is a team of the programme as a whole.")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    members: Connection[TeamMember] = many(
        "team_id",
        order=("starts_on",),
        description="Who is in it, or was: `filter: {isCurrent: {eq: true}}` for those of the date of the question.",
    )
    strengths_map: Annotated[TeamStrengthsMap, strawberry.lazy("graph.strengths_maps")] = one(
        "id", description="What its members can draw on, as far as they show it."
    )
    rounds: Connection[Round] = many(
        "team_id", order=("-opened_on", "title"), description="What it was asked, the latest first."
    )


@reads(
    models.TeamMember,
    filters=(
        "id",
        "starts_on",
        "ends_on",
        "is_current",
        "is_from_partner",
        "organisation",
        "person",
        "team",
        "programme",
    ),
    orders=("starts_on", "ends_on"),
)
class TeamMember(Node):
    """A person's part in a team, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    starts_on: date
    ends_on: date | None = column("Null: as long as the team lasts.")
    is_current: bool = computed(
        rules.in_team, description="Whether they are in the team on the date of the question."
    )
    is_from_partner: bool = computed(
        rules.team_member_from_partner,
        description="Whether the organisation that they come from takes part in the programme.",
    )
    organisation: Organisation | None = one(
        lambda row, other, at: other.id == rules.team_member_from(row, at), description=_COMES_FROM
    )
    person: Person | None = one("person_id")
    team: Team = one("team_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
