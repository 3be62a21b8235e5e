"""What workers do, in the schema."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Uuid, cast
from strawberry.scalars import JSON

from domain import models
from graph.reads import Node, column, one, reads
from graph.summaries import Summary


@reads(models.Job)
class Job(Node):
    """Work that was asked for and is done by a worker: it waits until `doneAt` or `failedAt` is set."""

    function: str = column("What is to be done, for example `compile_summary`.")
    key: str = column("What it is about: asked for again under the same key, it is the same job.")
    due_at: datetime = column("When it is to be done, or tried again.")
    done_at: datetime | None
    failed_at: datetime | None = column("When it was given up; until then a failure is tried again.")
    failure: str | None = column("What went wrong the last time.")
    result: JSON | None = column("What came of it, by name; null until it is done.")
    summary: Summary | None = one(
        lambda row, other, at: other.id == cast(row.result["summary_id"].astext, Uuid()),
        description="The summary that was compiled; null until it is done.",
    )
