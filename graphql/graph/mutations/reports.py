"""What can be done with status reports."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.programmes import reports
from domain.programmes.models import DeliveryConfidence
from graph.mutations.inputs import Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.programmes import StatusReport
from graph.reads import subject


@strawberry.type(description="The status report as it stands now.")
class StatusReportPayload(Payload):
    """The answer of the mutation that gives or corrects a report."""

    status_report: StatusReport | None = subject()


@asks
class StatusReportAddInput(Request):
    """What somebody judges of a programme on a date, and why."""

    programme_id: strawberry.ID = id_of("Programme")
    reported_on: date = needed("Not before the latest report; the same day again corrects that report.")
    delivery_confidence: DeliveryConfidence | None = strawberry.field(
        default=None, description="Without it, no rating is given from that day on."
    )
    reason: str | None = optional("Why it is judged so.")
    author_id: strawberry.ID | None = optional_id_of("Person", "The id of the Person who judges.")


@strawberry.type
class StatusReportMutations:
    """What can be done with status reports."""

    status_report_add = mutation(reports.report, StatusReportAddInput, StatusReportPayload)
