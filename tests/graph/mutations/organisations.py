"""Organisations, people and what they belong to: what each mutation is given and answers."""

from __future__ import annotations

from tests.graph.mutations.scenes import Case

CASES = [
    Case(
        "organisationCreate",
        {
            "code": "{REF}-N",
            "name": "New trust",
            "kind": "NHS_TRUST",
            "parentId": "@lead",
            "openedOn": "2025-04-01",
        },
        "organisation { name kind openedOn closedOn parent { id } version }",
        {
            "name": "New trust",
            "kind": "NHS_TRUST",
            "openedOn": "2025-04-01",
            "closedOn": None,
            "parent": {"id": "@lead"},
            "version": 1,
        },
        subject=None,
    ),
    Case(
        "organisationUpdate",
        {"id": "@lead", "name": "Renamed", "parentId": "@heir", "expectedVersion": 1},
        "organisation { name kind parent { id } version }",
        {"name": "Renamed", "kind": "NHS_TRUST", "parent": {"id": "@heir"}, "version": 2},
        hidden=False,
    ),
    Case(
        "organisationClose",
        {"id": "@rival", "closedOn": "2026-07-01"},
        "organisation { closedOn }",
        {"closedOn": "2026-07-01"},
        hidden=False,
    ),
    Case(
        "organisationReopen",
        {"id": "@rival"},
        "organisation { closedOn version }",
        {"closedOn": None, "version": 3},
        hidden=False,
        first=(("organisationClose", {"id": "@rival", "closedOn": "2026-07-01"}),),
    ),
    Case(
        "organisationIdentifierAdd",
        {"organisationId": "@lead", "scheme": "GSS", "value": "E{ref}"},
        "identifier { scheme value }",
        {"scheme": "GSS", "value": "E{ref}"},
        subject="organisationId",
        hidden=False,
    ),
    Case(
        "organisationIdentifierRemove",
        {"id": "@identifier"},
        "identifier { id }",
        None,
        hidden=False,
    ),
    Case(
        "organisationSucceed",
        {"predecessorId": "@lead", "successorId": "@heir", "on": "2026-05-01"},
        "succession { on predecessor { id closedOn } successor { id } }",
        {
            "on": "2026-05-01",
            "predecessor": {"id": "@lead", "closedOn": "2026-05-01"},
            "successor": {"id": "@heir"},
        },
        subject="predecessorId",
        hidden=False,
    ),
    Case(
        "personCreate",
        {"name": "Fay", "email": "Fay.{ref}@Example.org", "summaryFrequency": "MONTHLY"},
        "person { name email isPlaceholder summaryFrequency }",
        {
            "name": "Fay",
            "email": "fay.{ref}@example.org",
            "isPlaceholder": False,
            "summaryFrequency": "MONTHLY",
        },
        subject=None,
    ),
    Case(
        "personUpdate",
        {"id": "@ada", "name": "Ada Lovelace"},
        "person { name summaryFrequency version }",
        {"name": "Ada Lovelace", "summaryFrequency": "QUARTERLY", "version": 2},
    ),
    Case(
        "affiliationAdd",
        {"personId": "@ada", "organisationId": "@other", "startsOn": "2026-01-01"},
        "affiliation { startsOn endsOn position person { id } organisation { id } }",
        {
            "startsOn": "2026-01-01",
            "endsOn": None,
            "position": None,
            "person": {"id": "@ada"},
            "organisation": {"id": "@other"},
        },
        subject="personId",
    ),
    Case(
        "affiliationEnd",
        {"id": "@affiliation", "endsOn": "2026-05-31"},
        "affiliation { endsOn }",
        {"endsOn": "2026-05-31"},
    ),
]
