"""Answers that a caller may have already, and then need not be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from litestar import Request, Response


@dataclass(frozen=True, slots=True)
class Content:
    """What stays as it is while this process runs; `cache_control` says who may keep it and for how long."""

    body: bytes
    media_type: str
    cache_control: str

    @property
    def tag(self) -> str:
        """Its entity tag: other bytes, another tag."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'


def unless_known(request: Request[Any, Any, Any], content: Content) -> Response[bytes]:
    """The content; or only that it is still the same, where the caller says so (RFC 9110, 13.1.2)."""
    headers = {"ETag": content.tag, "Cache-Control": content.cache_control}
    if _names(request.headers.get("if-none-match", ""), content.tag):
        return Response(b"", status_code=304, headers=headers, media_type=content.media_type)
    return Response(content.body, headers=headers, media_type=content.media_type)


def _names(said: str, tag: str) -> bool:
    """Whether an If-None-Match names a tag, which is compared as if it were weak."""
    tags = {each.strip().removeprefix("W/") for each in said.split(",")}
    return tag in tags or "*" in tags
