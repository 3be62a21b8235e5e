"""`/metrics`, for Prometheus: what this server counted, and what the database and the queue say now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hmac import compare_digest
from itertools import chain
from typing import Any, cast

import asyncpg
from litestar import Request, Response, route
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.http import metrics
from api.http.declined import Declined
from api.http.identity import bearer, viewer_of
from api.http.serving import LOOKING, Serving, serving
from api.queue import running_queue
from domain.backlog import Backlog, backlog
from domain.database import Database
from domain.outages import outage_of
from domain.settings import Settings

# A scrape is given up after ten seconds by default; what does not answer by then is away.
_PATIENCE_S = 3.0


@route("/metrics", http_method=LOOKING)
async def show_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The metrics in Prometheus's text format; a database that is away makes no failure of it."""
    server = serving(request.scope)
    _require_scraper(request, server)
    metrics.count()
    *found, counted = await asyncio.gather(
        _of_database(server.database),
        _of_replicas(server.database),
        _of_workers(server.settings),
        asyncio.to_thread(metrics.counted),
    )
    registry = CollectorRegistry()
    registry.register(_Found([*chain.from_iterable(found)]))
    return Response(counted + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _require_scraper(request: Request[Any, Any, Any], server: Serving) -> None:
    """Let in whoever has the token for metrics; where there is none, whoever may ask anything."""
    token = server.settings.metrics_token
    headers = cast("dict[str, str]", dict(request.headers))
    if token is None:
        viewer_of(request.scope, headers, server.settings.admin_token)
    elif not compare_digest(bearer(headers.get("authorization")).encode(), token.encode()):
        raise Declined(
            401,
            "UNAUTHENTICATED",
            "Send the value of TANDEM_METRICS_TOKEN as Authorization: Bearer <token>.",
            headers={"WWW-Authenticate": 'Bearer realm="Tandem metrics"'},
        )


class _Found(Collector):
    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        return iter(self._found)


async def _of_database(database: Database) -> list[Metric]:
    try:
        async with asyncio.timeout(_PATIENCE_S), database.readers.acquire() as connection:
            jobs = await backlog(connection)
    except Exception as error:
        if not isinstance(error, TimeoutError | asyncpg.PostgresError) and outage_of(error) is None:
            raise
        return [_gauge("tandem_database_up", "Whether the database answers.", 0)]
    return [_gauge("tandem_database_up", "Whether the database answers.", 1), *_of_jobs(jobs)]


def _of_jobs(jobs: Backlog) -> Iterator[Metric]:
    yield _gauge("tandem_jobs_due", "Jobs that are due and not done.", jobs.due)
    yield _gauge("tandem_queue_age_seconds", "How long the oldest of them has been due.", jobs.oldest_s)
    yield _gauge("tandem_jobs_failing", "Jobs that failed and are tried again.", jobs.failing)
    yield _gauge("tandem_jobs_given_up", "Jobs that were given up, as long as they are kept.", jobs.given_up)


async def _of_replicas(database: Database) -> list[Metric]:
    if database.replicas is None:
        return []
    up = GaugeMetricFamily("tandem_replica_up", "Whether a replica can be read from.", labels=["replica"])
    lag_bytes = GaugeMetricFamily(
        "tandem_replica_lag_bytes", "How much of the log it has yet to replay.", labels=["replica"]
    )
    lag_s = GaugeMetricFamily(
        "tandem_replica_lag_seconds",
        "How old the last change is that it has, if others came since.",
        labels=["replica"],
    )
    for host, found in (await database.replicas.standing(_PATIENCE_S / 3)).items():
        up.add_metric([host], found.of_use)
        for lag, value in ((lag_bytes, found.lag_bytes), (lag_s, found.lag_s)):
            if value is not None:
                lag.add_metric([host], value)
    return [up, lag_bytes, lag_s]


async def _of_workers(settings: Settings) -> list[Metric]:
    from workers.queue import anybody_at_work  # noqa: PLC0415 - the queue's library is not needed to serve

    url = running_queue(settings)
    if url is None:
        return []
    try:
        async with asyncio.timeout(_PATIENCE_S), Redis.from_url(url) as queue:
            alive = await anybody_at_work(queue)
    except (RedisError, OSError):
        alive = False
    return [_gauge("tandem_worker_up", "Whether a worker takes jobs.", alive)]


def _gauge(name: str, help_: str, value: float) -> Metric:
    found = GaugeMetricFamily(name, help_)
    found.add_metric([], value)
    return found
