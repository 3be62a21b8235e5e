"""What is asked: the same question in the words of each contender."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from domain.calendar import today
from graph.trusted import TrustedDocument

PAST = timedelta(days=365)
"""How far back the past is asked for: the present row was not so then, and three of its seven versions are older."""


class WrongAnswer(Exception):  # noqa: N818 - it says what happened
    """A contender answers something else than the others do, or nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A document and the variables with which it is asked in turn.

    `elsewhere` is the document in PostGraphile's words; None where it has no such question of its own.
    `trusted_only` says that a text may not ask it, since it asks for a larger page than texts may.
    """

    name: str
    document: str
    variables: tuple[dict[str, Any], ...] = ({},)
    elsewhere: str | None = None
    trusted_only: bool = False

    @property
    def trusted(self) -> TrustedDocument:
        """The document as one of Tandem's own."""
        digest = hashlib.sha256(self.document.encode()).hexdigest()
        return TrustedDocument(f"benchmarks/{self.name}", digest, self.document)

    def in_the_past(self, on: date) -> Question:
        """The same as of a date."""
        words = self.document.replace(") {", ", $on: Date!) @asOf(date: $on) {", 1)
        variables = tuple({**each, "on": on.isoformat()} for each in self.variables)
        return replace(self, name=f"{self.name}, past", document=words, variables=variables, elsewhere=None)


_LOOKUP = Question(
    "lookup",
    """
query Lookup($ref: String!) {
  programme(ref: $ref) {
    id ref title purpose status category deliveryConfidence startsOn endsOn wholeLifeCost
  }
}""",
    elsewhere="""
query Lookup($ref: String!) {
  programmeByRef(ref: $ref) {
    rowId ref title purpose status category deliveryConfidence startsOn endsOn wholeLifeCost
  }
}""",
)

_PAGE = Question(
    "page of 50",
    """
query Page($first: Int!) {
  programmes(first: $first) {
    nodes {
      id ref title status deliveryConfidence endsOn
      lead { code name }
      milestones(first: 5) { nodes { id title forecastOn slipDays } }
    }
  }
}""",
    ({"first": 50},),
    """
query Page($first: Int!) {
  allProgrammes(first: $first, orderBy: [TITLE_ASC]) {
    nodes {
      rowId ref title status deliveryConfidence endsOn
      partnersByProgrammeId(condition: { role: "LEAD" }) {
        nodes { endsOn organisationByOrganisationId { code name } }
      }
      milestonesByProgrammeId(first: 5, orderBy: [FORECAST_ON_ASC]) {
        nodes { rowId title forecastOn slipDays }
      }
    }
  }
}""",
)

_LIST = Question(
    "list of 1,000",
    """
query List($first: Int!) {
  milestones(first: $first) {
    nodes { id title status baselineOn forecastOn achievedOn slipDays criticality }
  }
}""",
    ({"first": 1000},),
    """
query List($first: Int!) {
  allMilestones(first: $first, orderBy: [FORECAST_ON_ASC]) {
    nodes { rowId title status baselineOn forecastOn achievedOn slipDays criticality }
  }
}""",
    trusted_only=True,
)

_FIGURES = """
    programmes
    byDeliveryConfidence { deliveryConfidence programmes }
    byHealth { health programmes }
    byLead { lead { code name } programmes }
    byCategory { category programmes }
    milestonesDue milestonesOverdue milestonesSlipped
"""

_PORTFOLIO = Question(
    "portfolio",
    f"""
query Portfolio($status: [ProgrammeStatus!]!) {{
  portfolio(filter: {{ status: {{ in: $status }} }}) {{{_FIGURES}  }}
}}""",
    ({"status": ["ACTIVE", "CLOSED"]},),
)

# What is kept of all programmes does not answer it: a fifth of them has to be counted.
_CATEGORY = Question(
    "portfolio of a category",
    f"""
query Portfolio($category: String!) {{
  portfolio(filter: {{ category: {{ eq: $category }} }}) {{{_FIGURES}  }}
}}""",
    ({"category": "Digital"},),
)


def questions(scale: int) -> list[Question]:
    """Everything that is measured on a portfolio of that many programmes."""
    refs = [f"programme-{number:06}" for number in range(0, scale, max(1, scale // 100))]
    lookup = replace(_LOOKUP, variables=tuple({"ref": ref} for ref in refs))
    present = [lookup, _PAGE, _LIST, _PORTFOLIO, _CATEGORY]
    return present + [question.in_the_past(today() - PAST) for question in present]
