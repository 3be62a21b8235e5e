"""What an import did, or in a dry run would do: counts, reports, and what it decided by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

Progress = Callable[[str, int, int], None]
"""Told what is being done, how far it has come, and how far it has to go; both in the same unit."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody wants to hear of."""


MAX_DECISIONS = 10_000
"""How many decisions are kept; all are counted."""


class Outcome(StrEnum):
    """What became of one record."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Kind(StrEnum):
    """What sort of record was counted."""

    ORGANISATIONS = "organisations"
    IDENTIFIERS = "identifiers"
    SUCCESSIONS = "successions"
    PROGRAMMES = "programmes"
    LEADS = "leads"
    STATUS_REPORTS = "statusReports"
    MILESTONES = "milestones"
    SPONSORS = "sponsors"
    PEOPLE = "people"
    REPORTS = "reports"
    AFFILIATIONS = "affiliations"
    MEMBERS = "members"
    FRAMEWORKS = "frameworks"
    PROFILES = "profiles"


class DecisionCode(StrEnum):
    """What sort of decision was taken; stable."""

    PROGRAMME_RENAMED = "PROGRAMME_RENAMED"
    PROGRAMME_LEFT = "PROGRAMME_LEFT"
    PROGRAMME_RETURNED = "PROGRAMME_RETURNED"
    PROGRAMME_BEGUN = "PROGRAMME_BEGUN"
    LEAD_CHANGED = "LEAD_CHANGED"
    LEAD_ASSIGNED = "LEAD_ASSIGNED"
    LEAD_CLOSED = "LEAD_CLOSED"
    LEAD_NOT_OPEN_YET = "LEAD_NOT_OPEN_YET"
    START_AFTER_END = "START_AFTER_END"
    END_ALREADY_ACHIEVED = "END_ALREADY_ACHIEVED"
    COST_BELOW_ZERO = "COST_BELOW_ZERO"
    COST_IMPLAUSIBLE = "COST_IMPLAUSIBLE"
    ROW_CORRECTED = "ROW_CORRECTED"
    SPONSOR_TO_BE_NAMED = "SPONSOR_TO_BE_NAMED"
    PERSON_RENAMED = "PERSON_RENAMED"
    POSITION_KEPT = "POSITION_KEPT"
    EMPLOYER_ADDED = "EMPLOYER_ADDED"


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that the file did not say and import decided by itself."""

    code: DecisionCode
    message: str
    reported_on: date | None = None
    row: int | None = None
    subject: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The decision as JSON: `code`, `message`, `reportedOn`, `row` and `subject` (a programme's ref or a code)."""
        plain = asdict(self)
        reported_on = plain.pop("reported_on")
        return plain | {"reportedOn": reported_on and reported_on.isoformat()}


@dataclass(slots=True)
class Report:
    """What one complete report of a portfolio brought: its rows, and the programmes that they speak of."""

    reported_on: date
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    returned: int = 0

    def to_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "reportedOn": self.reported_on.isoformat(),
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "closed": self.closed,
            "returned": self.returned,
        }


@dataclass(slots=True)
class ImportResult:
    """What an import did, or would do if it is a dry run."""

    of: str
    file: str
    dry_run: bool
    rows: int = 0
    counts: dict[Kind, Counter[Outcome]] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    decided: int = 0

    def count(self, kind: Kind, outcome: Outcome, number: int = 1) -> None:
        """Count records of a kind that were created, changed or found to be so already."""
        self.counts.setdefault(kind, Counter())[outcome] += number

    def decide(self, decision: Decision) -> None:
        """Note a decision."""
        self.decided += 1
        if len(self.decisions) < MAX_DECISIONS:
            self.decisions.append(decision)

    def total(self, outcome: Outcome) -> int:
        """How many records of all kinds had that outcome."""
        return sum(counter[outcome] for counter in self.counts.values())

    def to_json(self) -> dict[str, Any]:
        """The result as JSON; the keys are stable."""
        return {
            "import": self.of,
            "file": self.file,
            "dryRun": self.dry_run,
            "rows": self.rows,
            **{outcome.value: self.total(outcome) for outcome in Outcome},
            "counts": {
                kind.value: {outcome.value: counter[outcome] for outcome in Outcome}
                for kind, counter in self.counts.items()
            },
            "reports": [report.to_json() for report in self.reports],
            "decisions": [decision.to_json() for decision in self.decisions],
            "decisionCount": self.decided,
            "errors": [],
            "errorCount": 0,
        }
