"""What can be done with summaries."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.summaries import commands
from graph.jobs import Job
from graph.mutations.inputs import Change, Request, asks, id_of, needed
from graph.mutations.performing import Payload, mutation
from graph.reads import subject
from graph.summaries import Summary


@strawberry.type(description="What became of the summary.")
class SummaryPayload(Payload):
    """The answer of every mutation that changes a summary."""

    summary: Summary | None = subject()


@strawberry.type(description="The job that was asked for.")
class JobPayload(Payload):
    """The answer of a mutation whose work is done by a worker."""

    job: Job | None = subject(description="Ask `node(id:)` with its id how far it is.")


@asks
class SummaryCompileInput(Request):
    """Whose summary is to be compiled, and of which period."""

    person_id: strawberry.ID = id_of("Person", "The id of the Person who is the sponsor.")
    period_from: date = needed("The day as of which the programmes stood before.")
    period_to: date = needed("The day as of which they stand then; not in the future.")


@asks
class SummaryReviewInput(Change):
    """Which draft somebody has read and stands by."""

    id: strawberry.ID = id_of("Summary")


@asks
class SummaryIssueInput(Change):
    """Which reviewed summary is sent."""

    id: strawberry.ID = id_of("Summary")


@strawberry.type
class SummaryMutations:
    """What can be done with summaries."""

    summary_compile = mutation(commands.request, SummaryCompileInput, JobPayload)
    summary_review = mutation(commands.review, SummaryReviewInput, SummaryPayload)
    summary_issue = mutation(commands.issue, SummaryIssueInput, SummaryPayload)
