"""Which errors of the database say that it is away, takes no changes for now, or was altered: no mistakes of ours."""

from __future__ import annotations

from enum import Enum

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError

from domain.hosts import OnlyStandbys


class Outage(Enum):
    """Why the database could not be asked; it will pass, or somebody is at it."""

    UNAVAILABLE = "UNAVAILABLE"
    READ_ONLY = "READ_ONLY"
    ALTERED = "DATABASE_ALTERED"


_READ_ONLY = asyncpg.ReadOnlySQLTransactionError.sqlstate
# A table (42P01), column (42703) or function (42883) that is not there. All of ours are asked for by tests, so it was
# there when this version made it.
_ALTERED = frozenset({"42P01", "42703", "42883"})
# No room: on the disk, in memory or for another connection (53), and a disk that does not do what it should (58030).
_NO_ROOM = ("53", "58030")
# Connections that break (08), and a server that stops, starts or was killed (57P01 to 57P03).
_AWAY = ("08", "57P01", "57P02", "57P03", *_NO_ROOM)


def outage_of(error: BaseException) -> Outage | None:
    """What an error says of the database; None where it says something else."""
    if isinstance(error, OnlyStandbys):
        return Outage.READ_ONLY
    if isinstance(error, ConnectionError):
        return Outage.UNAVAILABLE
    state = _state(error)
    if state == _READ_ONLY:
        return Outage.READ_ONLY
    if state in _ALTERED:
        return Outage.ALTERED
    return Outage.UNAVAILABLE if state.startswith(_AWAY) or _is_closed(error) else None


def lacks_room(error: BaseException) -> bool:
    """Whether the database was there and had no room for what was asked."""
    return _state(error).startswith(_NO_ROOM)


def _state(error: BaseException) -> str:
    """The five letters by which PostgreSQL says what happened; empty where it is not PostgreSQL who says it."""
    told = error.orig if isinstance(error, DBAPIError) else error
    return getattr(told, "sqlstate", None) or ""


def _is_closed(error: BaseException) -> bool:
    """Whether a connection was used that had broken; asyncpg has only words for that.

    Where it breaks between two messages of one statement, they speak of an operation in progress.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, asyncpg.InternalClientError):
        return "in progress" in str(error)
    return isinstance(error, asyncpg.InterfaceError | InterfaceError) and "closed" in str(error)
