"""A PostgreSQL and a Valkey of Tandem's own, so that nothing else has to be installed.

They belong to the data directory. Every process that uses them holds a lease; the last one to leave stops them. A
lease is a lock of the kernel, so a process that is killed gives its own back, and a server that was left running is
taken over by the next process that comes. Whoever holds a lease starts a server again that was killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from domain.embedded import postgres, valkey
from domain.embedded.lease import leased
from domain.embedded.places import data_directory
from domain.settings import Settings


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are reached; `redis_url` is None where no Valkey was asked for."""

    database_url: str
    redis_url: str | None


@contextmanager
def servers(settings: Settings, *, queue: bool = False, durable: bool = True) -> Iterator[Servers]:
    """The servers of the settings, or embedded ones in their place, for as long as the context lasts.

    `queue` asks for Valkey too. `durable=False` is for tests: a machine that crashes may lose everything.

    Raises:
        Refused: the data directory cannot be used, or a server does not start; the message says what to do.
    """
    with ExitStack() as stack:
        database_url, redis_url = settings.database_url, settings.redis_url
        if database_url is None:
            cluster = postgres.Cluster(data_directory(settings.data_dir) / "postgres", durable=durable)
            stack.enter_context(leased(cluster))
            database_url = cluster.url
        if queue and redis_url is None:
            store = valkey.Store(data_directory(settings.data_dir) / "valkey")
            stack.enter_context(leased(store))
            redis_url = store.url
        yield Servers(database_url, redis_url if queue else None)
