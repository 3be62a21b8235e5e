"""HTTP: `tandem api`, or `litestar --app api.app:app run`, or `granian --interface asgi api.app:app`."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager, suppress

from litestar import Litestar

from api.http import contract, endpoint, health, metrics, scraping
from api.http.budgets import Budgets
from api.http.failures import EXCEPTION_HANDLERS
from api.http.headers import add_security_headers
from api.http.hosts import require_one_host
from api.http.logs import log_requests
from api.http.serving import Serving
from api.http.traces import trace_requests
from api.http.trails import Trails
from api.http.watching import watching
from api.logs import configure
from api.pages import answering, check_in, files, index, summaries
from domain.database import Database
from domain.embedded import servers
from domain.settings import Settings
from domain.tracing import Tracing, tracing

# How long a thread that works something out keeps the interpreter to itself. Python's own 5 ms are ten lookups.
_TURN_S = 0.0005


def create_app(settings: Settings | None = None, database: Database | None = None) -> Litestar:
    """The application; nothing is read, opened or started before the server starts it.

    Without settings it reads the environment's. A database that is given stays the caller's to close; without
    one it opens that of the settings, embedded if need be, and closes it when the server stops.
    """
    return Litestar(
        route_handlers=[
            endpoint.operate,
            contract.show_schema,
            health.healthz,
            health.readyz,
            scraping.show_metrics,
            index.show,
            summaries.show,
            answering.show,
            answering.send,
            check_in.show,
            check_in.use,
            files.show_file,
        ],
        lifespan=[_lifespan(settings, database)],
        middleware=[log_requests, trace_requests, require_one_host],
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[add_security_headers],
        # The contract is the GraphQL schema; Litestar's own log would write what ours leaves out.
        openapi_config=None,
        logging_config=None,
    )


def _lifespan(
    settings: Settings | None, database: Database | None
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def serve(app: Litestar) -> AsyncIterator[None]:
        configure()
        sys.setswitchinterval(_TURN_S)
        # It takes a second to build, which the first caller would wait for.
        await asyncio.to_thread(contract.schema_as_text)
        present = settings or Settings.read()
        async with _opened(present, database) as opened:
            budgets = Budgets(present.redis_url)
            async with _trails(present) as trails, watching(opened):
                with _observed(opened) as traces:
                    app.state.serving = Serving(present, opened, budgets, trails, traces)
                    yield
            await budgets.close()

    return serve


@contextmanager
def _observed(database: Database) -> Iterator[Tracing | None]:
    """Have statements counted, and traced where that is wanted."""
    database.observe(reads=metrics.read_took, writes=metrics.write_took)
    traces = tracing("tandem-api")
    if traces is None:
        yield None
        return
    database.observe(reads=traces.took("read"), writes=traces.took("write"))
    yield traces
    traces.close()


@asynccontextmanager
async def _trails(settings: Settings) -> AsyncIterator[Trails | None]:
    if settings.read_database_url is None:
        yield None
        return
    assert settings.redis_url is not None
    trails = Trails(settings.redis_url)
    yield trails
    await trails.close()


@asynccontextmanager
async def _opened(settings: Settings, database: Database | None) -> AsyncIterator[Database]:
    if database is not None:
        yield database
        return
    with ExitStack() as stack:
        # An embedded server may first have to start: the event loop goes on meanwhile.
        where = await asyncio.to_thread(stack.enter_context, servers(settings))
        opened = Database(
            where.database_url, replicas_url=settings.read_database_url, patience_s=settings.patience_s
        )
        # The schema and all that it stands on stay: to go through them for garbage holds every answer up for 100 ms.
        gc.collect()
        gc.freeze()
        try:
            # A database that does not answer yet is waited for by every request; one behind a pooler that swallows
            # time limits must not serve.
            with suppress(OSError):
                await opened.require_settings()
            yield opened
        finally:
            await opened.close()


app = create_app()
