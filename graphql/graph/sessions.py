"""Sessions and series of them, and what is on their agenda, in the schema."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.sessions import rules
from domain.sessions.models import SessionMode
from domain.sessions.people import expected
from domain.sessions.practice import MethodSource
from graph.cohorts import Cohort
from graph.people import Person
from graph.reads import Connection, Node, column, computed, listed, many, one, reads

if TYPE_CHECKING:
    from graph.attendance import Attendance, AttendanceCount, TablePlan
    from graph.outcomes import Action, Decision, Feedback, Proposal
    from graph.programmes import Programme

strawberry.enum(SessionMode, description="How people meet: by a link, in a room, or both at once.")
strawberry.enum(MethodSource, description="Where a method comes from.")

VERSION = "Counts the changes; give it as `expectedVersion` when you change the record."


@reads(models.SessionSeries, filters=("id", "title", "programme", "sessions"), orders=("title",))
class SessionSeries(Node):
    """Sessions that were planned together. Each has its own date, place and agenda, and can be moved by itself."""

    version: int = column(VERSION)
    title: str
    every_weeks: int = column("How many weeks lie between one session and the next.")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    sessions: Connection[Session] = many(
        "series_id", order=("starts_at",), description="In the order of time."
    )


@reads(
    models.Session,
    filters=(
        "id",
        "title",
        "mode",
        "held_on",
        "starts_at",
        "ends_at",
        "minutes",
        "cancelled_on",
        "is_cancelled",
        "minutes_left",
        "programme",
        "series",
        "cohorts",
        "facilitators",
        "agenda",
        "proposals",
        "decisions",
        "actions",
        "attendances",
    ),
    orders=("starts_at", "held_on", "title"),
)
class Session(Node):
    """A workshop or meeting of one or more cohorts on a day."""

    version: int = column(VERSION)
    title: str
    mode: SessionMode
    held_on: date = column("The day in London.")
    begins: time = column(
        "What a clock in London shows when it begins; a series stays there when the clocks change."
    )
    minutes: int = column("How long it lasts.")
    starts_at: datetime = column("The moment at which it begins.")
    ends_at: datetime = column("The moment at which it ends.")
    place: str | None = column("Where people come to, unless it is VIRTUAL.")
    link: str | None = column("Where people take part from elsewhere, unless it is IN_PERSON.")
    is_cancelled: bool = computed(
        lambda row, at: row.cancelled_on.is_not(None), description="Whether it is not held."
    )
    cancelled_on: date | None
    cancelled_because: str | None
    agenda_minutes: int = computed(
        rules.agenda_minutes, description="What the questions on its agenda take together."
    )
    minutes_left: int = computed(
        lambda row, at: row.minutes - rules.agenda_minutes(row, at),
        description="What its agenda leaves of it.",
    )
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    series: SessionSeries | None = one("series_id", description="Null if it is a single one.")
    cohorts: Connection[Cohort] = many(rules.is_for, order=("name",), description="For which cohorts it is.")
    facilitators: Connection[Person] = many(
        rules.is_facilitated_by, order=("name",), description="Who facilitates it."
    )
    expected: Connection[Person] = many(
        lambda row, other, at: expected(row.id, row.held_on, at, other.id),
        order=("name",),
        description="Who is in one of its cohorts on that day, or facilitates it.",
    )
    opening_actions: Connection[Annotated[Action, strawberry.lazy("graph.outcomes")]] = many(
        rules.opens_with,
        order=("due_on",),
        description="What its agenda opens with: the actions of earlier sessions of its cohorts that were still open.",
    )
    agenda: Connection[AgendaItem] = many(
        "session_id", order=("position",), description="Its questions, in order."
    )
    proposals: Connection[Annotated[Proposal, strawberry.lazy("graph.outcomes")]] = many(
        "session_id", description="What members proposed for it, and what became of that; the earliest first."
    )
    decisions: Connection[Annotated[Decision, strawberry.lazy("graph.outcomes")]] = many(
        "session_id", description="What it decided, in the order of recording."
    )
    actions: Connection[Annotated[Action, strawberry.lazy("graph.outcomes")]] = many(
        "session_id", order=("due_on",), description="What was agreed at it."
    )
    feedback: Connection[Annotated[Feedback, strawberry.lazy("graph.outcomes")]] = many(
        "session_id", description="What people said of it, under their names; a sponsor sees only their own."
    )
    attendances: Connection[Annotated[Attendance, strawberry.lazy("graph.attendance")]] = many(
        "session_id", description="Who was there, and who was not."
    )
    attendance_counts: list[Annotated[AttendanceCount, strawberry.lazy("graph.attendance")]] = listed(
        rules.attendance_counts,
        description="How many were there and how, by the organisation that they belonged to on that day.",
    )
    table_plan: Annotated[TablePlan, strawberry.lazy("graph.attendance")] | None = one(
        lambda row, other, at: other.session_id == row.id,
        description="Who sat with whom, once tables were mixed.",
    )


@reads(models.Method, filters=("id", "name", "source"), orders=("name",))
class Method(Node):
    """A way in which a group works on a question: a Liberating Structure (by name and link), or one of one's own."""

    version: int = column(VERSION)
    name: str
    source: MethodSource
    description: str = column("One line of ours, or of whoever added it.")
    url: str | None = column("The page that explains it.")


@reads(
    models.AgendaItem,
    filters=("id", "question", "minutes", "position", "session", "method"),
    orders=("position", "minutes"),
)
class AgendaItem(Node):
    """A question on the agenda of a session."""

    version: int = column(VERSION)
    position: int = column("Its place on the agenda, from 1.")
    question: str = column("It ends in a question mark.")
    purpose: str | None = column("What it is asked for.")
    minutes: int
    outcome: str | None = column("What is to be there when it is answered, or what was.")
    method: Method | None = one("method_id", description="How the group works on it.")
    session: Session = one("session_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
