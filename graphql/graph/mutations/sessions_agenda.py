"""What can be done with the questions on an agenda, and with methods."""

from __future__ import annotations

import strawberry

from domain.sessions import agenda, methods
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.reads import subject
from graph.sessions import AgendaItem, Method

_QUESTION = "It ends in a question mark."
_METHOD = "The id of the Method by which the group works on it."
_OUTCOME = "What is to be there when it is answered, or what was."


@strawberry.type(description="What became of the question on the agenda.")
class AgendaItemPayload(Payload):
    """The answer of every mutation that changes an agenda."""

    item: AgendaItem | None = subject(description="Null once it is removed.")


@strawberry.type(description="What became of the method.")
class MethodPayload(Payload):
    """The answer of every mutation that changes a method."""

    method: Method | None = subject()


@asks
class AgendaItemAddInput(Request):
    """What is asked at which session, and how the group works on it."""

    session_id: strawberry.ID = id_of("Session")
    question: str = needed(_QUESTION)
    minutes: int = needed("How long it takes; all of them together fit into the session.")
    purpose: str | None = optional("What it is asked for.")
    method_id: strawberry.ID | None = optional_id_of("Method", _METHOD)
    outcome: str | None = optional(_OUTCOME)
    position: int | None = optional("Its place on the agenda, from 1; left out, it comes last.")


@asks
class AgendaItemUpdateInput(Change):
    """What is asked and how: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("AgendaItem")
    question: str | None = optional(_QUESTION)
    purpose: str | None = optional("What it is asked for.")
    method_id: strawberry.ID | None = optional_id_of("Method", _METHOD)
    minutes: int | None = optional("How long it takes; all of them together fit into the session.")
    outcome: str | None = optional(_OUTCOME)
    position: int | None = optional("Its place on the agenda, from 1.")


@asks
class AgendaItemRemoveInput(Request):
    """Which question is taken off its agenda."""

    id: strawberry.ID = id_of("AgendaItem")


@asks
class MethodAddInput(Request):
    """A way of working of one's own."""

    name: str = needed("Unique among all methods.")
    description: str = needed("One line that says what people do.")
    url: str | None = optional("A page that explains it.")


@asks
class MethodUpdateInput(Change):
    """What is said of a method of one's own: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Method")
    name: str | None = optional()
    description: str | None = optional()
    url: str | None = optional()


@strawberry.type
class AgendaMutations:
    """What can be done with agendas and methods."""

    agenda_item_add = mutation(agenda.add, AgendaItemAddInput, AgendaItemPayload)
    agenda_item_update = mutation(agenda.update, AgendaItemUpdateInput, AgendaItemPayload)
    agenda_item_remove = mutation(agenda.remove, AgendaItemRemoveInput, AgendaItemPayload)
    method_add = mutation(methods.add, MethodAddInput, MethodPayload)
    method_update = mutation(methods.update, MethodUpdateInput, MethodPayload)
