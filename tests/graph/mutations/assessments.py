"""Instruments and rounds: what each mutation is given and answers."""

from __future__ import annotations

from tests.domain.assessments.rounds import AUDIT
from tests.graph.mutations.scenes import Case

CASES = [
    Case(
        "instrumentStore",
        {"file": AUDIT.replace("key: audit", "key: audit-{ref}")},
        "instrument { key version items(first: 1) { nodes { key author licence dimension { title } } } }",
        {
            "key": "audit-{ref}",
            "version": 1,
            "items": {
                "nodes": [
                    {
                        "key": "listen",
                        "author": "A forum",
                        "licence": "CC BY 4.0",
                        "dimension": {"title": "Working together"},
                    }
                ]
            },
        },
        subject=None,
    ),
    Case(
        "roundCreate",
        {"teamId": "@asked_team", "instrumentId": "@pulse", "title": "Autumn", "byOrganisation": True},
        "round { title state k byOrganisation team { id } instrument { key } version }",
        {
            "title": "Autumn",
            "state": "DRAFT",
            "k": 5,
            "byOrganisation": True,
            "team": {"id": "@asked_team"},
            "instrument": {"key": "staff-pulse"},
            "version": 1,
        },
        subject="teamId",
    ),
    Case(
        "roundUpdate",
        {"id": "@draft_round", "k": 7, "title": "Winter", "closesOn": "2026-12-21"},
        "round { title k closesOn version }",
        {"title": "Winter", "k": 7, "closesOn": "2026-12-21", "version": 2},
    ),
    Case(
        "roundGroup",
        {"id": "@draft_round", "grouping": "Side", "name": "Staff", "personIds": ["@hal"]},
        "round { version }",
        {"version": 2},
    ),
    Case(
        "roundOpen",
        {"id": "@draft_round"},
        "round { state openedOn cells { nodes { title grouping invited participants } } }",
        {
            "state": "OPEN",
            "openedOn": "2026-06-01",
            "cells": {
                "nodes": [{"title": "Everybody", "grouping": None, "invited": 3, "participants": None}]
            },
        },
    ),
    Case(
        "roundWithdraw",
        {"id": "@open_round"},
        "round { state notice openedOn cells { totalCount } }",
        {"state": "DRAFT", "notice": None, "openedOn": None, "cells": {"totalCount": 0}},
    ),
    Case("roundInvite", {"id": "@open_round"}, "round { state }", {"state": "OPEN"}),
    Case("roundRemind", {"id": "@open_round"}, "round { state }", {"state": "OPEN"}),
    Case(
        "roundAnswer",
        {"token": "@token", "answers": {"motivated-by-work": 5, "free-to-decide": None}},
        "round { title state }",
        {"title": "Open", "state": "OPEN"},
        subject=None,
        anyone=True,
        is_anonymous=True,
    ),
    Case(
        "roundClose",
        {"id": "@open_round"},
        "round { state closedOn }",
        {"state": "CLOSED", "closedOn": "2026-06-01"},
    ),
    Case(
        "roundCompare",
        {"id": "@third_round", "earlierId": "@first_round"},
        'round { comparisons(filter: {first: {round: {title: {eq: "First"}}, key: {eq: "free-to-decide"}}}) '
        "{ nodes { kind difference notEstimable } } }",
        {"comparisons": {"nodes": []}},
    ),
]
