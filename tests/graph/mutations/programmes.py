"""Programmes and those who take part: what each mutation is given and answers."""

from __future__ import annotations

from tests.graph.mutations.scenes import Case

CASES = [
    Case(
        "programmeCreate",
        {
            "ref": "{ref}-new",
            "title": "New hub",
            "leadId": "@lead",
            "status": "ACTIVE",
            "startsOn": "2026-01-01",
            "endsOn": "2028-03-31",
            "wholeLifeCost": "12.5",
        },
        "programme { status startsOn endsOn wholeLifeCost lead { id } "
        "milestones { nodes { title forecastOn marksEnd owner { id } } } }",
        {
            "status": "ACTIVE",
            "startsOn": "2026-01-01",
            "endsOn": "2028-03-31",
            "wholeLifeCost": "12.50",
            "lead": {"id": "@lead"},
            "milestones": {
                "nodes": [
                    {
                        "title": "Planned end",
                        "forecastOn": "2028-03-31",
                        "marksEnd": True,
                        "owner": {"id": "@lead"},
                    }
                ]
            },
        },
        subject=None,
    ),
    Case(
        "programmeUpdate",
        {"id": "@programme", "purpose": "One front door", "wholeLifeCost": "3", "category": None},
        "programme { title purpose category wholeLifeCost }",
        {
            "title": "Programme {ref}",
            "purpose": "One front door",
            "category": None,
            "wholeLifeCost": "3.00",
        },
    ),
    Case(
        "programmeActivate",
        {"id": "@programme", "reason": "The money is there."},
        "programme { status }",
        {"status": "ACTIVE"},
        first=(("programmePause", {"id": "@programme"}),),
    ),
    Case(
        "programmePause",
        {"id": "@programme"},
        "programme { status }",
        {"status": "PAUSED"},
    ),
    Case(
        "programmeClose",
        {"id": "@programme"},
        "programme { status }",
        {"status": "CLOSED"},
    ),
    Case(
        "programmeReopen",
        {"id": "@programme"},
        "programme { status version }",
        {"status": "ACTIVE", "version": 4},
        first=(("programmeClose", {"id": "@programme"}),),
    ),
    Case(
        "phaseAdd",
        {"programmeId": "@programme", "title": "Pilot", "startsOn": "2026-06-01"},
        "phase { title startsOn endsOn }",
        {"title": "Pilot", "startsOn": "2026-06-01", "endsOn": None},
        subject="programmeId",
    ),
    Case(
        "phaseUpdate",
        {"id": "@phase", "endsOn": "2026-06-01"},
        "phase { title startsOn endsOn }",
        {"title": "Set-up", "startsOn": "2024-01-01", "endsOn": "2026-06-01"},
    ),
    Case("phaseRemove", {"id": "@phase"}, "phase { id }", None),
    Case(
        "partnerAdd",
        {
            "programmeId": "@programme",
            "organisationId": "@heir",
            "role": "DELIVERY",
            "startsOn": "2026-01-01",
        },
        "partner { role startsOn organisation { id } }",
        {"role": "DELIVERY", "startsOn": "2026-01-01", "organisation": {"id": "@heir"}},
        subject="programmeId",
    ),
    Case(
        "partnerEnd",
        {"id": "@other_part", "endsOn": "2026-06-01"},
        "partner { endsOn isCurrent sponsors { nodes { endsOn } } }",
        {
            "endsOn": "2026-06-01",
            "isCurrent": False,
            "sponsors": {"nodes": [{"endsOn": "2026-06-01"}] * 2},
        },
    ),
    Case(
        "partnerAssign",
        {"id": "@other_part", "organisationId": "@rival"},
        "partner { needsDecision organisation { id } programme { milestones { nodes { owner { id } } } } }",
        {
            "needsDecision": False,
            "organisation": {"id": "@rival"},
            "programme": {"milestones": {"nodes": [{"owner": {"id": "@lead"}}, {"owner": {"id": "@rival"}}]}},
        },
        first=tuple(
            (
                "organisationSucceed",
                {
                    "predecessorId": "@other",
                    "successorId": f"@{name}",
                    "on": "2026-05-01",
                },
            )
            for name in ("heir", "rival")
        ),
    ),
    Case(
        "programmeLeadChange",
        {"programmeId": "@programme", "organisationId": "@other", "startsOn": "2026-06-01"},
        "partner { role organisation { id } programme { lead { id } milestones { nodes { owner { id } } } } }",
        {
            "role": "LEAD",
            "organisation": {"id": "@other"},
            "programme": {
                "lead": {"id": "@other"},
                "milestones": {"nodes": [{"owner": {"id": "@other"}}] * 2},
            },
        },
        subject="programmeId",
    ),
    Case(
        "sponsorAppoint",
        {
            "programmeId": "@programme",
            "partnerId": "@other_part",
            "personId": "@cara",
            "startsOn": "2026-01-01",
        },
        "sponsor { startsOn isCurrent person { id } partner { id } }",
        {
            "startsOn": "2026-01-01",
            "isCurrent": True,
            "person": {"id": "@cara"},
            "partner": {"id": "@other_part"},
        },
        subject="programmeId",
    ),
    Case(
        "sponsorEnd",
        {"id": "@seat", "endsOn": "2026-06-01"},
        "sponsor { endsOn isCurrent }",
        {"endsOn": "2026-06-01", "isCurrent": False},
    ),
    Case(
        "statusReportAdd",
        {
            "programmeId": "@programme",
            "reportedOn": "2026-05-31",
            "deliveryConfidence": "AMBER_RED",
            "reason": "The builder left.",
            "authorId": "@ada",
        },
        "statusReport { reason author { id } programme { deliveryConfidence heardOn } }",
        {
            "reason": "The builder left.",
            "author": {"id": "@ada"},
            "programme": {"deliveryConfidence": "AMBER_RED", "heardOn": "2026-05-31"},
        },
        subject="programmeId",
    ),
]
