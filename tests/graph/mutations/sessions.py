"""Sessions, agendas, attendance and tables: what each mutation is given and answers."""

from __future__ import annotations

from tests.graph.mutations.scenes import Case

PLANNED = {
    "programmeId": "@programme",
    "title": "Kick-off",
    "cohortIds": ["@cohort"],
    "mode": "IN_PERSON",
    "heldOn": "2026-10-26",
    "begins": "09:00",
    "minutes": 60,
    "place": "Room 1",
}

CASES = [
    Case(
        "sessionPlan",
        {**PLANNED, "facilitatorIds": ["@cara"]},
        "session { title mode heldOn begins minutes startsAt endsAt place link isCancelled agendaMinutes minutesLeft "
        "series { id } programme { id } cohorts { nodes { id } } facilitators { nodes { id } } "
        "expected { nodes { id } } }",
        {
            "title": "Kick-off",
            "mode": "IN_PERSON",
            "heldOn": "2026-10-26",
            "begins": "09:00:00",
            "minutes": 60,
            "startsAt": "2026-10-26T09:00:00+00:00",
            "endsAt": "2026-10-26T10:00:00+00:00",
            "place": "Room 1",
            "link": None,
            "isCancelled": False,
            "agendaMinutes": 0,
            "minutesLeft": 60,
            "series": None,
            "programme": {"id": "@programme"},
            "cohorts": {"nodes": [{"id": "@cohort"}]},
            "facilitators": {"nodes": [{"id": "@cara"}]},
            "expected": {"nodes": [{"id": "@ada"}, {"id": "@cara"}]},
        },
        subject="programmeId",
    ),
    Case(
        "sessionUpdate",
        {"id": "@session", "title": "Day one", "mode": "IN_PERSON", "link": None, "facilitatorIds": ["@cara"]},
        "session { title mode place link facilitators { nodes { id } } version }",
        {
            "title": "Day one",
            "mode": "IN_PERSON",
            "place": "Town hall",
            "link": None,
            "facilitators": {"nodes": [{"id": "@cara"}]},
            "version": 2,
        },
    ),
    Case(
        "sessionMove",
        {"id": "@session", "heldOn": "2026-12-01", "begins": "10:15", "expectedVersion": 1},
        "session { heldOn begins minutes startsAt version }",
        {
            "heldOn": "2026-12-01",
            "begins": "10:15:00",
            "minutes": 90,
            "startsAt": "2026-12-01T10:15:00+00:00",
            "version": 2,
        },
    ),
    Case(
        "sessionCancel",
        {"id": "@session", "because": "Snow", "effectiveOn": "2026-06-01"},
        "session { isCancelled cancelledOn cancelledBecause }",
        {"isCancelled": True, "cancelledOn": "2026-06-01", "cancelledBecause": "Snow"},
    ),
    Case(
        "sessionReinstate",
        {"id": "@session"},
        "session { isCancelled cancelledOn cancelledBecause version }",
        {"isCancelled": False, "cancelledOn": None, "cancelledBecause": None, "version": 3},
        first=(("sessionCancel", {"id": "@session", "because": "Snow"}),),
    ),
    Case(
        "sessionSeriesPlan",
        {**PLANNED, "heldOn": "2026-10-19", "everyWeeks": 1, "times": 2},
        "series { title everyWeeks sessions { nodes { heldOn begins startsAt cohorts { nodes { id } } } } }",
        {
            "title": "Kick-off",
            "everyWeeks": 1,
            "sessions": {
                "nodes": [
                    {
                        "heldOn": "2026-10-19",
                        "begins": "09:00:00",
                        "startsAt": "2026-10-19T08:00:00+00:00",
                        "cohorts": {"nodes": [{"id": "@cohort"}]},
                    },
                    {
                        "heldOn": "2026-10-26",
                        "begins": "09:00:00",
                        "startsAt": "2026-10-26T09:00:00+00:00",
                        "cohorts": {"nodes": [{"id": "@cohort"}]},
                    },
                ]
            },
        },
        subject="programmeId",
    ),
    Case(
        "sessionSeriesUpdate",
        {"id": "@series", "fromOn": "2026-06-17", "begins": "14:00", "title": "Long huddle"},
        "series { title sessions { nodes { title begins version } } }",
        {
            "title": "Long huddle",
            "sessions": {
                "nodes": [
                    {"title": "Huddle", "begins": "12:30:00", "version": 1},
                    {"title": "Long huddle", "begins": "14:00:00", "version": 2},
                    {"title": "Long huddle", "begins": "14:00:00", "version": 2},
                ]
            },
        },
    ),
    Case(
        "sessionSeriesCancel",
        {"id": "@series", "fromOn": "2026-06-18", "because": "Holidays"},
        "series { sessions(filter: {isCancelled: {eq: true}}) { nodes { heldOn cancelledBecause } } }",
        {"sessions": {"nodes": [{"heldOn": "2026-07-01", "cancelledBecause": "Holidays"}]}},
    ),
    Case(
        "agendaItemAdd",
        {
            "sessionId": "@session",
            "question": "What is in the way?",
            "minutes": 20,
            "purpose": "Barriers",
            "methodId": "@method",
            "outcome": "Three, ranked",
            "position": 1,
        },
        "item { question minutes purpose outcome position method { id source url } session { id agendaMinutes } }",
        {
            "question": "What is in the way?",
            "minutes": 20,
            "purpose": "Barriers",
            "outcome": "Three, ranked",
            "position": 1,
            "method": {"id": "@method", "source": "OWN", "url": None},
            "session": {"id": "@session", "agendaMinutes": 50},
        },
        subject="sessionId",
    ),
    Case(
        "agendaItemUpdate",
        {"id": "@item", "question": "What do we stop?", "minutes": 90, "outcome": "A list", "expectedVersion": 1},
        "item { question minutes outcome session { minutesLeft } version }",
        {
            "question": "What do we stop?",
            "minutes": 90,
            "outcome": "A list",
            "session": {"minutesLeft": 0},
            "version": 2,
        },
    ),
    Case(
        "agendaItemRemove",
        {"id": "@spare"},
        "item { id }",
        None,
    ),
    Case(
        "methodAdd",
        {"name": "Tea {ref}", "description": "Talk over tea.", "url": "https://example.org/tea"},
        "method { name description url source }",
        {
            "name": "Tea {ref}",
            "description": "Talk over tea.",
            "url": "https://example.org/tea",
            "source": "OWN",
        },
        subject=None,
    ),
    Case(
        "methodUpdate",
        {"id": "@method", "description": "Find out who can."},
        "method { description version }",
        {"description": "Find out who can.", "version": 2},
        hidden=False,
    ),
    Case(
        "sessionAttendanceTake",
        {"sessionId": "@session", "personIds": ["@ada", "@ben"], "status": "PRESENT", "mode": "VIRTUAL"},
        "session { attendances { nodes { status mode checkedInAt person { id } organisation { id } session { id } } } "
        "attendanceCounts { organisation { id } status mode people } }",
        {
            "attendances": {
                "nodes": [
                    {
                        "status": "PRESENT",
                        "mode": "VIRTUAL",
                        "checkedInAt": None,
                        "person": {"id": "@ada"},
                        "organisation": {"id": "@lead"},
                        "session": {"id": "@session"},
                    },
                    {
                        "status": "PRESENT",
                        "mode": "VIRTUAL",
                        "checkedInAt": None,
                        "person": {"id": "@ben"},
                        "organisation": None,
                        "session": {"id": "@session"},
                    },
                ]
            },
            "attendanceCounts": [
                {"organisation": {"id": "@lead"}, "status": "PRESENT", "mode": "VIRTUAL", "people": 1},
                {"organisation": None, "status": "PRESENT", "mode": "VIRTUAL", "people": 1},
            ],
        },
        subject="sessionId",
    ),
    Case(
        "sessionCheckInLinksIssue",
        {"sessionId": "@session", "personIds": ["@ada"]},
        "session { id }",
        {"id": "@session"},
        subject="sessionId",
    ),
    Case(
        "sessionCheckIn",
        {"token": "@check_in_token", "mode": "IN_PERSON"},
        "attendance { status mode checkedInAt person { id } }",
        {
            "status": "PRESENT",
            "mode": "IN_PERSON",
            "checkedInAt": "2026-06-01T12:00:00+00:00",
            "person": {"id": "@ben"},
        },
        subject=None,
        anyone=True,
    ),
    Case(
        "sessionMixTables",
        {"sessionId": "@session", "seatsPerTable": 6, "rounds": 2, "seed": 7},
        "tablePlan { seatsPerTable tables rounds seed people repeatedPairs metPairs possiblePairs metShare "
        "randomRepeatedPairs seats { nodes { roundNumber tableNumber person { id } } } session { id } }",
        {
            "seatsPerTable": 6,
            "tables": 1,
            "rounds": 2,
            "seed": 7,
            "people": 1,
            "repeatedPairs": 0,
            "metPairs": 0,
            "possiblePairs": 0,
            "metShare": None,
            "randomRepeatedPairs": "0.0",
            "seats": {
                "nodes": [
                    {"roundNumber": 1, "tableNumber": 1, "person": {"id": "@ada"}},
                    {"roundNumber": 2, "tableNumber": 1, "person": {"id": "@ada"}},
                ]
            },
            "session": {"id": "@session"},
        },
        subject="sessionId",
    ),
]  # fmt: skip
