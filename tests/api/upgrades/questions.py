"""What is asked of a version of Tandem, and of every later one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

DAYS = ("2014-09-30", "2016-01-31", "2019-09-30")
"""As of which days questions are asked; the demo's portfolio and its three programmes lie between 2013 and 2019."""

PROGRAMMES = """
query Programmes($on: Date!, $after: String) @asOf(date: $on) {
  programmes(first: 100, after: $after, orderBy: [{ref: ASC}]) {
    totalCount
    nodes {
      id ref title status category deliveryConfidence health contradiction startsOn endsOn wholeLifeCost heardOn
      lead { id code name }
      statusReports(first: 3, orderBy: [{reportedOn: DESC}]) { nodes { reportedOn deliveryConfidence reason } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
PORTFOLIO = """
query Portfolio($on: Date!) @asOf(date: $on) {
  portfolio {
    programmes milestonesOpen milestonesDue milestonesOverdue milestonesSlipped
    byStatus { status programmes } byDeliveryConfidence { deliveryConfidence programmes }
    byHealth { health programmes } byLead { lead { code } programmes } byCategory { category programmes }
  }
}
"""
LEDGER = """
query Ledger($on: Date!) @asOf(date: $on) {
  milestones(first: 50, filter: {slipDays: {gt: 200}}, orderBy: [{forecastOn: DESC}]) {
    nodes {
      id title status baselineOn forecastOn slipDays programme { ref }
      ledger(first: 10, orderBy: [{changedOn: ASC}]) { nodes { id days reason note fromOn toOn changedOn } }
    }
  }
}
"""
ROUNDS = """
query Rounds($on: Date!) @asOf(date: $on) {
  rounds(first: 20, orderBy: [{title: ASC}]) {
    nodes {
      id title state k openedOn closedOn publishedOn notice team { name }
      cells(first: 10) { nodes { title invited participants } }
      results(first: 40) { nodes { key n score deviation agreement distribution } }
    }
  }
}
"""
SESSIONS = """
query Sessions($on: Date!) @asOf(date: $on) {
  sessions(first: 30, orderBy: [{heldOn: ASC}]) { nodes { id title mode heldOn begins minutes } }
  teams(first: 20, orderBy: [{name: ASC}]) { nodes { id name members(first: 20) { nodes { person { name } } } } }
}
"""
ISSUED = "query Issued { summaries(first: 20) { nodes { id state revision periodFrom periodTo hash html } } }"


def questions() -> Iterator[dict[str, Any]]:
    """Each question with its text and variables; those that Tandem itself asks, by their names."""
    for on in DAYS:
        for text in (PROGRAMMES, PORTFOLIO, LEDGER, ROUNDS, SESSIONS):
            yield {"query": text, "variables": {"on": on}}
        for name in ("summary/milestones", "summary/programmes"):
            yield {"document": name, "variables": {"on": on}}
        yield {"document": "summary/rounds", "variables": {"on": on, "since": "2013-01-01"}}
    for ref in ("rivermoor-council-and-trust", "harrowdale-neighbourhood-teams"):
        yield {"document": "programmes/timeline", "variables": {"ref": ref}}
    yield {"query": ISSUED, "variables": {}}
