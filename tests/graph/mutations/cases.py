"""One case of success for each mutation: what is given, what is selected, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.graph.mutations.scenes import Scene

Input = Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """`answer` is the record as selected. `first` has to be done before.

    `subject` is the input field with the id of what is acted on, and `hidden` whether a stranger cannot see that.
    """

    mutation: str
    given: Input
    selected: str
    answer: Callable[[Scene], Any]
    subject: str | None = "id"
    hidden: bool = True
    first: tuple[tuple[str, Input], ...] = ()


CASES = [
    Case(
        "organisationCreate",
        lambda it: {
            "code": f"{it.ref}-N".upper(),
            "name": "New trust",
            "kind": "NHS_TRUST",
            "parentId": it.lead,
            "openedOn": "2025-04-01",
        },
        "organisation { name kind openedOn closedOn parent { id } version }",
        lambda it: {
            "name": "New trust",
            "kind": "NHS_TRUST",
            "openedOn": "2025-04-01",
            "closedOn": None,
            "parent": {"id": it.lead},
            "version": 1,
        },
        subject=None,
    ),
    Case(
        "organisationUpdate",
        lambda it: {"id": it.lead, "name": "Renamed", "parentId": it.heir, "expectedVersion": 1},
        "organisation { name kind parent { id } version }",
        lambda it: {"name": "Renamed", "kind": "NHS_TRUST", "parent": {"id": it.heir}, "version": 2},
        hidden=False,
    ),
    Case(
        "organisationClose",
        lambda it: {"id": it.rival, "closedOn": "2026-07-01"},
        "organisation { closedOn }",
        lambda it: {"closedOn": "2026-07-01"},
        hidden=False,
    ),
    Case(
        "organisationReopen",
        lambda it: {"id": it.rival},
        "organisation { closedOn version }",
        lambda it: {"closedOn": None, "version": 3},
        hidden=False,
        first=(("organisationClose", lambda it: {"id": it.rival, "closedOn": "2026-07-01"}),),
    ),
    Case(
        "organisationIdentifierAdd",
        lambda it: {"organisationId": it.lead, "scheme": "GSS", "value": f"E{it.ref}"},
        "identifier { scheme value }",
        lambda it: {"scheme": "GSS", "value": f"E{it.ref}"},
        subject="organisationId",
        hidden=False,
    ),
    Case(
        "organisationIdentifierRemove",
        lambda it: {"id": it.identifier},
        "identifier { id }",
        lambda it: None,
        hidden=False,
    ),
    Case(
        "organisationSucceed",
        lambda it: {"predecessorId": it.lead, "successorId": it.heir, "on": "2026-05-01"},
        "succession { on predecessor { id closedOn } successor { id } }",
        lambda it: {
            "on": "2026-05-01",
            "predecessor": {"id": it.lead, "closedOn": "2026-05-01"},
            "successor": {"id": it.heir},
        },
        subject="predecessorId",
        hidden=False,
    ),
    Case(
        "personCreate",
        lambda it: {"name": "Fay", "email": f"Fay.{it.ref}@Example.org", "summaryFrequency": "MONTHLY"},
        "person { name email isPlaceholder summaryFrequency }",
        lambda it: {
            "name": "Fay",
            "email": f"fay.{it.ref}@example.org",
            "isPlaceholder": False,
            "summaryFrequency": "MONTHLY",
        },
        subject=None,
    ),
    Case(
        "personUpdate",
        lambda it: {"id": it.ada, "name": "Ada Lovelace"},
        "person { name summaryFrequency version }",
        lambda it: {"name": "Ada Lovelace", "summaryFrequency": "QUARTERLY", "version": 2},
    ),
    Case(
        "affiliationAdd",
        lambda it: {"personId": it.ada, "organisationId": it.other, "startsOn": "2026-01-01"},
        "affiliation { startsOn endsOn position person { id } organisation { id } }",
        lambda it: {
            "startsOn": "2026-01-01",
            "endsOn": None,
            "position": None,
            "person": {"id": it.ada},
            "organisation": {"id": it.other},
        },
        subject="personId",
    ),
    Case(
        "affiliationEnd",
        lambda it: {"id": it.affiliation, "endsOn": "2026-05-31"},
        "affiliation { endsOn }",
        lambda it: {"endsOn": "2026-05-31"},
    ),
    Case(
        "programmeCreate",
        lambda it: {
            "ref": f"{it.ref}-new",
            "title": "New hub",
            "leadId": it.lead,
            "status": "ACTIVE",
            "startsOn": "2026-01-01",
            "endsOn": "2028-03-31",
            "wholeLifeCost": "12.5",
        },
        "programme { status startsOn endsOn wholeLifeCost lead { id } "
        "milestones { nodes { title forecastOn marksEnd owner { id } } } }",
        lambda it: {
            "status": "ACTIVE",
            "startsOn": "2026-01-01",
            "endsOn": "2028-03-31",
            "wholeLifeCost": "12.50",
            "lead": {"id": it.lead},
            "milestones": {
                "nodes": [
                    {
                        "title": "Planned end",
                        "forecastOn": "2028-03-31",
                        "marksEnd": True,
                        "owner": {"id": it.lead},
                    }
                ]
            },
        },
        subject=None,
    ),
    Case(
        "programmeUpdate",
        lambda it: {"id": it.programme, "purpose": "One front door", "wholeLifeCost": "3", "category": None},
        "programme { title purpose category wholeLifeCost }",
        lambda it: {
            "title": f"Programme {it.ref}",
            "purpose": "One front door",
            "category": None,
            "wholeLifeCost": "3.00",
        },
    ),
    Case(
        "programmeActivate",
        lambda it: {"id": it.programme, "reason": "The money is there."},
        "programme { status }",
        lambda it: {"status": "ACTIVE"},
        first=(("programmePause", lambda it: {"id": it.programme}),),
    ),
    Case(
        "programmePause", lambda it: {"id": it.programme}, "programme { status }", lambda it: {"status": "PAUSED"}
    ),
    Case(
        "programmeClose", lambda it: {"id": it.programme}, "programme { status }", lambda it: {"status": "CLOSED"}
    ),
    Case(
        "programmeReopen",
        lambda it: {"id": it.programme},
        "programme { status version }",
        lambda it: {"status": "ACTIVE", "version": 3},
        first=(("programmeClose", lambda it: {"id": it.programme}),),
    ),
    Case(
        "phaseAdd",
        lambda it: {"programmeId": it.programme, "title": "Pilot", "startsOn": "2026-06-01"},
        "phase { title startsOn endsOn }",
        lambda it: {"title": "Pilot", "startsOn": "2026-06-01", "endsOn": None},
        subject="programmeId",
    ),
    Case(
        "phaseUpdate",
        lambda it: {"id": it.phase, "endsOn": "2026-06-01"},
        "phase { title startsOn endsOn }",
        lambda it: {"title": "Set-up", "startsOn": "2024-01-01", "endsOn": "2026-06-01"},
    ),
    Case("phaseRemove", lambda it: {"id": it.phase}, "phase { id }", lambda it: None),
    Case(
        "partnerAdd",
        lambda it: {
            "programmeId": it.programme,
            "organisationId": it.heir,
            "role": "DELIVERY",
            "startsOn": "2026-01-01",
        },
        "partner { role startsOn organisation { id } }",
        lambda it: {"role": "DELIVERY", "startsOn": "2026-01-01", "organisation": {"id": it.heir}},
        subject="programmeId",
    ),
    Case(
        "partnerEnd",
        lambda it: {"id": it.other_part, "endsOn": "2026-06-01"},
        "partner { endsOn isCurrent sponsors { nodes { endsOn } } }",
        lambda it: {"endsOn": "2026-06-01", "isCurrent": False, "sponsors": {"nodes": [{"endsOn": "2026-06-01"}] * 2}},
    ),
    Case(
        "partnerAssign",
        lambda it: {"id": it.other_part, "organisationId": it.rival},
        "partner { needsDecision organisation { id } programme { milestones { nodes { owner { id } } } } }",
        lambda it: {
            "needsDecision": False,
            "organisation": {"id": it.rival},
            "programme": {"milestones": {"nodes": [{"owner": {"id": it.lead}}, {"owner": {"id": it.rival}}]}},
        },
        first=tuple(
            (
                "organisationSucceed",
                lambda it, name=name: {"predecessorId": it.other, "successorId": it.ids[name], "on": "2026-05-01"},
            )
            for name in ("heir", "rival")
        ),
    ),
    Case(
        "programmeLeadChange",
        lambda it: {"programmeId": it.programme, "organisationId": it.other, "startsOn": "2026-06-01"},
        "partner { role organisation { id } programme { lead { id } milestones { nodes { owner { id } } } } }",
        lambda it: {
            "role": "LEAD",
            "organisation": {"id": it.other},
            "programme": {
                "lead": {"id": it.other},
                "milestones": {"nodes": [{"owner": {"id": it.other}}] * 2},
            },
        },
        subject="programmeId",
    ),
    Case(
        "sponsorAppoint",
        lambda it: {
            "programmeId": it.programme,
            "partnerId": it.other_part,
            "personId": it.cara,
            "startsOn": "2026-01-01",
        },
        "sponsor { startsOn isCurrent person { id } partner { id } }",
        lambda it: {
            "startsOn": "2026-01-01",
            "isCurrent": True,
            "person": {"id": it.cara},
            "partner": {"id": it.other_part},
        },
        subject="programmeId",
    ),
    Case(
        "sponsorEnd",
        lambda it: {"id": it.seat, "endsOn": "2026-06-01"},
        "sponsor { endsOn isCurrent }",
        lambda it: {"endsOn": "2026-06-01", "isCurrent": False},
    ),
    Case(
        "statusReportAdd",
        lambda it: {
            "programmeId": it.programme,
            "reportedOn": "2026-05-31",
            "deliveryConfidence": "AMBER_RED",
            "reason": "The builder left.",
            "authorId": it.ada,
        },
        "statusReport { reason author { id } programme { deliveryConfidence heardOn } }",
        lambda it: {
            "reason": "The builder left.",
            "author": {"id": it.ada},
            "programme": {"deliveryConfidence": "AMBER_RED", "heardOn": "2026-05-31"},
        },
        subject="programmeId",
    ),
    Case(
        "milestoneCreate",
        lambda it: {
            "programmeId": it.programme,
            "title": "Finished",
            "baselineOn": "2026-12-01",
            "forecastOn": "2026-12-31",
            "criticality": "HIGH",
            "ownerOrganisationId": it.lead,
            "ownerPersonId": it.ada,
            "marksEnd": True,
        },
        "milestone { slipDays criticality owner { id } ownerPerson { id } programme { endsOn } "
        "ledger { nodes { days reason } } baselines { totalCount } }",
        lambda it: {
            "slipDays": 30,
            "criticality": "HIGH",
            "owner": {"id": it.lead},
            "ownerPerson": {"id": it.ada},
            "programme": {"endsOn": "2026-12-31"},
            "ledger": {"nodes": [{"days": 30, "reason": "REPORTED"}]},
            "baselines": {"totalCount": 1},
        },
        subject="programmeId",
    ),
    Case(
        "milestoneUpdate",
        lambda it: {"id": it.opening, "title": "All doors open", "evidenceRequired": True},
        "milestone { title criticality evidenceRequired }",
        lambda it: {"title": "All doors open", "criticality": "MEDIUM", "evidenceRequired": True},
    ),
    Case(
        "milestoneOwnerAssign",
        lambda it: {"id": it.opening, "organisationId": None, "personId": it.ben},
        "milestone { owner { id } ownerPerson { id } }",
        lambda it: {"owner": None, "ownerPerson": {"id": it.ben}},
    ),
    Case(
        "milestoneReforecast",
        lambda it: {
            "id": it.opening,
            "forecastOn": "2026-07-31",
            "reason": "FUNDING",
            "expectedVersion": 3,
        },
        "milestone { version slipDays status ledger { nodes { days reason note fromOn toOn } } }",
        lambda it: {
            "version": 4,
            "slipDays": 31,
            "status": "PLANNED",
            "ledger": {
                "nodes": [
                    {"days": 31, "reason": "FUNDING", "note": None, "fromOn": "2026-06-30", "toOn": "2026-07-31"}
                ]
            },
        },
    ),
    Case(
        "milestoneRebaseline",
        lambda it: {
            "id": it.opening,
            "baselineOn": "2026-07-30",
            "approvedById": it.ben,
            "note": "Agreed at the board.",
        },
        "milestone { slipDays baselines { nodes { baselineOn note approvedBy { id } } } }",
        lambda it: {
            "slipDays": -30,
            "baselines": {
                "nodes": [
                    {"baselineOn": "2026-06-30", "note": None, "approvedBy": None},
                    {"baselineOn": "2026-07-30", "note": "Agreed at the board.", "approvedBy": {"id": it.ben}},
                ]
            },
        },
    ),
    Case(
        "milestoneAchieve",
        lambda it: {
            "id": it.rota,
            "achievedOn": "2026-05-31",
            "evidenceUrl": "https://example.org/rota",
            "evidenceTitle": "The rota",
        },
        "milestone { status achievedOn evidence { nodes { title url } } }",
        lambda it: {
            "status": "ACHIEVED",
            "achievedOn": "2026-05-31",
            "evidence": {"nodes": [{"title": "The rota", "url": "https://example.org/rota"}]},
        },
    ),
    Case(
        "milestoneAchievementWithdraw",
        lambda it: {"id": it.rota, "note": "It was another rota."},
        "milestone { status achievedOn }",
        lambda it: {"status": "PLANNED", "achievedOn": None},
        first=(("milestoneAchieve", lambda it: {"id": it.rota, "achievedOn": "2026-05-31"}),),
    ),
    Case(
        "milestoneCancel",
        lambda it: {"id": it.rota, "note": "Nobody needs it."},
        "milestone { status cancelledOn }",
        lambda it: {"status": "CANCELLED", "cancelledOn": "2026-06-01"},
    ),
    Case(
        "milestoneReinstate",
        lambda it: {"id": it.rota, "note": "Somebody needs it."},
        "milestone { status cancelledOn }",
        lambda it: {"status": "PLANNED", "cancelledOn": None},
        first=(("milestoneCancel", lambda it: {"id": it.rota, "note": "Nobody needs it."}),),
    ),
    Case(
        "dependencyAdd",
        lambda it: {"milestoneId": it.rota, "dependsOnId": it.opening},
        "dependency { milestone { id } dependsOn { id } }",
        lambda it: {"milestone": {"id": it.rota}, "dependsOn": {"id": it.opening}},
        subject="milestoneId",
        first=(("dependencyRemove", lambda it: {"id": it.dependency}),),
    ),
    Case("dependencyRemove", lambda it: {"id": it.dependency}, "dependency { id }", lambda it: None),
    Case(
        "evidenceAdd",
        lambda it: {"milestoneId": it.rota, "url": "https://example.org/rota"},
        "evidence { title url }",
        lambda it: {"title": "https://example.org/rota", "url": "https://example.org/rota"},
        subject="milestoneId",
    ),
    Case("evidenceRemove", lambda it: {"id": it.evidence}, "evidence { id }", lambda it: None),
    Case(
        "summaryCompile",
        lambda it: {"personId": it.ben, "periodFrom": "2025-12-31", "periodTo": "2026-03-31"},
        "job { function dueAt doneAt failedAt failure result summary { id } }",
        lambda it: {
            "function": "compile_summary",
            "dueAt": "2026-06-01T12:00:00+00:00",
            "doneAt": None,
            "failedAt": None,
            "failure": None,
            "result": None,
            "summary": None,
        },
        subject="personId",
    ),
    Case(
        "summaryReview",
        lambda it: {"id": it.summary, "expectedVersion": 1},
        "summary { state version reviewedAt }",
        lambda it: {"state": "REVIEWED", "version": 2, "reviewedAt": "2026-06-01T12:00:00+00:00"},
    ),
    Case(
        "summaryIssue",
        lambda it: {"id": it.summary},
        "summary { state issuedAt }",
        lambda it: {"state": "ISSUED", "issuedAt": "2026-06-01T12:00:00+00:00"},
        first=(("summaryReview", lambda it: {"id": it.summary}),),
    ),
]
"""In the order of the schema's slices."""
