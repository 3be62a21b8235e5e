"""The servers that a URL names, in libpq's way: `postgresql://a:5432,b:5433/tandem?target_session_attrs=primary`."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import asyncpg

from domain.errors import Refused

_CONNECT_S = 5
"""How many seconds one host has to let somebody in before the next is tried."""

_SILENT_S = 5
"""After how many seconds without a sign of life a host counts as gone, in the middle of a statement too."""


class OnlyStandbys(ConnectionError):  # noqa: N818 - it says what was found
    """A server answers and none of them takes changes: all are in recovery."""


def hosts_of(url: str) -> list[str]:
    """The same URL for each host that it names, in their order, for asyncpg; without `target_session_attrs`."""
    parts = urlsplit(url.replace("postgresql+asyncpg://", "postgresql://", 1))
    query = {_AS_LIBPQ.get(name, name): value for name, value in parse_qsl(parts.query)}
    query.pop(TARGET, None)
    # A socket's directory stands in the query; there, ports are listed beside the hosts.
    listed, ports = query.pop("host", "").split(","), query.pop("port", "").split(",")
    login, at, named = parts.netloc.rpartition("@")
    if not named and listed != [""]:
        named_ports = ports if len(ports) == len(listed) else ports * len(listed)
        places = [
            (login + at, {"host": host, **({"port": port} if port else {})})
            for host, port in zip(listed, named_ports, strict=False)
        ]
    else:
        places = [(login + at + host, {}) for host in named.split(",")]
    return [_url(netloc, parts.path, query | where) for netloc, where in places]


def host_in(url: str) -> str:
    """The host that a URL names, with its port; nothing of who connects to it."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or dict(parse_qsl(parts.query)).get("host", "")


def _url(netloc: str, path: str, query: Mapping[str, str]) -> str:
    return f"postgresql://{netloc}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")


TARGET = "target_session_attrs"
"""The parameter by which libpq is told which of several hosts will do."""

# What SQLAlchemy calls it, which people may have written.
_AS_LIBPQ = {"ssl": "sslmode"}


async def connect(hosts: list[str], session: Mapping[str, str], **options: Any) -> asyncpg.Connection:
    """A connection to the first host that takes changes; where there is one host alone, to that.

    Raises:
        OnlyStandbys: hosts answer, all of them in recovery.
        ConnectionError: no host answers.
        asyncpg.PostgresError: a host does not let us in.
    """
    return (await _found(hosts, session, **options))[1]


async def host_in_charge(hosts: list[str]) -> str:
    """The URL of the host that `connect` leads to, for whoever has to meet the same one again.

    Raises:
        OnlyStandbys, ConnectionError, asyncpg.PostgresError: as `connect`.
    """
    host, connection = await _found(hosts, {})
    await connection.close()
    return host


async def _found(
    hosts: list[str], session: Mapping[str, str], **options: Any
) -> tuple[str, asyncpg.Connection]:
    target = "primary" if len(hosts) > 1 else "any"
    last: Exception | None = None
    for host in hosts:
        try:
            return host, await connect_to(host, session, target_session_attrs=target, **options)
        except asyncpg.TargetServerAttributeNotMatched:
            last = OnlyStandbys("No server that takes changes answers, only standbys do.")
        except (OSError, asyncpg.CannotConnectNowError) as error:
            # That a standby answers says more than that another host does not.
            last = last if isinstance(last, OnlyStandbys) else error
    assert last is not None
    raise last


async def connect_to(host: str, session: Mapping[str, str], **options: Any) -> asyncpg.Connection:
    """A connection to one host, by its URL.

    Raises:
        ConnectionError: it does not answer in time.
        asyncpg.PostgresError: it does not let us in.
        Refused: BAD_SETTING, where the URL asks for what there is not.
    """
    try:
        connection = await asyncpg.connect(host, server_settings=dict(session), timeout=_CONNECT_S, **options)
    except asyncpg.ClientConfigurationError as error:
        raise Refused(
            "BAD_SETTING",
            f"The URL of the database cannot be used: {error}. Correct what it says after the ?.",
        ) from error
    except TimeoutError as error:
        raise ConnectionError(f"no answer within {_CONNECT_S} seconds") from error
    except OSError as error:
        # A socket that is not there is a file that is not there, which could be any file.
        raise ConnectionError(str(error)) from error
    _notice_silence(connection)
    return connection


def _notice_silence(connection: asyncpg.Connection) -> None:
    """Have the kernel end a connection whose host has gone without a word; its own patience is a quarter of an hour."""
    wire: socket.socket | None = connection._transport.get_extra_info("socket")
    if wire is None or wire.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # Linux has all of these; where one is missing, the system's own patience stays.
    for option, value in (
        ("TCP_USER_TIMEOUT", _SILENT_S * 1000),
        ("TCP_KEEPIDLE", _SILENT_S),
        ("TCP_KEEPINTVL", 1),
        ("TCP_KEEPCNT", 3),
    ):
        if hasattr(socket, option):
            wire.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
