"""One case of success for each mutation."""

from __future__ import annotations

from tests.graph.mutations import (
    assessments,
    cohorts,
    milestones,
    organisations,
    programmes,
    sessions,
    sessions_outcomes,
    strengths,
)

CASES = [
    *organisations.CASES,
    *programmes.CASES,
    *milestones.CASES,
    *cohorts.CASES,
    *strengths.CASES,
    *assessments.CASES,
    *sessions.CASES,
    *sessions_outcomes.CASES,
]
