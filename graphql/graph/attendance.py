"""Who was at a session, for whom they count, and who sat with whom, in the schema."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.sessions import rules
from domain.sessions.presence import AttendanceMode, AttendanceStatus
from graph.organisations import Organisation
from graph.people import Person
from graph.reads import Connection, Node, column, computed, many, one, reads
from graph.sessions import VERSION, Session

if TYPE_CHECKING:
    from graph.programmes import Programme

strawberry.enum(
    AttendanceStatus,
    description="Whether somebody was at a session; who sent apologies beforehand is EXCUSED.",
)
strawberry.enum(AttendanceMode, description="How somebody took part.")


@reads(
    models.Attendance,
    filters=("id", "status", "mode", "checked_in_at", "organisation", "person", "session", "programme"),
    orders=("status", "checked_in_at"),
)
class Attendance(Node):
    """Whether somebody was at a session, and how."""

    version: int = column(VERSION)
    status: AttendanceStatus
    mode: AttendanceMode | None = column("Null unless they were PRESENT.")
    checked_in_at: datetime | None = column("When they checked in themselves.")
    organisation: Organisation | None = one(
        lambda row, other, at: other.id == rules.attends_for(row, at),
        description="For whom they count: the organisation that they belonged to on the day of the session, after all "
        "successions up to the date of the question.",
    )
    person: Person | None = one("person_id")
    session: Session = one("session_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")


@reads()
class AttendanceCount:
    """How many people of an organisation were at a session, or not, in this way."""

    organisation: Organisation | None = one(
        "organisation_id", description="Null: it is not known where they belong."
    )
    status: AttendanceStatus
    mode: AttendanceMode | None
    people: int


@reads(models.TablePlan, filters=("id", "repeated_pairs", "session"), orders=("repeated_pairs",))
class TablePlan(Node):
    """How people were spread over tables at a session, and who has met whom by that.

    A pair is two people at one table, counted each time. What starts with `random` is what chance would give, as an
    average over allocations of the same people to the same tables.
    """

    version: int = column(VERSION)
    seats_per_table: int
    tables: int
    rounds: int
    seed: int = column("The same people, history and seed give the same tables.")
    people: int
    repeated_pairs: int = column("Pairs that had shared a table before.")
    same_organisation_pairs: int = column("Pairs that come from one organisation.")
    among_their_own: int = column(
        "People at a table with nobody of another organisation, in all rounds together."
    )
    met_pairs: int = column("Different pairs that have met by the end of this session.")
    possible_pairs: int = column("Different pairs that there are.")
    met_share: Decimal | None = computed(
        lambda row, at: rules.share(row.met_pairs, row.possible_pairs),
        description="The share of possible meetings that have happened, from 0 to 1; null where there are none.",
    )
    random_repeated_pairs: Decimal
    random_same_organisation_pairs: Decimal
    random_met_pairs: Decimal
    random_met_share: Decimal | None = computed(
        lambda row, at: rules.share(row.random_met_pairs, row.possible_pairs),
        description="The share of possible meetings that would have happened by chance.",
    )
    session: Session = one("session_id")
    seats: Connection[TableSeat] = many(
        "plan_id", order=("round_number", "table_number"), description="Round by round and table by table."
    )


@reads(
    models.TableSeat,
    filters=("id", "round_number", "table_number", "person", "session"),
    orders=("round_number", "table_number"),
)
class TableSeat(Node):
    """Where somebody sits in a round."""

    version: int = column(VERSION)
    round_number: int = column("From 1.")
    table_number: int = column("From 1.")
    person: Person | None = one("person_id")
    session: Session = one("session_id")
