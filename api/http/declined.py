"""A request that is not carried out: what the caller is told, in the form that the caller reads."""

from __future__ import annotations

from collections.abc import Mapping

import orjson


class Declined(Exception):  # noqa: N818 - it is no error of ours
    """The request is not carried out as it was sent.

    `status` is the HTTP status that says so, of 400 or above; `code` is stable and in capitals, for programs;
    `message` tells a person what is wrong and what to do; `headers` go with the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def body(code: str, message: str) -> bytes:
    """A GraphQL answer in JSON for a request that was never executed: errors, and no `data`."""
    return orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
