"""The same schema and questions in the idiomatic way: resolvers and DataLoaders over SQLAlchemy's ORM.

Written as well as that way allows: parser and validation are cached, a level of the answer is one statement, pages of
children are cut in the database, and rules of the domain are the domain's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from litestar import Litestar, Response
from litestar.di import Provide
from sqlalchemy import and_, func, select, true
from strawberry.directive import DirectiveLocation, DirectiveValue
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.litestar import make_graphql_controller

from domain import models
from domain.milestones import rules
from domain.milestones.models import Criticality
from domain.milestones.rules import MilestoneStatus
from domain.programmes import health as health_rules
from domain.programmes.health import Health
from domain.programmes.leads import lead_organisation
from domain.programmes.models import DeliveryConfidence, ProgrammeStatus
from tests.benchmarks.strawberry_loading import Loaders, engine, every, one

DUE_WITHIN_DAYS = 90

for words in (Criticality, MilestoneStatus, Health, DeliveryConfidence, ProgrammeStatus):
    strawberry.enum(words)


@strawberry.directive(locations=[DirectiveLocation.QUERY], name="asOf")
def as_of(value: DirectiveValue[Any], date: date) -> Any:
    return value


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
    filter: strawberry.Private[ProgrammeFilter]

    @strawberry.field
    async def programmes(self, info: strawberry.Info) -> int:
        programme = self._programmes(info)
        return int(await one(select(func.count(programme.id)).where(self._kept(programme))))

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
        status, category = self.filter.status, self.filter.category
        return and_(
            true() if status is None else programme.status.in_(status.in_),
            true() if category is None else programme.category == category.eq,
        )

    async def _grouped(self, programme: Any, value: Any) -> Sequence[Any]:
        inner = select(value.label("value")).where(self._kept(programme)).subquery()
        counted = func.count().label("programmes")
        statement = select(inner.c.value, counted).group_by(inner.c.value)
        return await every(statement.order_by(counted.desc(), inner.c.value))

    async def _milestones(self, info: strawberry.Info, condition: Any) -> int:
        programme = self._programmes(info)
        milestone = Loaders.of(info).moment.rows(models.Milestone)
        joined = select(func.count()).join_from(milestone, programme, milestone.programme_id == programme.id)
        return int(await one(joined.where(self._kept(programme), condition(milestone))))


@strawberry.input
class StatusFilter:
    in_: list[ProgrammeStatus] = strawberry.field(name="in")


@strawberry.input
class CategoryFilter:
    eq: str


@strawberry.input
class ProgrammeFilter:
    status: StatusFilter | None = None
    category: CategoryFilter | None = None


@strawberry.type
class Query:
    @strawberry.field
    async def programme(self, info: strawberry.Info, ref: str) -> Programme | None:
        programme = Loaders.of(info).moment.rows(models.Programme)
        row = await one(select(programme).where(programme.ref == ref))
        return row and Programme.of(row)

    @strawberry.field
    async def programmes(self, info: strawberry.Info, first: int) -> ProgrammeConnection:
        programme = Loaders.of(info).moment.rows(models.Programme)
        rows = await every(select(programme).order_by(programme.title, programme.id).limit(first))
        return ProgrammeConnection(nodes=[Programme.of(row) for (row,) in rows])

    @strawberry.field
    async def milestones(self, info: strawberry.Info, first: int) -> MilestoneConnection:
        loaders = Loaders.of(info)
        milestone = loaders.moment.rows(models.Milestone)
        rows = await every(select(milestone).order_by(milestone.forecast_on, milestone.id).limit(first))
        return MilestoneConnection(nodes=[Milestone.of(row, loaders.day) for (row,) in rows])

    @strawberry.field
    def portfolio(self, filter: ProgrammeFilter) -> Portfolio:  # noqa: A002 - the name in the schema
        return Portfolio(filter=filter)


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
