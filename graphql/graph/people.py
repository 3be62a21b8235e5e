"""People in the schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.people.affiliations import affiliated_with
from domain.people.models import SummaryFrequency
from graph.organisations import Organisation
from graph.reads import Connection, Node, column, many, one, reads

if TYPE_CHECKING:
    from graph.attendance import Attendance
    from graph.cohorts import CohortMember, TeamMember
    from graph.outcomes import Action
    from graph.partners import Sponsor
    from graph.strengths import StrengthsConsent, StrengthsProfile

strawberry.enum(
    SummaryFrequency, description="How often a sponsor's summary is compiled without being asked for."
)


@reads(
    models.Person,
    filters=("id", "name", "email", "is_placeholder", "summary_frequency", "organisation", "affiliations"),
    orders=("name", "email"),
)
class Person(Node):
    """Somebody who takes part."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    name: str
    email: str
    is_placeholder: bool = column("Whether this only stands for somebody who has yet to be named.")
    summary_frequency: SummaryFrequency = column("How often summaries are compiled for them.")
    affiliations: Connection[Affiliation] = many(
        "person_id",
        order=("-starts_on",),
        description="Which organisations they belong to or belonged to.",
    )
    seats: Connection[Annotated[Sponsor, strawberry.lazy("graph.partners")]] = many(
        "person_id",
        order=("-starts_on",),
        description="For which programmes they answer or answered as a sponsor.",
    )
    organisation: Organisation | None = one(
        lambda row, other, at: other.id == affiliated_with(row.id, at),
        description="Which organisation they belong to on the date of the question; of several, the latest.",
    )
    cohort_memberships: Connection[Annotated[CohortMember, strawberry.lazy("graph.cohorts")]] = many(
        "person_id", order=("-starts_on",), description="In which cohorts they are or were."
    )
    team_memberships: Connection[Annotated[TeamMember, strawberry.lazy("graph.cohorts")]] = many(
        "person_id", order=("-starts_on",), description="In which teams they are or were."
    )
    strengths_profiles: Connection[Annotated[StrengthsProfile, strawberry.lazy("graph.strengths")]] = many(
        "person_id",
        order=("-assessed_on",),
        description="What they were found to be good at, the latest first; as far as they show it to whoever asks.",
    )
    strengths_consent: Annotated[StrengthsConsent, strawberry.lazy("graph.strengths")] | None = one(
        lambda row, other, at: other.person_id == row.id,
        description="To whom they show their strengths. Null: nobody asked them, or it is not yours to know.",
    )
    attendances: Connection[Annotated[Attendance, strawberry.lazy("graph.attendance")]] = many(
        "person_id", description="At which sessions they were, or were not."
    )
    actions: Connection[Annotated[Action, strawberry.lazy("graph.outcomes")]] = many(
        "owner_id", order=("due_on",), description="What they own, by the day it is due."
    )


@reads(
    models.Affiliation,
    filters=("id", "starts_on", "ends_on", "position", "organisation"),
    orders=("starts_on", "ends_on"),
)
class Affiliation(Node):
    """A person's belonging to an organisation, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    person: Person | None = one("person_id")
    organisation: Organisation = one("organisation_id")
    position: str | None
    starts_on: date
    ends_on: date | None
