"""Proposals, decisions, actions and feedback: what each mutation is given and answers."""

from __future__ import annotations

from tests.graph.mutations.scenes import Case

_FINISHED = (("actionFinish", {"id": "@action"}),)

CASES = [
    Case(
        "proposalMake",
        {"sessionId": "@coming", "personId": "@ben", "question": "What is fair?", "reason": "It was not."},
        "proposal { question reason status voteCount became { id } answer person { id } session { id } }",
        {
            "question": "What is fair?",
            "reason": "It was not.",
            "status": "OPEN",
            "voteCount": 0,
            "became": None,
            "answer": None,
            "person": {"id": "@ben"},
            "session": {"id": "@coming"},
        },
        subject="sessionId",
    ),
    Case(
        "proposalVote",
        {"id": "@proposal", "personId": "@ben"},
        "proposal { voteCount votes { nodes { person { id } } } }",
        {"voteCount": 1, "votes": {"nodes": [{"person": {"id": "@ben"}}]}},
    ),
    Case(
        "proposalVoteWithdraw",
        {"id": "@proposal", "personId": "@ben"},
        "proposal { voteCount }",
        {"voteCount": 0},
        first=(("proposalVote", {"id": "@proposal", "personId": "@ben"}),),
    ),
    Case("proposalWithdraw", {"id": "@proposal"}, "proposal { status }", {"status": "WITHDRAWN"}),
    Case(
        "proposalDecline",
        {"id": "@proposal", "answer": "It was settled in March."},
        "proposal { status answer }",
        {"status": "DECLINED", "answer": "It was settled in March."},
    ),
    Case(
        "proposalAdopt",
        {"id": "@proposal", "minutes": 25, "answer": "Gladly.", "expectedVersion": 1},
        "proposal { status answer became { question minutes purpose session { id } } }",
        {
            "status": "ON_AGENDA",
            "answer": "Gladly.",
            "became": {
                "question": "Who decides?",
                "minutes": 25,
                "purpose": "Nobody knows.",
                "session": {"id": "@coming"},
            },
        },
    ),
    Case(
        "sessionAgendaCompose",
        {"sessionId": "@coming", "minutesEach": 30},
        "session { agenda { nodes { question minutes } } proposals { nodes { status } } }",
        {
            "agenda": {
                "nodes": [
                    {"question": "Anything else?", "minutes": 5},
                    {"question": "Who decides?", "minutes": 30},
                ]
            },
            "proposals": {"nodes": [{"status": "ON_AGENDA"}]},
        },
        subject="sessionId",
    ),
    Case(
        "decisionRecord",
        {"sessionId": "@session", "text": "One rota", "reason": "Two were one too many", "agendaItemId": "@item"},
        "decision { text reason session { id } item { id } }",
        {
            "text": "One rota",
            "reason": "Two were one too many",
            "session": {"id": "@session"},
            "item": {"id": "@item"},
        },
        subject="sessionId",
    ),
    Case(
        "decisionCorrect",
        {"id": "@decision", "text": "We meet monthly", "expectedVersion": 1},
        "decision { text version }",
        {"text": "We meet monthly", "version": 2},
    ),
    Case(
        "actionAgree",
        {"sessionId": "@session", "title": "Ask the union", "ownerId": "@cara", "dueOn": "2026-06-30"},
        "action { title dueOn status closedOn isOverdue owner { id } session { id } item { id } }",
        {
            "title": "Ask the union",
            "dueOn": "2026-06-30",
            "status": "OPEN",
            "closedOn": None,
            "isOverdue": False,
            "owner": {"id": "@cara"},
            "session": {"id": "@session"},
            "item": None,
        },
        subject="sessionId",
    ),
    Case(
        "actionUpdate",
        {"id": "@action", "dueOn": "2026-06-15", "note": "Half done", "ownerId": "@cara"},
        "action { dueOn note owner { id } version }",
        {"dueOn": "2026-06-15", "note": "Half done", "owner": {"id": "@cara"}, "version": 2},
    ),
    Case(
        "actionFinish",
        {"id": "@action", "closedOn": "2026-06-01", "note": "Sent"},
        "action { status closedOn note }",
        {"status": "DONE", "closedOn": "2026-06-01", "note": "Sent"},
    ),
    Case(
        "actionDrop",
        {"id": "@action", "note": "No longer needed", "effectiveOn": "2026-06-01"},
        "action { status closedOn note }",
        {"status": "DROPPED", "closedOn": "2026-06-01", "note": "No longer needed"},
    ),
    Case("actionReopen", {"id": "@action"}, "action { status closedOn }", {"status": "OPEN", "closedOn": None},
         first=_FINISHED),
    Case(
        "sessionFeedbackGive",
        {"sessionId": "@session", "personId": "@ben", "rating": 4, "worked": "The mix", "change": "Longer breaks"},
        "feedback { rating worked change person { id } session { id } }",
        {
            "rating": 4,
            "worked": "The mix",
            "change": "Longer breaks",
            "person": {"id": "@ben"},
            "session": {"id": "@session"},
        },
        subject="sessionId",
    ),
]  # fmt: skip
