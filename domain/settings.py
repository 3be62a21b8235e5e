"""Where Tandem keeps its data and how it is reached: read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from domain.errors import Refused
from domain.hosts import TARGET

NAMES = (
    "TANDEM_DATA_DIR",
    "TANDEM_DATABASE_URL",
    "TANDEM_READ_DATABASE_URL",
    "TANDEM_REDIS_URL",
    "TANDEM_ADMIN_TOKEN",
    "TANDEM_METRICS_TOKEN",
    "TANDEM_HOST",
    "TANDEM_PORT",
    "TANDEM_QUERY_TIMEOUT",
    "TANDEM_COST_PER_MINUTE",
)
"""The variables that are read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment's answers. Without a database URL or a Redis URL, an embedded server stands in for it.

    `read_database_url` names standbys of the database, from which requests may be answered.
    `patience_s` is how many seconds a statement of a request may take, `cost_per_minute` how much the requests of one
    token may cost in a minute (0 for no end; None leaves that to the role). `keep_days` is for how many days that
    stays which is not kept for ever (`domain.keeping`).
    """

    data_dir: Path
    database_url: str | None
    read_database_url: str | None
    redis_url: str | None
    admin_token: str | None
    metrics_token: str | None
    host: str
    port: int
    patience_s: float
    cost_per_minute: int | None
    keep_days: int

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process, or of the environment given.

        Raises:
            Refused: a variable has a value that cannot be used; the message names it.
        """
        values = os.environ if environ is None else environ
        redis_url = _queue_url(values.get("TANDEM_REDIS_URL") or None)
        return cls(
            data_dir=Path(values.get("TANDEM_DATA_DIR") or ".tandem").expanduser().absolute(),
            database_url=_database_url("TANDEM_DATABASE_URL", values, _OF_PRIMARIES),
            read_database_url=_standbys(values, redis_url),
            redis_url=redis_url,
            admin_token=values.get("TANDEM_ADMIN_TOKEN") or None,
            metrics_token=values.get("TANDEM_METRICS_TOKEN") or None,
            host=values.get("TANDEM_HOST") or "127.0.0.1",
            port=_port(values.get("TANDEM_PORT") or "8000"),
            patience_s=_seconds(values.get("TANDEM_QUERY_TIMEOUT") or "10"),
            cost_per_minute=_cost(values.get("TANDEM_COST_PER_MINUTE") or None),
            keep_days=_days(values.get("TANDEM_KEEP_DAYS") or str(SHORTEST_KEEP)),
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - the range of TCP ports
        raise Refused("BAD_SETTING", f"TANDEM_PORT is {text!r}: give a number from 1 to 65535.")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0.001 <= seconds <= 3600:  # noqa: PLR2004 - a millisecond, which is what Postgres counts, to an hour
        raise Refused(
            "BAD_SETTING",
            f"TANDEM_QUERY_TIMEOUT is {text!r}: give a number of seconds up to 3600, such as 10.",
        )
    return seconds


def _cost(text: str | None) -> int | None:
    if text is None or text.isdecimal():
        return None if text is None else int(text)
    raise Refused("BAD_SETTING", f"TANDEM_COST_PER_MINUTE is {text!r}: give a whole number, or 0 for no end.")


SHORTEST_KEEP = 90
"""For how many days keys of requests stay at least: whoever repeats one within them is answered as the first time."""

_LONGEST_KEEP = 36_500


def _days(text: str) -> int:
    if not text.isdecimal() or not SHORTEST_KEEP <= int(text) <= _LONGEST_KEEP:
        raise Refused(
            "BAD_SETTING",
            f"TANDEM_KEEP_DAYS is {text!r}: give a number of days from {SHORTEST_KEEP} to {_LONGEST_KEEP}.",
        )
    return int(text)


# What libpq may be told of the servers of a URL, as far as it fits what they are for.
_OF_PRIMARIES = ("any", "primary", "read-write")
_OF_STANDBYS = ("any", "standby", "prefer-standby", "read-only")


def _database_url(name: str, values: Mapping[str, str], targets: tuple[str, ...]) -> str | None:
    """People write `postgresql://`; SQLAlchemy would then take a driver that is not installed."""
    url = values.get(name) or None
    if url is None:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        raise Refused("BAD_SETTING", f"{name} must begin with postgresql://, since Tandem runs on Postgres.")
    _require_readable(name, url)
    target = dict(parse_qsl(urlsplit(url).query)).get(TARGET, "any")
    if target not in targets:
        raise Refused(
            "BAD_SETTING",
            f"{name} says {TARGET}={target}: give one of {', '.join(targets)}, or leave it out.",
        )
    return f"postgresql+asyncpg://{rest}"


def _standbys(values: Mapping[str, str], redis_url: str | None) -> str | None:
    url = _database_url("TANDEM_READ_DATABASE_URL", values, _OF_STANDBYS)
    if url is not None and redis_url is None:
        raise Refused(
            "BAD_SETTING",
            "TANDEM_READ_DATABASE_URL needs TANDEM_REDIS_URL: there the processes keep how far each caller has "
            "written, so that nobody reads from a replica that does not have it yet.",
        )
    return url


def _queue_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        raise Refused("BAD_SETTING", "TANDEM_REDIS_URL must begin with redis://, rediss:// or unix://.")
    if url is not None:
        _require_readable("TANDEM_REDIS_URL", url)
    return url


def _require_readable(name: str, url: str) -> None:
    """Go on only where hosts and ports can be told from a password: one with a `/` in it ends them."""
    try:
        for place in urlsplit(url).netloc.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{place}").port
    except ValueError:
        # What is wrong may be a part of the password, so it is neither quoted nor kept as the reason.
        raise Refused(
            "BAD_SETTING",
            f"{name} cannot be read: each port is a number, and what is no letter or digit in a name or password is "
            "percent-encoded, such as %2F for / and %40 for @.",
        ) from None
