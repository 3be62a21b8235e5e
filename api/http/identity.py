"""Who is asking.

Until people have accounts there is one caller: the built-in administrator, known by the server's token. A
server without a token trusts its own machine alone, so that it can be tried without any set-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from ipaddress import ip_address

from litestar.types import Scope

from api.http.declined import Declined
from domain.access.viewers import ADMINISTRATOR, Viewer

# Whoever sends one of these speaks for somebody else, who may be anywhere.
_FORWARDING = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})

_SPACES = " \t"

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Tandem"'}


def viewer_of(scope: Scope, headers: Mapping[str, str], admin_token: str | None) -> Viewer:
    """The viewer on whose behalf a request with those headers is carried out.

    `admin_token` is the server's, if it has one.

    Raises:
        Declined: nobody is known by what was sent (401); the message says how to be known.
    """
    if admin_token is not None:
        return _known_by_token(headers.get("authorization"), admin_token)
    if is_local(scope, headers):
        return ADMINISTRATOR
    raise Declined(
        401,
        "UNAUTHENTICATED",
        "This server has no token, so it answers its own machine alone: http://127.0.0.1, http://localhost. "
        "To reach it from elsewhere, set TANDEM_ADMIN_TOKEN where it runs to a long random text, restart it, "
        "and send that text with each request as Authorization: Bearer <token>.",
        headers=_CHALLENGE,
    )


def _known_by_token(authorization: str | None, admin_token: str) -> Viewer:
    # Compared in constant time: how long a wrong answer takes tells nothing of the token.
    token = bearer(authorization)
    if token and compare_digest(token.encode(), admin_token.encode()):
        return ADMINISTRATOR
    raise Declined(
        401,
        "UNAUTHENTICATED",
        "Send the server's token with each request as Authorization: Bearer <token>. "
        "It is the value of TANDEM_ADMIN_TOKEN where the server runs.",
        headers=_CHALLENGE,
    )


def token_of(authorization: str | None) -> str:
    """What tells a token from all others; the token itself cannot be worked out from it."""
    token = bearer(authorization)
    return sha256(token.encode()).hexdigest() if token else ANONYMOUS


ANONYMOUS = "none"
"""What stands for whoever sent no token."""


def bearer(authorization: str | None) -> str:
    """The token in an Authorization header, however it is written; empty where there is none.

    The scheme may be in capitals or not, and spaces may stand before, between and after (RFC 9110, 5.6.3 and 11.4).
    """
    scheme, _, token = (authorization or "").strip(_SPACES).replace("\t", " ").partition(" ")
    return token.strip(_SPACES) if scheme.lower() == "bearer" else ""


def is_local(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from this machine, by its own name, for itself.

    The name matters: a page from elsewhere can have its own name resolve to 127.0.0.1 (DNS rebinding) and
    would then be the same site to a browser. So does HTTP/1.0: proxies that do not say for whom they speak
    use it.
    """
    client = scope.get("client")
    return (
        client is not None
        and _is_loopback(client[0])
        and _is_loopback_name(headers.get("host", ""))
        and _FORWARDING.isdisjoint(headers)
        and scope.get("http_version") not in {"1", "1.0"}
    )


@lru_cache(maxsize=256)
def _is_loopback_name(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine and nothing else can."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    name = name.strip("[]").rstrip(".").lower()
    return name == "localhost" or _is_loopback(name)


@lru_cache(maxsize=256)
def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
