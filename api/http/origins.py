"""A guard against requests that a browser sends because a page from another site told it to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from api.http.declined import Declined


def require_same_origin(headers: Mapping[str, str]) -> None:
    """Go on only if no other site is behind the request.

    Browsers say where a request comes from: `Sec-Fetch-Site`, or `Origin` in older ones. What is no browser
    sends neither and is not concerned: it has nobody's rights but its own.

    Raises:
        Declined: a page of another site sent it (403).
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        ours = site in {"same-origin", "none"}
    else:
        ours = origin is None or _place(origin) == headers.get("host", "").lower()
    if not ours:
        raise Declined(
            403,
            "CROSS_SITE",
            "A page of another site sent this request, and Tandem answers only its own pages and programs. "
            "Ask from a program, or through a server of your own.",
        )


def _place(origin: str) -> str:
    """The host and port of an origin, or nothing for `null` and what cannot be read."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
