"""What the idiomatic way loads with: a session for each statement, and DataLoaders for what belongs to many rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

import strawberry
from sqlalchemy import ARRAY, Uuid, column, func, literal, select, true
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased
from strawberry.dataloader import DataLoader

from domain import models
from domain.calendar import today
from domain.moment import Moment
from domain.programmes.leads import lead_organisation

engine = create_async_engine(
    os.environ["TANDEM_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=10,
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def every(statement: Any) -> list[Any]:
    """All rows."""
    # A session each, as loaders of one level run at the same time.
    async with sessions() as session:
        return list((await session.execute(statement)).all())


async def one(statement: Any) -> Any:
    """The first value of the first row."""
    async with sessions() as session:
        return await session.scalar(statement)


class Loaders:
    """What one request has loaded, as of the date of its question."""

    def __init__(self, day: date, *, past: bool) -> None:
        self.day = day
        self.moment = Moment(literal(day), past=past)
        self.leads = DataLoader(self._leads)
        self.organisations = DataLoader(self._organisations)
        self.milestones = DataLoader(self._milestones)

    @classmethod
    def of(cls, info: strawberry.Info) -> Loaders:
        """The loaders of this request."""
        loaders = info.context.get("loaders")
        if loaders is None:
            past = bool(info.operation.directives)
            day = info.variable_values["on"] if past else today()
            loaders = info.context["loaders"] = cls(day, past=past)
        return cast("Loaders", loaders)

    async def _leads(self, keys: Sequence[UUID]) -> list[models.Organisation | None]:
        programme, organisation = self.moment.rows(models.Programme), self.moment.rows(models.Organisation)
        leading = select(programme.id, lead_organisation(programme, self.moment).label("lead_id"))
        by_programme = leading.where(programme.id.in_(keys)).subquery()
        statement = select(by_programme.c.id, organisation).join(
            organisation, organisation.id == by_programme.c.lead_id
        )
        found = dict(await every(statement))
        return [found.get(key) for key in keys]

    async def _organisations(self, keys: Sequence[UUID]) -> list[models.Organisation | None]:
        organisation = self.moment.rows(models.Organisation)
        found = {row.id: row for (row,) in await every(select(organisation).where(organisation.id.in_(keys)))}
        return [found.get(key) for key in keys]

    async def _milestones(self, keys: Sequence[tuple[UUID, int]]) -> list[list[models.Milestone]]:
        """The first milestones of each programme: a lateral join, so that no more are fetched than asked for."""
        found: dict[tuple[UUID, int], list[models.Milestone]] = {key: [] for key in keys}
        for first in {first for _, first in keys}:
            ids = literal([key for key, n in keys if n == first], ARRAY(Uuid()))
            asked = func.unnest(ids).table_valued(column("id", Uuid())).render_derived("asked")
            row = self.moment.rows(models.Milestone)
            few = (
                select(row)
                .where(row.programme_id == asked.c.id)
                .order_by(row.forecast_on, row.id)
                .limit(first)
            )
            milestone = aliased(models.Milestone, few.correlate(asked).lateral(), adapt_on_names=True)
            for (each,) in await every(select(milestone).join_from(asked, milestone, true())):
                found[each.programme_id, first].append(each)
        return [found[key] for key in keys]
