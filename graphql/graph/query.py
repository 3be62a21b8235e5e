"""What can be asked: the root of all queries."""

from __future__ import annotations

import strawberry

from domain.access.viewers import Role
from graph.cohorts import Cohort, Team
from graph.instruments import Instrument
from graph.journal import JournalEntry
from graph.milestones import Milestone
from graph.organisations import Organisation
from graph.outcomes import Action
from graph.people import Person
from graph.portfolio import Portfolio, portfolio_of
from graph.programmes import Programme
from graph.reads import Connection, Node, any_node, computed, itself, lookup, many, one, reads
from graph.rounds import Round
from graph.sessions import Method, Session, SessionSeries
from graph.strengths import StrengthsConsent, StrengthsFramework, StrengthsProfile
from graph.summaries import Summary

strawberry.enum(Role, description="In what capacity somebody acts.")


@reads()
class Viewer:
    """Whoever asks."""

    role: Role = computed(lambda _row, at: at.role)
    person: Person | None = one(
        lambda _row, other, at: other.id == at.person, description="Null for the built-in administrator."
    )


@reads()
class Query:
    """Everything is answered as of today, or as of the date of `@asOf`, and only as far as the viewer may see it."""

    node: Node | None = any_node(description="Any record by its id.")
    viewer: Viewer = itself(description="Whoever asks.")
    organisations: Connection[Organisation] = many(order=("name",), description="By name.")
    organisation: Organisation | None = lookup("code")
    people: Connection[Person] = many(order=("name",), description="By name.")
    person: Person | None = lookup("email")
    programmes: Connection[Programme] = many(order=("title",), description="By title.")
    programme: Programme | None = lookup("ref")
    milestones: Connection[Milestone] = many(
        order=("forecast_on",), description="The milestones of all programmes, by forecast."
    )
    milestone: Milestone | None = lookup()
    portfolio: Portfolio = portfolio_of(lambda: Programme)
    cohorts: Connection[Cohort] = many(order=("name",), description="The cohorts of all programmes, by name.")
    cohort: Cohort | None = lookup()
    teams: Connection[Team] = many(order=("name",), description="The teams of all programmes, by name.")
    team: Team | None = lookup()
    strengths_frameworks: Connection[StrengthsFramework] = many(
        order=("name", "version"), description="All that are stored, by name."
    )
    strengths_framework: StrengthsFramework | None = lookup()
    strengths_profiles: Connection[StrengthsProfile] = many(
        order=("-assessed_on",), description="Those that are shown to whoever asks, the latest first."
    )
    strengths_consents: Connection[StrengthsConsent] = many(
        description="All for administrators, their own for others."
    )
    instruments: Connection[Instrument] = many(
        order=("title", "version"), description="By title and version."
    )
    instrument: Instrument | None = lookup()
    rounds: Connection[Round] = many(order=("-opened_on", "title"), description="The latest first.")
    round: Round | None = lookup()
    session_series: Connection[SessionSeries] = many(order=("title",), description="By title.")
    sessions: Connection[Session] = many(
        order=("starts_at",), description="The sessions of all programmes, in the order of time."
    )
    session: Session | None = lookup()
    methods: Connection[Method] = many(
        order=("name",), description="How groups can work on a question: Liberating Structures and one's own."
    )
    actions: Connection[Action] = many(
        order=("due_on",),
        description="What was agreed at the sessions of all programmes, by the day it is due.",
    )
    summaries: Connection[Summary] = many(
        order=("-period_to", "-compiled_at"), description="The latest first."
    )
    summary: Summary | None = lookup()
    journal: Connection[JournalEntry] = many(order=("-recorded_at",), description="The latest first.")
