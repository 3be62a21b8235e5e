"""What can be done with sessions and series of them, as a whole."""

from __future__ import annotations

from datetime import date, time

import strawberry

from domain.sessions import commands, series
from domain.sessions.models import SessionMode
from graph.mutations.inputs import Change, Request, asks, id_of, ids_of, needed, optional, optional_ids_of
from graph.mutations.performing import Payload, mutation
from graph.reads import subject
from graph.sessions import Session, SessionSeries

_BEGINS = "What a clock in London shows when it begins, as `09:00`."
_PLACE = "Where people come to; needed unless it is VIRTUAL."
_LINK = "Where people take part from elsewhere; needed unless it is IN_PERSON."
_COHORTS = "The ids of the Cohorts that it is for, at least one."
_FACILITATORS = "The ids of the Persons who facilitate it."
_FROM_ON = "The day from which on sessions are changed; those before stay as they were."
_BECAUSE = "Why it is not held; people are told."


@strawberry.type(description="What became of the session.")
class SessionPayload(Payload):
    """The answer of every mutation that changes a session as a whole."""

    session: Session | None = subject()


@strawberry.type(description="What became of the series of sessions.")
class SessionSeriesPayload(Payload):
    """The answer of every mutation that changes a series."""

    series: SessionSeries | None = subject()


@asks
class SessionPlanInput(Request):
    """What a new session is called, for whom, when and where it is."""

    programme_id: strawberry.ID = id_of("Programme")
    title: str = needed("For example `What have we promised each other?`.")
    cohort_ids: list[strawberry.ID] = ids_of("Cohort", _COHORTS)
    mode: SessionMode = needed("How people meet.")
    held_on: date = needed("The day in London.")
    begins: time = needed(_BEGINS)
    minutes: int = needed("How long it lasts.")
    place: str | None = optional(_PLACE)
    link: str | None = optional(_LINK)
    facilitator_ids: list[strawberry.ID] | None = optional_ids_of("Person", _FACILITATORS)


@asks
class SessionUpdateInput(Change):
    """What a session is called, for whom and where it is: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Session")
    title: str | None = optional()
    mode: SessionMode | None = optional()
    place: str | None = optional(_PLACE)
    link: str | None = optional(_LINK)
    cohort_ids: list[strawberry.ID] | None = optional_ids_of(
        "Cohort", f"{_COHORTS} They replace those before."
    )
    facilitator_ids: list[strawberry.ID] | None = optional_ids_of(
        "Person", f"{_FACILITATORS} They replace those before."
    )


@asks
class SessionMoveInput(Change):
    """When a session is: what is left out stays as it is."""

    id: strawberry.ID = id_of("Session")
    held_on: date | None = optional("The day in London.")
    begins: time | None = optional(_BEGINS)
    minutes: int | None = optional("How long it lasts.")


@asks
class SessionCancelInput(Change):
    """Which session is not held, and why."""

    id: strawberry.ID = id_of("Session")
    because: str = needed(_BECAUSE)


@asks
class SessionReinstateInput(Change):
    """Which session is held after all."""

    id: strawberry.ID = id_of("Session")


@asks
class SessionSeriesPlanInput(Request):
    """What the sessions of a new series are called, for whom, when and where they are."""

    programme_id: strawberry.ID = id_of("Programme")
    title: str = needed("What each of them is called, until it is given a title of its own.")
    cohort_ids: list[strawberry.ID] = ids_of("Cohort", _COHORTS)
    mode: SessionMode = needed("How people meet.")
    held_on: date = needed("The day of the first in London.")
    begins: time = needed(_BEGINS)
    minutes: int = needed("How long each lasts.")
    every_weeks: int = strawberry.field(default=1, description="How many weeks lie between one and the next.")
    times: int = needed(f"How many sessions there are: 1 to {series.MOST}.")
    place: str | None = optional(_PLACE)
    link: str | None = optional(_LINK)
    facilitator_ids: list[strawberry.ID] | None = optional_ids_of("Person", _FACILITATORS)


@asks
class SessionSeriesUpdateInput(Change):
    """What changes for the sessions of a series that are still to be held: what is left out stays as it is."""

    id: strawberry.ID = id_of("SessionSeries")
    from_on: date = needed(_FROM_ON)
    title: str | None = optional()
    mode: SessionMode | None = optional()
    begins: time | None = optional(_BEGINS)
    minutes: int | None = optional("How long each lasts.")
    place: str | None = optional(_PLACE)
    link: str | None = optional(_LINK)


@asks
class SessionSeriesCancelInput(Change):
    """From which day on no session of a series is held, and why."""

    id: strawberry.ID = id_of("SessionSeries")
    from_on: date = needed(_FROM_ON)
    because: str = needed(_BECAUSE)


@strawberry.type
class SessionMutations:
    """What can be done with sessions and series of them."""

    session_plan = mutation(commands.plan, SessionPlanInput, SessionPayload)
    session_update = mutation(commands.update, SessionUpdateInput, SessionPayload)
    session_move = mutation(commands.move, SessionMoveInput, SessionPayload)
    session_cancel = mutation(commands.cancel, SessionCancelInput, SessionPayload)
    session_reinstate = mutation(commands.reinstate, SessionReinstateInput, SessionPayload)
    session_series_plan = mutation(series.plan, SessionSeriesPlanInput, SessionSeriesPayload)
    session_series_update = mutation(series.update, SessionSeriesUpdateInput, SessionSeriesPayload)
    session_series_cancel = mutation(series.cancel, SessionSeriesCancelInput, SessionSeriesPayload)
