"""One case of success for each mutation."""

from __future__ import annotations

from tests.graph.mutations import cohorts, milestones, organisations, programmes, sessions, sessions_outcomes

CASES = [*organisations.CASES, *programmes.CASES, *milestones.CASES, *cohorts.CASES, *sessions.CASES,
         *sessions_outcomes.CASES]  # fmt: skip
