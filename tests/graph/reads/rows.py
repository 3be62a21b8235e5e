"""What is behind each field of the schema: a value of a row, or another row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from graphql import GraphQLSchema, build_schema

from domain import models
from domain.milestones.rules import status_on
from domain.programmes.health import contradicts, health_on
from graph.scalars import SCALARS
from graph.schema import schema
from tests.graph.reads import sessions, timeline
from tests.graph.reads import slow_strengths as strengths
from tests.graph.reads.world import Sight

ID = re.compile(r"(\w+):([0-9a-f-]{36})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the schema: its type, and the row or the values behind it."""

    kind: str
    row: Any


@cache
def published() -> GraphQLSchema:
    """The schema as its text says, with our scalars."""
    built = build_schema(schema.as_str())
    for definition in SCALARS.values():
        scalar = vars(built.type_map[definition.name])
        scalar.update(coerce_output_value=definition.serialize, coerce_input_value=definition.parse_value)
    return built


def value(sight: Sight, kind: str, name: str, row: Any) -> Any:
    """A scalar of a row: of another name, worked out, or simply there."""
    rule = COMPUTED.get((kind, name))
    if rule is not None:
        return rule(sight, row)
    return getattr(row, RENAMED.get((kind, name), snake(name)))


def snake(name: str) -> str:
    """`forecastOn` as `forecast_on`."""
    return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)


def key_of(text: str, kind: str) -> UUID | None:
    """The key in an id of that type."""
    found = ID.fullmatch(text)
    try:
        return UUID(found[2]) if found is not None and found[1] == kind else None
    except ValueError:
        return None


def found(sight: Sight, kind: str, key: UUID | None) -> Thing | None:
    row = sight.find(getattr(models, kind), key)
    return None if row is None else Thing(kind, row)


def one(sight: Sight, kind: str, name: str, row: Any) -> Thing | None:
    """The other row that a field of a row leads to."""
    target, key = ONE[kind, name]
    return found(sight, target, key(sight, row))


def is_one(kind: str, name: str) -> bool:
    """Whether a field leads to another row."""
    return (kind, name) in ONE


def health(sight: Sight, row: Any) -> Any:
    return health_on(row, sight.milestones(row), sight.on)


RENAMED = {
    ("LedgerEntry", "from"): "from_on",
    ("LedgerEntry", "to"): "to_on",
    ("LedgerEntry", "changedOn"): "valid_from",
    ("LedgerEntry", "changedAt"): "recorded_at",
    ("Baseline", "agreedOn"): "valid_from",
    ("Succession", "on"): "valid_from",
    ("JournalEntry", "effectiveOn"): "valid_from",
    ("StrengthsFramework", "mostInAProfile"): "most",
    ("StrengthsRelease", "countedOn"): "valid_from",
    ("StrengthsFramework", "isRanked"): "ranked",
}
COMPUTED: dict[tuple[str, str], Callable[[Sight, Any], Any]] = {
    ("Milestone", "status"): lambda sight, row: status_on(row, sight.on),
    ("Programme", "health"): health,
    ("Programme", "contradiction"): lambda sight, row: contradicts(
        row.delivery_confidence, health(sight, row)
    ),
    ("Partner", "isCurrent"): lambda sight, row: sight.runs(row),
    ("Partner", "needsDecision"): lambda sight, row: sight.awaits_decision(row),
    ("Sponsor", "isCurrent"): lambda sight, row: sight.runs(row),
    ("Cohort", "isCurrent"): lambda sight, row: sight.runs(row),
    ("CohortMember", "isCurrent"): lambda sight, row: sight.is_in(row),
    ("CohortMember", "isFromPartner"): lambda sight, row: sight.is_from_partner(row),
    ("Team", "isCurrent"): lambda sight, row: sight.is_in(row),
    ("TeamMember", "isCurrent"): lambda sight, row: sight.is_in(row),
    ("TeamMember", "isFromPartner"): lambda sight, row: sight.is_from_partner(row),
    ("StrengthsProfile", "isLatest"): lambda sight, row: row in strengths.latest(sight, row.person_id),
    ("Summary", "headline"): lambda _sight, row: row.content["headline"],
    **sessions.COMPUTED,
}


def attribute(name: str) -> Callable[[Sight, Any], Any]:
    return lambda _sight, row: getattr(row, name)


def _recorded(model: type[Any]) -> Callable[[Sight, Any], Any]:
    return lambda _sight, row: row.id if timeline.RECORDS[row.kind] is model else None


