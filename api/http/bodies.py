"""Reading a request's body, as far as it is worth reading."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.types import Receive

from api.http.declined import Declined

LARGEST = 1_000_000
"""Bytes that are taken at most: what is larger is an import, not an operation."""

# Many clients listen only when they have sent everything, and who is cut off before that never sees the answer; so a
# body that is too large, as an import would be, is read to its end.
_HEARD_OUT = 64_000_000


async def body_of(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """The body of a request with those headers, from its line.

    Once as much is there as was announced, nothing more is waited for: some servers say only by another message that
    a message was the last one, and that takes a tenth of a short request.

    Raises:
        Declined: it is too large (413), or the caller went away before its end (400, which nobody reads).
    """
    size, kept, more = 0, bytearray(), True
    announced = headers.get("content-length")
    while more and size <= _HEARD_OUT and str(size) != announced:
        message = await receive()
        if message["type"] != "http.request":
            raise Declined(400, "BODY_INCOMPLETE", "The request ended before its body did: send it again.")
        size += len(message["body"])
        if size <= LARGEST:
            kept += message["body"]
        more = message.get("more_body", False)
    if size > LARGEST:
        raise Declined(
            413,
            "BODY_TOO_LARGE",
            "An operation has at most 1 MB. Send less at once, or load a file with tandem import.",
            # What is left of the body is never read, so this connection cannot carry another request.
            headers={"Connection": "close"},
        )
    return bytes(kept)
