"""The mutations fit the commands of the domain: none is missing, and each takes what its command takes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_type_hints

import pytest
from graphql import (
    GraphQLInputObjectType,
    Undefined,
    get_named_type,
    is_non_null_type,
    is_required_input_field,
)

import domain
from domain.tables import Identified
from domain.text import camel
from domain.work import Work
from graph.schema import schema
from tests.graph.mutations.cases import CASES

MUTATION = schema._schema.mutation_type
assert MUTATION is not None
FIELDS = MUTATION.fields
COMMON = {"idempotencyKey", "dryRun", "effectiveOn"}

NOT_FOR_PEOPLE = {
    "domain.assessments.publication.publish": "the worker publishes what was closed",
    "domain.assessments.rounds.draft_to_change": "it begins a command and is none",
    "domain.assessments.rounds.round_to_change": "it begins a command and is none",
    "domain.cohorts.locks.programme_of_cohorts": "it begins a command and is none",
    "domain.milestones.commands.report_forecast": "an imported report says it",
    "domain.milestones.changes.finish": "it ends a command and is none",
    "domain.programmes.locks.programme_to_change": "it begins a command and is none",
    "domain.sessions.locks.programme_of_sessions": "it begins a command and is none",
    "domain.summaries.commands.store": "the worker that compiled it stores it",
}
TELLS_A_SECRET = {"sessionCheckInLinksIssue"}
"""What else than the record is answered, once."""
NOT_IN_AN_INPUT = {"as_reported"}
"""What the import says of a command and nobody else."""


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        if not found.name.startswith("domain.migrations."):
            yield importlib.import_module(found.name)


def _commands() -> Iterator[Any]:
    """Every public function that acts on a `Work` and gives a record."""
    for module in _modules():
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            hints = get_type_hints(function)
            gives = hints.get("return")
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and Work in hints.values() and isinstance(gives, type) and issubclass(gives, Identified):
                yield function


def _command(mutation: str) -> Any:
    return FIELDS[mutation].extensions["strawberry-definition"].metadata["command"]


def _input(mutation: str) -> GraphQLInputObjectType:
    found = get_named_type(FIELDS[mutation].args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def test_every_command_has_a_mutation() -> None:
    commands = {f"{command.__module__}.{command.__name__}": command for command in _commands()}
    assert set(NOT_FOR_PEOPLE) <= set(commands)
    offered = {_command(mutation) for mutation in FIELDS}
    assert [name for name, command in commands.items() if command not in offered] == sorted(NOT_FOR_PEOPLE)
    assert len(offered) == len(FIELDS)


def test_every_mutation_is_tested() -> None:
    assert sorted(case.mutation for case in CASES) == sorted(FIELDS)


@pytest.mark.parametrize("mutation", FIELDS)
def test_it_takes_what_its_command_takes(mutation: str) -> None:
    fields = _input(mutation).fields
    _work, *taken = inspect.signature(_command(mutation)).parameters.values()
    if "id" in fields:
        taken = taken[1:]
    names = {camel(parameter.name) for parameter in taken if parameter.name not in NOT_IN_AN_INPUT}
    assert set(fields) == names | COMMON | ({"id"} & set(fields))
    needed = {camel(parameter.name) for parameter in taken if parameter.default is inspect.Parameter.empty}
    assert {name for name, field in fields.items() if is_required_input_field(field)} - {"id"} <= needed
    assert {name for name in needed if fields[name].default_value is Undefined} == {
        name for name in needed if is_required_input_field(fields[name])
    }


@pytest.mark.parametrize("mutation", FIELDS)
def test_it_answers_in_one_way(mutation: str) -> None:
    field = FIELDS[mutation]
    assert not is_non_null_type(field.type)
    payload = get_named_type(field.type)
    assert list(payload.fields)[:2] == ["id", "userErrors"]
    # Links are told once, beside the record that they are of.
    assert len(payload.fields) - ("links" in payload.fields) == 3


@pytest.mark.parametrize("mutation", FIELDS)
def test_it_is_described(mutation: str) -> None:
    field = FIELDS[mutation]
    for said in (field.description, _input(mutation).description, get_named_type(field.type).description):
        assert said
        assert said.endswith(".")
        assert "None" not in said
    assert _input(mutation).name == f"{mutation[0].upper()}{mutation[1:]}Input"
    assert list(_input(mutation).fields)[-1] == "idempotencyKey"
