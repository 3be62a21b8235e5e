"""Cohorts and teams, and who is in them: what each mutation is given and answers."""

from __future__ import annotations

from tests.graph.mutations.scenes import Case

CASES = [
    Case(
        "cohortCreate",
        {
            "programmeId": "@programme",
            "name": "Senior managers",
            "startsOn": "2026-01-01",
            "endsOn": "2027-01-01",
        },
        "cohort { name startsOn endsOn isCurrent programme { id } version }",
        {
            "name": "Senior managers",
            "startsOn": "2026-01-01",
            "endsOn": "2027-01-01",
            "isCurrent": True,
            "programme": {"id": "@programme"},
            "version": 1,
        },
        subject="programmeId",
    ),
    Case(
        "cohortUpdate",
        {"id": "@cohort", "name": "Executive team", "endsOn": None, "expectedVersion": 1},
        "cohort { name endsOn version }",
        {"name": "Executive team", "endsOn": None, "version": 2},
    ),
    Case(
        "cohortClose",
        {"id": "@cohort", "endsOn": "2026-06-01"},
        "cohort { endsOn isCurrent members { nodes { endsOn isCurrent } } }",
        {"endsOn": "2026-06-01", "isCurrent": False, "members": {"nodes": [{"endsOn": None, "isCurrent": False}]}},
    ),
    Case(
        "cohortMemberJoin",
        {"cohortId": "@cohort", "personId": "@cara", "role": "FACILITATOR", "startsOn": "2026-05-01"},
        "member { role startsOn endsOn isCurrent isFromPartner organisation { id } person { id } cohort { id } }",
        {
            "role": "FACILITATOR",
            "startsOn": "2026-05-01",
            "endsOn": None,
            "isCurrent": True,
            "isFromPartner": False,
            "organisation": None,
            "person": {"id": "@cara"},
            "cohort": {"id": "@cohort"},
        },
        subject="cohortId",
    ),
    Case(
        "cohortMemberLeave",
        {"id": "@member", "endsOn": "2026-06-01", "expectedVersion": 1},
        "member { endsOn isCurrent isFromPartner organisation { id } version }",
        {
            "endsOn": "2026-06-01",
            "isCurrent": False,
            "isFromPartner": True,
            "organisation": {"id": "@lead"},
            "version": 2,
        },
    ),
    Case(
        "teamCreate",
        {
            "programmeId": "@programme",
            "name": "Board",
            "cohortId": "@cohort",
            "organisationId": "@lead",
            "startsOn": "2026-01-01",
        },
        "team { name cohort { id } organisation { id } startsOn endsOn isCurrent }",
        {
            "name": "Board",
            "cohort": {"id": "@cohort"},
            "organisation": {"id": "@lead"},
            "startsOn": "2026-01-01",
            "endsOn": None,
            "isCurrent": True,
        },
        subject="programmeId",
    ),
    Case(
        "teamUpdate",
        {"id": "@team", "name": "Rota team", "endsOn": "2027-01-01"},
        "team { name endsOn organisation { id } cohort { id } version }",
        {"name": "Rota team", "endsOn": "2027-01-01", "organisation": None, "cohort": None, "version": 2},
    ),
    Case(
        "teamDisband",
        {"id": "@team", "endsOn": "2026-06-01"},
        "team { endsOn isCurrent members { nodes { isCurrent } } }",
        {"endsOn": "2026-06-01", "isCurrent": False, "members": {"nodes": [{"isCurrent": False}]}},
    ),
    Case(
        "teamMemberAdd",
        {"teamId": "@team", "personId": "@ada", "startsOn": "2026-06-01", "endsOn": "2026-07-01"},
        "member { startsOn endsOn isCurrent isFromPartner organisation { id } person { id } team { id } }",
        {
            "startsOn": "2026-06-01",
            "endsOn": "2026-07-01",
            "isCurrent": True,
            "isFromPartner": True,
            "organisation": {"id": "@lead"},
            "person": {"id": "@ada"},
            "team": {"id": "@team"},
        },
        subject="teamId",
        first=(("teamMemberRemove", {"id": "@teammate", "endsOn": "2026-05-01"}),),
    ),
    Case(
        "teamMemberRemove",
        {"id": "@teammate", "endsOn": "2026-06-01"},
        "member { endsOn isCurrent }",
        {"endsOn": "2026-06-01", "isCurrent": False},
    ),
]  # fmt: skip