ONE: dict[tuple[str, str], tuple[str, Callable[[Sight, Any], Any]]] = {
    ("Affiliation", "person"): ("Person", attribute("person_id")),
    ("Affiliation", "organisation"): ("Organisation", attribute("organisation_id")),
    ("Baseline", "approvedBy"): ("Person", attribute("approved_by_id")),
    ("Cohort", "programme"): ("Programme", attribute("programme_id")),
    ("CohortMember", "cohort"): ("Cohort", attribute("cohort_id")),
    ("CohortMember", "organisation"): ("Organisation", lambda sight, row: sight.comes_from(row)),
    ("CohortMember", "person"): ("Person", attribute("person_id")),
    ("CohortMember", "programme"): ("Programme", attribute("programme_id")),
    ("Comparison", "first"): ("Result", attribute("first_id")),
    ("Comparison", "round"): ("Round", attribute("round_id")),
    ("Comparison", "second"): ("Result", attribute("second_id")),
    ("Dependency", "milestone"): ("Milestone", attribute("milestone_id")),
    ("Dependency", "dependsOn"): ("Milestone", attribute("depends_on_id")),
    ("InstrumentItem", "dimension"): ("InstrumentDimension", attribute("dimension_id")),
    ("JournalEntry", "actor"): ("Person", attribute("actor_id")),
    ("JournalEntry", "programme"): ("Programme", attribute("programme_id")),
    ("LeadCount", "lead"): ("Organisation", lambda _sight, row: row["lead"]),
    ("LedgerEntry", "changedBy"): ("Person", attribute("recorded_by_id")),
    ("LedgerEntry", "milestone"): ("Milestone", attribute("milestone_id")),
    ("Milestone", "owner"): (
        "Organisation",
        lambda sight, row: sight.holder(row.owner_organisation_id, row.owned_from),
    ),
    ("Milestone", "ownerPerson"): ("Person", attribute("owner_person_id")),
    ("Milestone", "programme"): ("Programme", attribute("programme_id")),
    ("Organisation", "parent"): ("Organisation", attribute("parent_id")),
    ("Partner", "namedOrganisation"): ("Organisation", attribute("organisation_id")),
    ("Partner", "organisation"): (
        "Organisation",
        lambda sight, row: sight.holder(row.organisation_id, row.starts_on),
    ),
    ("Partner", "programme"): ("Programme", attribute("programme_id")),
    ("Person", "organisation"): ("Organisation", lambda sight, row: sight.affiliated_with(row.id, sight.on)),
    ("Person", "strengthsConsent"): (
        "StrengthsConsent",
        lambda sight, row: strengths.consent_of(sight, row.id),
    ),
    ("ProfileStrength", "person"): ("Person", attribute("person_id")),
    ("ProfileStrength", "profile"): ("StrengthsProfile", attribute("profile_id")),
    ("ProfileStrength", "strength"): ("Strength", attribute("strength_id")),
    ("Programme", "lead"): ("Organisation", lambda sight, row: sight.lead_id(row)),
    ("Result", "band"): ("InstrumentBand", attribute("band_id")),
    ("Result", "cell"): ("RoundCell", attribute("cell_id")),
    ("Result", "dimension"): ("InstrumentDimension", attribute("dimension_id")),
    ("Result", "item"): ("InstrumentItem", attribute("item_id")),
    ("Result", "round"): ("Round", attribute("round_id")),
    ("Round", "instrument"): ("Instrument", attribute("instrument_id")),
    ("Round", "programme"): ("Programme", attribute("programme_id")),
    ("Round", "team"): ("Team", attribute("team_id")),
    ("RoundCell", "organisation"): ("Organisation", attribute("organisation_id")),
    ("RoundCell", "round"): ("Round", attribute("round_id")),
    ("RoundComment", "item"): ("InstrumentItem", attribute("item_id")),
    ("Sponsor", "partner"): ("Partner", attribute("partner_id")),
    ("Sponsor", "person"): ("Person", attribute("person_id")),
    ("Sponsor", "programme"): ("Programme", attribute("programme_id")),
    ("StatusReport", "author"): ("Person", attribute("author_id")),
    ("StatusReport", "programme"): ("Programme", attribute("programme_id")),
    ("Strength", "cluster"): ("StrengthsCluster", attribute("cluster_id")),
    ("Strength", "framework"): ("StrengthsFramework", attribute("framework_id")),
    ("StrengthsCluster", "framework"): ("StrengthsFramework", attribute("framework_id")),
    ("StrengthOnMap", "strength"): ("Strength", lambda _sight, row: row["strength"]),
    ("StrengthChange", "strength"): ("Strength", lambda _sight, row: row["strength"]),
    ("ReleasedChange", "strength"): ("Strength", lambda _sight, row: row["strength"]),
    ("ClusterChange", "cluster"): ("StrengthsCluster", lambda _sight, row: row["cluster"]),
    ("ClusterOnMap", "cluster"): ("StrengthsCluster", lambda _sight, row: row["cluster"]),
    ("StrengthsRelease", "framework"): ("StrengthsFramework", attribute("framework_id")),
    ("StrengthsRelease", "programme"): ("Programme", attribute("programme_id")),
    ("StrengthsRelease", "team"): ("Team", attribute("team_id")),
    ("StrengthsRelease", "cohort"): ("Cohort", attribute("cohort_id")),
    ("ReleasedStrength", "strength"): ("Strength", attribute("strength_id")),
    ("StrengthsConsent", "person"): ("Person", attribute("person_id")),
    ("StrengthsProfile", "framework"): ("StrengthsFramework", attribute("framework_id")),
    ("StrengthsProfile", "person"): ("Person", attribute("person_id")),
    ("Succession", "predecessor"): ("Organisation", attribute("predecessor_id")),
    ("Succession", "successor"): ("Organisation", attribute("successor_id")),
    ("Summary", "sponsor"): ("Person", attribute("person_id")),
    ("Team", "cohort"): ("Cohort", attribute("cohort_id")),
    ("Team", "organisation"): (
        "Organisation",
        lambda sight, row: sight.holder(row.organisation_id, row.starts_on),
    ),
    ("Team", "programme"): ("Programme", attribute("programme_id")),
    ("TeamMember", "organisation"): ("Organisation", lambda sight, row: sight.comes_from(row)),
    ("TeamMember", "person"): ("Person", attribute("person_id")),
    ("TeamMember", "programme"): ("Programme", attribute("programme_id")),
    ("TeamMember", "team"): ("Team", attribute("team_id")),
    ("TimelineEntry", "milestone"): ("Milestone", _recorded(models.Milestone)),
    ("TimelineEntry", "session"): ("Session", _recorded(models.Session)),
    ("TimelineEntry", "round"): ("Round", _recorded(models.Round)),
    ("Viewer", "person"): ("Person", lambda sight, _row: sight.viewer.person_id),
    **sessions.ONE,
}
