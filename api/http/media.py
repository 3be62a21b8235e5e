"""Media types of GraphQL over HTTP: which one an answer has, and which one a request must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from api.http.declined import Declined


class AnswerType(StrEnum):
    """The media types of a GraphQL answer."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"

    @property
    def header(self) -> str:
        """The value of the answer's Content-Type."""
        return f"{self.value}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Accepted:
    media_type: str
    quality: float


@lru_cache(maxsize=256)
def answer_type(accept: str | None) -> AnswerType:
    """The media type that a caller's Accept header asks for.

    A caller who does not say, or would take anything, gets `application/json`: so it was before the
    specification had a type of its own, and such callers know nothing newer.

    Raises:
        Declined: the caller takes neither of the two (406).
    """
    ranges = list(_accepted(accept or "*/*"))
    qualities = {offered: _quality(offered, ranges) for offered in AnswerType}
    if not any(qualities.values()):
        raise Declined(
            406,
            "NOT_ACCEPTABLE",
            f"Answers come as {AnswerType.GRAPHQL.value} or {AnswerType.JSON.value}: accept one of them.",
        )
    named = {r.media_type for r in ranges}
    # Of two that are liked equally, the newer one is for those who know it.
    first, second = (
        (AnswerType.GRAPHQL, AnswerType.JSON)
        if AnswerType.GRAPHQL in named
        else (AnswerType.JSON, AnswerType.GRAPHQL)
    )
    return first if qualities[first] >= qualities[second] else second


def _quality(offered: AnswerType, ranges: list[_Accepted]) -> float:
    """How much the caller likes a type: the most specific range that covers it says so, or 0."""
    for covering in (offered.value, "application/*", "*/*"):
        found = [r.quality for r in ranges if r.media_type == covering]
        if found:
            return max(found)
    return 0.0


def _accepted(accept: str) -> Iterator[_Accepted]:
    """The ranges of an Accept header, without those that cannot be read or ask for another charset."""
    for item in accept.split(","):
        media_type, parameters = _parsed(item)
        if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            continue
        try:
            quality = float(parameters.get("q", "1"))
        except ValueError:
            continue
        yield _Accepted(media_type, min(max(quality, 0.0), 1.0))


@lru_cache(maxsize=256)
def require_json(content_type: str | None, content_encoding: str | None) -> None:
    """Go on only with a body of plain JSON in UTF-8.

    No web page can have a browser send that type to another site unless that site allows it, so this is a
    guard against forged requests too.

    Raises:
        Declined: the body has another type, another character set, or is compressed (415).
    """
    media_type, parameters = _parsed(content_type or "")
    if media_type != "application/json":
        raise Declined(
            415, "UNSUPPORTED_MEDIA_TYPE", "Send the operation as JSON, with Content-Type: application/json."
        )
    if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Declined(415, "UNSUPPORTED_CHARSET", "Send the operation in UTF-8: JSON has no other encoding.")
    if (content_encoding or "identity").strip().lower() != "identity":
        raise Declined(
            415,
            "UNSUPPORTED_CONTENT_ENCODING",
            "Compressed requests are not taken: send the body as it is.",
            headers={"Accept-Encoding": "identity"},
        )


def _parsed(value: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, names in lower case."""
    media_type, *rest = value.split(";")
    parameters = {}
    for item in rest:
        name, _, text = item.partition("=")
        parameters[name.strip().lower()] = text.strip().strip('"')
    return media_type.strip().lower(), parameters
