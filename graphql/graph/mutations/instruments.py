"""What can be done with instruments."""

from __future__ import annotations

import strawberry

from domain.assessments import storing
from graph.instruments import Instrument
from graph.mutations.inputs import Request, asks, optional
from graph.mutations.performing import Payload, mutation
from graph.reads import subject


@strawberry.type(description="What became of the instrument.")
class InstrumentPayload(Payload):
    """The answer of the mutation that takes an instrument in."""

    instrument: Instrument | None = subject()


@asks
class InstrumentStoreInput(Request):
    """Which instrument is taken in: one of the two."""

    file: str | None = optional("The YAML of its file, of at most 200,000 characters.")
    shipped_key: str | None = optional("The key of one that comes with Tandem, such as `staff-pulse`.")


@strawberry.type
class InstrumentMutations:
    """What can be done with instruments."""

    instrument_store = mutation(storing.store, InstrumentStoreInput, InstrumentPayload)
