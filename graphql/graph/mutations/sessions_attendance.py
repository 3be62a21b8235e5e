"""Attendance, check-in by a link of one's own, and tables."""

from __future__ import annotations

import strawberry

from domain.sessions import attendance, check_in
from domain.sessions.check_in import Issued
from domain.sessions.presence import AttendanceMode, AttendanceStatus
from domain.sessions.tables import MOST_ROUNDS, mix_tables
from graph.attendance import Attendance, TablePlan
from graph.mutations.inputs import Request, asks, id_of, ids_of, needed, optional, optional_ids_of
from graph.mutations.performing import Payload, mutation
from graph.mutations.sessions import SessionPayload
from graph.reads import subject
from graph.sessions import Session

CHECK_IN_PATH = "/check-in"
"""Where the page is that a check-in link leads to; the token is in the query, which no log has."""


@strawberry.type(description="What became of somebody's attendance.")
class AttendancePayload(Payload):
    """The answer to a check-in."""

    attendance: Attendance | None = subject(description="Null if you cannot see it.")


@strawberry.type(description="What became of the tables.")
class TablePlanPayload(Payload):
    """The answer of the mutation that mixes tables."""

    table_plan: TablePlan | None = subject()


def _person_id(link: strawberry.Parent[Issued]) -> strawberry.ID:
    return strawberry.ID(f"Person:{link.person_id}")


def _path(link: strawberry.Parent[Issued]) -> str:
    return f"{CHECK_IN_PATH}?token={link.token}"


@strawberry.type(description="A link by which one person checks in to one session, once.")
class CheckInLink:
    """A link as it is told once, read off what the command issued."""

    token: str = strawberry.field(
        description="What makes it work: a secret of that person. It is kept nowhere."
    )
    person_id: strawberry.ID = strawberry.field(
        resolver=_person_id, description="The id of the Person whose link it is."
    )
    path: str = strawberry.field(
        resolver=_path, description="Where it leads to on this server: add the server's address before it."
    )


@strawberry.type(description="What became of the check-in links.")
class SessionLinksPayload(Payload):
    """The answer of the mutation that issues check-in links."""

    session: Session | None = subject()
    links: list[CheckInLink] = strawberry.field(
        default_factory=list,
        description="The new links, told this once: not in a dry run, and not when the request is repeated.",
    )


@asks
class SessionAttendanceTakeInput(Request):
    """Who was at which session, and how."""

    session_id: strawberry.ID = id_of("Session")
    person_ids: list[strawberry.ID] = ids_of("Person", "The ids of the Persons of whom this is said.")
    status: AttendanceStatus = needed("Whether they were there.")
    mode: AttendanceMode | None = optional("How they took part, where a HYBRID session leaves a choice.")


@asks
class SessionCheckInLinksIssueInput(Request):
    """For whom check-in links are made."""

    session_id: strawberry.ID = id_of("Session")
    person_ids: list[strawberry.ID] | None = optional_ids_of(
        "Person", "The ids of the Persons who get a new link; left out, all expected who have none yet."
    )


@asks
class SessionCheckInInput(Request):
    """Whose link it is, and how they take part."""

    token: str = needed("What the link has after `token=`.")
    mode: AttendanceMode | None = optional("How they take part, where a HYBRID session leaves a choice.")


@asks
class SessionMixTablesInput(Request):
    """How many sit at a table, how often people change tables, and from where chance starts."""

    session_id: strawberry.ID = id_of("Session")
    seats_per_table: int = needed("At most so many sit at a table; tables differ by one person at most.")
    tables: int | None = optional("How many tables there are; left out, as many as are needed.")
    rounds: int = strawberry.field(default=1, description=f"How often people sit down: 1 to {MOST_ROUNDS}.")
    seed: int = strawberry.field(
        default=1, description="Another number gives other tables; the same gives the same."
    )


@strawberry.type
class AttendanceMutations:
    """What can be done about who is at a session and with whom."""

    session_attendance_take = mutation(attendance.take, SessionAttendanceTakeInput, SessionPayload)
    session_check_in_links_issue = mutation(
        check_in.issue, SessionCheckInLinksIssueInput, SessionLinksPayload
    )
    session_check_in = mutation(check_in.check_in, SessionCheckInInput, AttendancePayload)
    session_mix_tables = mutation(mix_tables, SessionMixTablesInput, TablePlanPayload)
