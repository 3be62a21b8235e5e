"""Turns what was compiled into a page that stands by itself: no script, no link to anything, readable on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from domain.calendar import in_words
from domain.summaries.content import hash_of

RATINGS = {
    "GREEN": "Green",
    "AMBER_GREEN": "Amber/green",
    "AMBER": "Amber",
    "AMBER_RED": "Amber/red",
    "RED": "Red",
    "RESET": "Reset",
    "EXEMPT": "Exempt",
}
HEALTH = {"ON_TRACK": "On track", "SLIPPING": "Slipping", "OVERDUE": "Overdue", "SILENT": "Silent"}
CRITICALITY = {"LOW": "Low", "MEDIUM": "Medium", "HIGH": "High", "CRITICAL": "Critical"}
REASONS = {
    "SCOPE": "the scope changed",
    "FUNDING": "funding",
    "DEPENDENCY": "waiting for something else",
    "RESOURCE": "people or resources",
    "PROCUREMENT": "procurement",
    "APPROVAL": "waiting for approval",
    "TECHNICAL": "technical difficulties",
    "EXTERNAL": "outside events",
    "ESTIMATE": "a better estimate",
    "REPORTED": "the report gave no reason",
    "OTHER": "another reason",
}
MEETING = {"IN_PERSON": "in person", "VIRTUAL": "online", "HYBRID": "both at once"}
SCORING = {
    "MEAN": "scores are means of answers from",
    "SUM": "scores are mean sums of answers from",
    "PERCENT_FAVOURABLE": "scores are shares of favourable answers, of those from",
}
STATUS = {"PROPOSED": "proposed", "ACTIVE": "active", "PAUSED": "paused", "CLOSED": "closed"}


def summary_page(content: Mapping[str, Any]) -> str:
    """The HTML page of a summary's content."""
    sections = {section["key"]: section for section in content["sections"]}
    leads = [item["programme"]["lead"] for item in sections["standing"]["items"]]
    # Where one organisation leads everything, its name beside each programme would be noise.
    several_leads = len({lead["code"] for lead in leads if lead}) > 1
    return _ENVIRONMENT.get_template("summary.html").render(
        content, sections=sections, several_leads=several_leads, hash=hash_of(content)
    )


def _day(text: str | None) -> str:
    """`29 March 2026` for `2026-03-29`."""
    return "" if text is None else in_words(date.fromisoformat(text))


def _count(number: int, one: str, many: str | None = None) -> str:
    """`1 day`, `1,096 days`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _percent(share: str) -> str:
    """`83 %` for `0.833333`."""
    return f"{(Decimal(share) * 100).quantize(Decimal(1), ROUND_HALF_UP)} %"


def _score(figure: str, scoring: str) -> str:
    """`6.02` for `6.0208`; `95.0 %` where scores are shares."""
    if scoring == "PERCENT_FAVOURABLE":
        return f"{Decimal(figure):.1f} %"
    return f"{Decimal(figure):.2f}"


_ENVIRONMENT = Environment(
    loader=PackageLoader("workers"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"day": _day, "count": _count, "percent": _percent, "score": _score}
_ENVIRONMENT.globals |= {
    "RATINGS": RATINGS,
    "HEALTH": HEALTH,
    "CRITICALITY": CRITICALITY,
    "REASONS": REASONS,
    "MEETING": MEETING,
    "SCORING": SCORING,
    "STATUS": STATUS,
}
