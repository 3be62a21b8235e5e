"""The same schema and questions in the idiomatic way: resolvers and DataLoaders over SQLAlchemy's ORM.

Written as well as that way allows: parser and validation are cached, a level of the answer is one statement, pages of
children are cut in the database, and rules of the domain are the domain's own.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import strawberry
from litestar import Litestar, Response
from litestar.di import Provide
from sqlalchemy import ARRAY, Uuid, column, func, literal, select, true
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased
from strawberry.dataloader import DataLoader
from strawberry.directive import DirectiveLocation, DirectiveValue
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.litestar import make_graphql_controller

from domain import models
from domain.calendar import today
from domain.milestones import rules
from domain.milestones.models import Criticality
from domain.milestones.rules import MilestoneStatus
from domain.moment import Moment
from domain.programmes import health as health_rules
from domain.programmes.health import Health
from domain.programmes.leads import lead_organisation
from domain.programmes.models import DeliveryConfidence, ProgrammeStatus

DUE_WITHIN_DAYS = 90

for words in (Criticality, MilestoneStatus, Health, DeliveryConfidence, ProgrammeStatus):
    strawberry.enum(words)

engine = create_async_engine(
    os.environ["TANDEM_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=10,
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@strawberry.directive(locations=[DirectiveLocation.QUERY], name="asOf")
def as_of(value: DirectiveValue[Any], date: date) -> Any:
    return value


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
        found = dict(await _all(statement))
        return [found.get(key) for key in keys]

    async def _organisations(self, keys: Sequence[UUID]) -> list[models.Organisation | None]:
        organisation = self.moment.rows(models.Organisation)
        found = {row.id: row for (row,) in await _all(select(organisation).where(organisation.id.in_(keys)))}
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
            for (each,) in await _all(select(milestone).join_from(asked, milestone, true())):
                found[each.programme_id, first].append(each)
        return [found[key] for key in keys]


@strawberry.type
class Organisation:
    id: strawberry.ID
    code: str
    name: str

    @classmethod
    def of(cls, row: models.Organisation) -> Organisation:
        return cls(id=_id(row), code=row.code, name=row.name)


@strawberry.type
class Milestone:
    id: strawberry.ID
    title: str
    status: MilestoneStatus
    baseline_on: date
    forecast_on: date
    achieved_on: date | None
    slip_days: int
    criticality: Criticality

    @classmethod
    def of(cls, row: models.Milestone, on: date) -> Milestone:
        return cls(
            id=_id(row),
            title=row.title,
            status=rules.status_on(row, on),
            baseline_on=row.baseline_on,
            forecast_on=row.forecast_on,
            achieved_on=row.achieved_on,
            slip_days=row.slip_days,
            criticality=row.criticality,
        )


@strawberry.type
class MilestoneConnection:
    nodes: list[Milestone]


@strawberry.type
class Programme:
    key: strawberry.Private[UUID]
    id: strawberry.ID
    ref: str
    title: str
    purpose: str | None
    status: ProgrammeStatus
    category: str | None
    delivery_confidence: DeliveryConfidence | None
    starts_on: date | None
    ends_on: date | None
    whole_life_cost: Decimal | None

    @classmethod
    def of(cls, row: models.Programme) -> Programme:
        return cls(
            key=row.id,
            id=_id(row),
            ref=row.ref,
            title=row.title,
            purpose=row.purpose,
            status=row.status,
            category=row.category,
            delivery_confidence=row.delivery_confidence,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            whole_life_cost=row.whole_life_cost,
        )

    @strawberry.field
    async def lead(self, info: strawberry.Info) -> Organisation | None:
        found = await Loaders.of(info).leads.load(self.key)
        return None if found is None else Organisation.of(found)

    @strawberry.field
    async def milestones(self, info: strawberry.Info, first: int) -> MilestoneConnection:
        loaders = Loaders.of(info)
        rows = await loaders.milestones.load((self.key, first))
        return MilestoneConnection(nodes=[Milestone.of(row, loaders.day) for row in rows])


@strawberry.type
class ProgrammeConnection:
    nodes: list[Programme]


@strawberry.type
class DeliveryConfidenceCount:
    delivery_confidence: DeliveryConfidence | None
    programmes: int


@strawberry.type
class HealthCount:
    health: Health
    programmes: int


@strawberry.type
class CategoryCount:
    category: str | None
    programmes: int


@strawberry.type
class LeadCount:
    lead_id: strawberry.Private[UUID | None]
    programmes: int

    @strawberry.field
    async def lead(self, info: strawberry.Info) -> Organisation | None:
        found = None if self.lead_id is None else await Loaders.of(info).organisations.load(self.lead_id)
        return None if found is None else Organisation.of(found)


@strawberry.type
class Portfolio:
    statuses: strawberry.Private[list[ProgrammeStatus]]

    @strawberry.field
    async def programmes(self, info: strawberry.Info) -> int:
        programme = self._programmes(info)
        return int(await _one(select(func.count(programme.id)).where(self._kept(programme))))

    @strawberry.field
    async def by_delivery_confidence(self, info: strawberry.Info) -> list[DeliveryConfidenceCount]:
        programme = self._programmes(info)
        counts = await self._grouped(programme, programme.delivery_confidence)
        return [DeliveryConfidenceCount(delivery_confidence=value, programmes=n) for value, n in counts]

    @strawberry.field
    async def by_health(self, info: strawberry.Info) -> list[HealthCount]:
        programme = self._programmes(info)
        counts = await self._grouped(programme, health_rules.health(programme, Loaders.of(info).moment))
        return [HealthCount(health=value, programmes=n) for value, n in counts]

    @strawberry.field
    async def by_lead(self, info: strawberry.Info) -> list[LeadCount]:
        programme = self._programmes(info)
        counts = await self._grouped(programme, lead_organisation(programme, Loaders.of(info).moment))
        return [LeadCount(lead_id=value, programmes=n) for value, n in counts]

    @strawberry.field
    async def by_category(self, info: strawberry.Info) -> list[CategoryCount]:
        programme = self._programmes(info)
        counts = await self._grouped(programme, programme.category)
        return [CategoryCount(category=value, programmes=n) for value, n in counts]

    @strawberry.field
    async def milestones_due(self, info: strawberry.Info) -> int:
        on = Loaders.of(info).moment.on
        return await self._milestones(info, lambda m: rules.due_between(m, on, on + DUE_WITHIN_DAYS))

    @strawberry.field
    async def milestones_overdue(self, info: strawberry.Info) -> int:
        return await self._milestones(info, lambda m: rules.overdue(m, Loaders.of(info).moment))

    @strawberry.field
    async def milestones_slipped(self, info: strawberry.Info) -> int:
        return await self._milestones(info, rules.slipped)

    def _programmes(self, info: strawberry.Info) -> Any:
        return Loaders.of(info).moment.rows(models.Programme)

    def _kept(self, programme: Any) -> Any:
        return programme.status.in_(self.statuses)

    async def _grouped(self, programme: Any, value: Any) -> Sequence[Any]:
        inner = select(value.label("value")).where(self._kept(programme)).subquery()
        counted = func.count().label("programmes")
        statement = select(inner.c.value, counted).group_by(inner.c.value)
        return await _all(statement.order_by(counted.desc(), inner.c.value))

    async def _milestones(self, info: strawberry.Info, condition: Any) -> int:
        programme = self._programmes(info)
        milestone = Loaders.of(info).moment.rows(models.Milestone)
        joined = select(func.count()).join_from(milestone, programme, milestone.programme_id == programme.id)
        return int(await _one(joined.where(self._kept(programme), condition(milestone))))


@strawberry.input
class StatusFilter:
    in_: list[ProgrammeStatus] = strawberry.field(name="in")


@strawberry.input
class ProgrammeFilter:
    status: StatusFilter


@strawberry.type
class Query:
    @strawberry.field
    async def programme(self, info: strawberry.Info, ref: str) -> Programme | None:
        programme = Loaders.of(info).moment.rows(models.Programme)
        row = await _one(select(programme).where(programme.ref == ref))
        return row and Programme.of(row)

    @strawberry.field
    async def programmes(self, info: strawberry.Info, first: int) -> ProgrammeConnection:
        programme = Loaders.of(info).moment.rows(models.Programme)
        rows = await _all(select(programme).order_by(programme.title, programme.id).limit(first))
        return ProgrammeConnection(nodes=[Programme.of(row) for (row,) in rows])

    @strawberry.field
    async def milestones(self, info: strawberry.Info, first: int) -> MilestoneConnection:
        loaders = Loaders.of(info)
        milestone = loaders.moment.rows(models.Milestone)
        rows = await _all(select(milestone).order_by(milestone.forecast_on, milestone.id).limit(first))
        return MilestoneConnection(nodes=[Milestone.of(row, loaders.day) for (row,) in rows])

    @strawberry.field
    def portfolio(self, filter: ProgrammeFilter) -> Portfolio:  # noqa: A002 - the name in the schema
        return Portfolio(statuses=filter.status.in_)


async def _all(statement: Any) -> list[Any]:
    # A session each, as loaders of one level run at the same time.
    async with sessions() as session:
        return list((await session.execute(statement)).all())


async def _one(statement: Any) -> Any:
    async with sessions() as session:
        return await session.scalar(statement)


def _id(row: Any) -> strawberry.ID:
    return strawberry.ID(f"{type(row).__name__}:{row.id}")


# One of each for all requests, which the type of the argument does not know.
CACHES: Any = [ParserCache(), ValidationCache()]
schema = strawberry.Schema(Query, directives=[as_of], extensions=CACHES)
# It is read by `Loaders.of` and changes no value. Known as one that might, it would make each field a coroutine, and
# lists four times slower.
schema.directives = ()


async def _context() -> dict[str, Any]:
    return {}


async def _response() -> Response[Any]:
    # The stock one goes through a thread with each request.
    return Response(None)


class GraphQL(make_graphql_controller(schema, path="/graphql", context_getter=_context)):  # type: ignore[misc]
    """Strawberry's own, with that one dependency replaced."""


GraphQL.dependencies = {**GraphQL.dependencies, "response": Provide(_response)}


@asynccontextmanager
async def _engine(_app: Litestar) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = Litestar(route_handlers=[GraphQL], lifespan=[_engine], openapi_config=None, logging_config=None)
