"""From a template and what it shows to an answer that a browser may show and nothing else."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from api.http.headers import content_security_policy
from domain.calendar import LONDON, in_words

_TEMPLATES = Path(__file__).parents[1] / "templates"

# A page loads our style sheet and nothing else; it has no form and no script.
_POLICY = content_security_policy(style="'self'", img="'self'")


def _day(text: str) -> str:
    """A date of an answer as a person writes it; of a moment, the date that it has in London."""
    if len(text) > len("2026-03-29"):
        return in_words(datetime.fromisoformat(text).astimezone(LONDON).date())
    return in_words(date.fromisoformat(text))


def _count(number: int) -> str:
    """A number with separators: `1,204`."""
    return f"{number:,}"


def _words(code: str) -> str:
    """An enumeration's value in words: `Amber green`."""
    return code.replace("_", " ").capitalize()


def _key(global_id: str) -> str:
    """The half of an id that is enough in an address which says by itself what it is of."""
    return global_id.partition(":")[2]


environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters.update(day=_day, count=_count, in_words=in_words, key=_key, words=_words)


def page(template: str, *, status: int = 200, policy: str = _POLICY, **shown: Any) -> Response[bytes]:
    """The page that a template makes of what it is given; one with a form has a policy of its own."""
    content = environment.get_template(template).render(**shown)
    return html(content, policy=policy, status=status)


def html(content: str, *, policy: str, status: int = 200) -> Response[bytes]:
    """A page that is there already, under a content security policy."""
    return Response(
        content.encode(),
        media_type="text/html",
        status_code=status,
        headers={"Content-Security-Policy": policy},
    )
