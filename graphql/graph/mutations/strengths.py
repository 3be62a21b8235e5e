"""What can be done with strengths frameworks."""

from __future__ import annotations

import strawberry

from domain.strengths import frameworks
from graph.mutations.inputs import Request, asks, needed
from graph.mutations.performing import Payload, mutation
from graph.reads import subject
from graph.strengths import StrengthsFramework


@strawberry.type(description="What became of the framework.")
class StrengthsFrameworkPayload(Payload):
    """The answer of every mutation that stores a framework."""

    framework: StrengthsFramework | None = subject()


@asks
class StrengthsFrameworkStoreInput(Request):
    """The file of a framework."""

    file: str = needed(
        "Its text: YAML as the published JSON Schema has it (domain/strengths/framework.schema.json)."
    )


@strawberry.type
class StrengthsMutations:
    """What can be done with strengths."""

    strengths_framework_store = mutation(
        frameworks.store, StrengthsFrameworkStoreInput, StrengthsFrameworkPayload
    )
