"""How a viewer looks at Tandem's tables: as of a date, and only at what they may see."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from graphql import OperationDefinitionNode
from sqlalchemy import ColumnElement, Date, Text, Uuid, bindparam, literal_column
from sqlalchemy.orm import aliased
from strawberry.directive import DirectiveLocation, DirectiveValue

from domain.access.viewers import Viewer
from domain.access.visibility import visible
from domain.calendar import in_words
from domain.moment import Moment
from domain.programmes import timeline
from domain.programmes.timeline_models import TimelineEntry
from domain.strengths import maps
from graph.reads import ReadRefused
from graph.reads.values import Leaf, Variables, argument


@strawberry.directive(
    locations=[DirectiveLocation.QUERY],
    name="asOf",
    description="Answer as things stood at the end of that day.",
)
def as_of(value: DirectiveValue[Any], date: date) -> Any:  # noqa: ARG001 - the read engine looks at the operation itself
    """Declared for validation; `Look.of` reads it."""
    return value


@dataclass(frozen=True, slots=True)
class Look:
    """The perspective of one request; the declared expressions know it as `at`."""

    viewer: Viewer
    day: date
    past: bool

    @classmethod
    def of(
        cls, viewer: Viewer, operation: OperationDefinitionNode, variables: Variables, today: date
    ) -> Look:
        """How that operation looks: as of the date of its `@asOf`, or at the present."""
        for directive in operation.directives or ():
            if directive.name.value == "asOf":
                given = next(iter(directive.arguments or ()))
                day = _day(given.value, variables)
                if day > today:
                    raise ReadRefused(
                        "AS_OF_FUTURE", f"{in_words(day)} has not come yet: ask as of a date up to today."
                    )
                return cls(viewer, day, past=True)
        return cls(viewer, today, past=False)

    @property
    def key(self) -> Hashable:
        """The role and whether it is about the past: they decide the statement."""
        return self.viewer.role, self.past

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The date and the person, bound."""
        return {"on": self.day, "viewer": self.viewer.person_id}

    @property
    def on(self) -> ColumnElement[date]:
        """The date of the question."""
        return bindparam("on", type_=Date())

    @property
    def person(self) -> ColumnElement[UUID]:
        """The person who asks; null for the built-in administrator."""
        return bindparam("viewer", type_=Uuid())

    @property
    def role(self) -> ColumnElement[str]:
        """The role of whoever asks, as a word of the statement's text: it is part of the plan's key."""
        return literal_column(f"'{self.viewer.role.value}'::text", Text)

    def rows(self, model: type[Any]) -> Any:
        """A fresh alias of the model's rows as they were on the date."""
        if model is TimelineEntry:
            return aliased(TimelineEntry, timeline.entries(self).subquery(), adapt_on_names=True)
        return Moment(self.on, self.past).rows(model)

    def visible(self, model: type[Any], row: Any) -> ColumnElement[bool] | None:
        """The condition under which the viewer sees a row."""
        return visible(model, row, self.viewer.role, self.person, self.on)

    def on_day(self, day: ColumnElement[date]) -> Day:
        """What is known at the date of the question about another day."""
        return Day(self, day)


@dataclass(frozen=True, slots=True)
class Day(maps.Day):
    """Another day, by what is known at the date of a question, and who may see it as of that day."""

    at: Look

    def visible(self, model: type[Any], row: Any) -> ColumnElement[bool] | None:
        """The condition under which the viewer sees a row, judged for that day."""
        return visible(model, row, self.at.viewer.role, self.at.person, self.on)


def _day(node: Any, variables: Variables) -> date:
    from graph.schema import schema  # noqa: PLC0415 - the schema declares the directive

    directive = schema._schema.get_directive("asOf")
    assert directive is not None
    leaf = argument(node, directive.args["date"].type, variables)
    if not isinstance(leaf, Leaf) or not isinstance(leaf.now, date):
        raise ReadRefused("AS_OF_DATE", 'Say as of which date: @asOf(date: "2019-09-30").')
    return leaf.now
