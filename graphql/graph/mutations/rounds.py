"""What can be done with rounds, and how they are answered."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry.scalars import JSON

from domain.assessments import answering, closing, comparing, inviting, opening, rounds
from domain.assessments.cells import DEFAULT_K
from graph.mutations.inputs import Change, Request, asks, id_of, ids_of, needed, optional
from graph.mutations.performing import Payload, mutation
from graph.reads import subject
from graph.rounds import Round

_CLOSES_ON = "The last day on which answers are taken; a worker closes the round then. Respondents are told."


@strawberry.type(description="What became of the round.")
class RoundPayload(Payload):
    """The answer of every mutation that changes a round."""

    round: Round | None = subject()


@strawberry.type(description="Somebody's way to their questionnaire. It is told once and kept nowhere.")
class RoundLink:
    """One link that was handed out."""

    name: str
    email: str
    path: str = strawberry.field(description="The page's address on this server; whoever has it can answer.")


@strawberry.type(description="The links that were handed out, which cannot be asked for again.")
class RoundLinksPayload(Payload):
    """The answer of a mutation that hands out links."""

    round: Round | None = subject()
    links: list[RoundLink] = strawberry.field(
        default_factory=list, description="Empty in a dry run, and when the same request is sent again."
    )


@asks
class RoundCreateInput(Request):
    """Which team is to be asked what, and what can be published of it."""

    team_id: strawberry.ID = id_of("Team")
    instrument_id: strawberry.ID = id_of("Instrument")
    title: str = needed("Unique in the programme, for example `Spring 2026`.")
    k: int = DEFAULT_K
    by_organisation: bool = False
    closes_on: date | None = optional(_CLOSES_ON)


@asks
class RoundUpdateInput(Change):
    """What a draft is called, and what can be published of it: what is left out stays as it is."""

    id: strawberry.ID = id_of("Round")
    title: str | None = optional()
    k: int | None = optional("How many people a result is about at least; 3 or more.")
    by_organisation: bool | None = optional()
    closes_on: date | None = optional(_CLOSES_ON)


@asks
class RoundGroupInput(Change):
    """Who of the team is in a group; nobody takes the group away."""

    id: strawberry.ID = id_of("Round")
    grouping: str = needed("By what people are grouped, for example `Side`.")
    name: str = needed("The group, for example `Staff side`.")
    person_ids: list[strawberry.ID] = ids_of("Person")


@asks
class RoundOpenInput(Change):
    """Which round is opened."""

    id: strawberry.ID = id_of("Round")


@asks
class RoundWithdrawInput(Change):
    """Which round becomes a draft again."""

    id: strawberry.ID = id_of("Round")


@asks
class RoundInviteInput(Request):
    """For which round links are handed out."""

    id: strawberry.ID = id_of("Round")


@asks
class RoundRemindInput(Request):
    """For which round new links are handed out to those who have not answered."""

    id: strawberry.ID = id_of("Round")


@asks
class RoundAnswerInput(Request):
    """What somebody answers, by the keys of the items. It is kept apart from the link."""

    token: str = needed("What follows `/answer/` in the link.")
    answers: JSON = needed("A point of the scale for each item that is answered, by its key.")
    comments: JSON | None = optional("Words beside items, by their keys.")


@asks
class RoundCloseInput(Change):
    """Which round is closed."""

    id: strawberry.ID = id_of("Round")


@asks
class RoundCompareInput(Request):
    """Which two rounds are compared."""

    id: strawberry.ID = id_of("Round", "The id of the later Round.")
    earlier_id: strawberry.ID = id_of("Round", "The id of the earlier Round.")


@strawberry.type
class RoundMutations:
    """What can be done with rounds."""

    round_create = mutation(rounds.create, RoundCreateInput, RoundPayload)
    round_update = mutation(rounds.update, RoundUpdateInput, RoundPayload)
    round_group = mutation(rounds.group, RoundGroupInput, RoundPayload)
    round_open = mutation(opening.open_, RoundOpenInput, RoundPayload)
    round_withdraw = mutation(opening.withdraw, RoundWithdrawInput, RoundPayload)
    round_invite = mutation(inviting.invite, RoundInviteInput, RoundLinksPayload)
    round_remind = mutation(inviting.remind, RoundRemindInput, RoundLinksPayload)
    round_answer = mutation(answering.answer, RoundAnswerInput, RoundPayload)
    round_close = mutation(closing.close, RoundCloseInput, RoundPayload)
    round_compare = mutation(comparing.compare, RoundCompareInput, RoundPayload)
