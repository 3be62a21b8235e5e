"""The commands that run Tandem: `migrate`, `api`, `worker`, `serve`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
import httpx
import structlog

from api.cli.running import migrated, opened, until_told_to_stop
from api.cli.supervision import end_with, supervised
from api.http.together import counting_together, take_room
from domain import embedded
from domain.database import Database
from domain.errors import Refused
from domain.outages import outage_of
from domain.settings import Settings
from domain.tracing import is_wanted

if TYPE_CHECKING:
    from arq.connections import ArqRedis
    from litestar import Litestar

Command = TypeVar("Command", bound=Callable[..., Any])

_LOOK_EVERY_S = 0.1
# How long a worker waits before it begins again.
_AGAIN_S = 1.0

log = structlog.get_logger("tandem.worker")


def listening(command: Command) -> Command:
    """Give a command the options that say where the API listens."""
    for option in (
        click.option("--port", type=click.IntRange(1, 65535), help="The port. [TANDEM_PORT or 8000]"),
        click.option("--host", help="The address to listen on. [TANDEM_HOST or 127.0.0.1]"),
    ):
        command = option(command)
    return command


# Set by ourselves where one command of Tandem begins another.
_parent = click.option("--parent", type=int, hidden=True)


@click.command(epilog="\b\nExample:\n  TANDEM_DATABASE_URL=postgresql://tandem@db/tandem tandem migrate")
def migrate() -> None:
    """Bring the database to this version's tables, and say whether there was anything to do."""
    with embedded.servers(Settings.read()) as servers:
        changed = asyncio.run(migrated(servers))
    click.echo("The database has the tables of this version now." if changed else "There was nothing to do.")


@click.command(epilog="\b\nExample:\n  tandem api --host 0.0.0.0 --port 80 --processes 4")
@listening
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True, help="How many serve.")
@_parent
def api(host: str | None, port: int | None, processes: int, parent: int | None) -> None:
    """Run the API alone, until it is told to stop."""
    settings = _settings()
    address = host or settings.host, port or settings.port
    if parent is not None:
        end_with(parent)
    # Who began us has reserved the address already.
    with (
        reserved(*address) if parent is None else nullcontext(),
        # Several processes count together what a token spends, and Valkey is where they can.
        embedded.servers(settings, queue=processes > 1) as servers,
    ):
        asyncio.run(_ready(servers, settings))
        if servers.redis_url is not None:
            # They read the settings of their own environment.
            os.environ["TANDEM_REDIS_URL"] = servers.redis_url
        _serve_http(*address, processes)


def _settings() -> Settings:
    """The settings; what sends traces is there if they are wanted, which each process would be refused otherwise."""
    is_wanted()
    return Settings.read()


async def _ready(servers: embedded.Servers, settings: Settings) -> None:
    """Find out here, and once, what each process would be refused at its start."""
    async with opened(servers, patience_s=settings.patience_s):
        pass


def _serve_http(host: str, port: int, processes: int) -> NoReturn:
    from granian import Granian  # noqa: PLC0415 - only who serves needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    told = signal.SIGTERM
    together = counting_together() if processes > 1 else nullcontext()

    class Server(Granian):  # type: ignore[misc, valid-type]
        def signal_handler_interrupt(self, number: int, frame: FrameType | None) -> None:
            nonlocal told
            told = signal.Signals(number)
            super().signal_handler_interrupt(number, frame)

    server = Server(
        "api.app:app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    with together:
        os.register_at_fork(after_in_child=_end_when_told)
        server.serve(target_loader=load_application, wrap_loader=False)
    # It stops for either signal and says nothing of which.
    sys.exit(128 + told)


def _end_when_told() -> None:
    """In a process that is forked to serve: until it listens to signals by itself, they end it.

    Its parent's handlers, which it was forked with, would swallow them, and the parent would wait for its end for ever.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def load_application() -> Litestar:
    """The application, in a process of the server's: one that ends when the server was killed."""
    end_with(os.getppid())
    if not take_room():
        click.echo("There is no room to count together: /metrics tells of one process at a time.", err=True)
    from api.app import app  # noqa: PLC0415 - only who serves needs it

    return app


@click.command(epilog="\b\nExample:\n  TANDEM_REDIS_URL=redis://queue tandem worker")
@click.option("--check", is_flag=True, help="Only say by the exit code whether any worker lives.")
@_parent
def worker(parent: int | None, *, check: bool) -> None:
    """Run a worker alone: it compiles summaries and relays what is due. It starts again if its queue goes away."""
    if check:
        asyncio.run(_require_worker(Settings.read()))
    elif parent is None:
        asyncio.run(_require_queue(_settings()))
        asyncio.run(until_told_to_stop(_supervise({"worker": ["worker"]})))
    else:
        end_with(parent)
        _work()


def _work() -> None:
    from workers import logs  # noqa: PLC0415 - only a worker needs it

    logs.configure()
    with embedded.servers(Settings.read(), queue=True) as servers:
        asyncio.run(migrated(servers))
        asyncio.run(until_told_to_stop(_work_on(servers)))


async def _work_on(servers: embedded.Servers) -> None:
    """Take jobs and keep the calendar, which needs no queue."""
    from workers.schedule import scheduling  # noqa: PLC0415 - only a worker needs it

    database = Database(servers.database_url)
    try:
        async with scheduling(database):
            await _take_jobs(servers)
    finally:
        await database.close()


async def _take_jobs(servers: embedded.Servers) -> None:
    """Take jobs until told to stop, over and over: the queue and the database may go away and come back."""
    from redis.exceptions import RedisError  # noqa: PLC0415 - only a worker needs these

    from workers.queue import queue  # noqa: PLC0415
    from workers.waiting import worker_in_this_process  # noqa: PLC0415

    assert servers.redis_url is not None
    while True:
        try:
            async with (
                queue(servers.redis_url) as connected,
                worker_in_this_process(servers, connected) as task,
            ):
                await task
        except Exception as error:
            if not isinstance(error, RedisError | OSError) and outage_of(error) is None:
                raise
            log.warning("interrupted", reason=type(error).__name__, again_in_s=_AGAIN_S)
            await asyncio.sleep(_AGAIN_S)


async def _require_worker(settings: Settings) -> None:
    from workers.queue import anybody_at_work  # noqa: PLC0415 - only who asks for workers needs it

    if settings.redis_url is None:
        raise Refused("NO_QUEUE", "Set TANDEM_REDIS_URL to the queue whose workers you ask about.")
    async with _reached(settings.redis_url) as connected:
        if not await anybody_at_work(connected):
            raise Refused(
                "NO_WORKER", "No worker lives that takes jobs from this queue: start one by tandem worker."
            )


async def _require_queue(settings: Settings) -> None:
    """Have a queue of one's own answer before anything is begun that would wait for it."""
    if settings.redis_url is not None:
        async with _reached(settings.redis_url):
            pass


@asynccontextmanager
async def _reached(redis_url: str) -> AsyncIterator[ArqRedis]:
    from redis.exceptions import RedisError  # noqa: PLC0415 - only who needs the queue needs these

    from workers.queue import queue  # noqa: PLC0415

    try:
        async with queue(redis_url) as connected:
            yield connected
    except (RedisError, OSError) as error:
        raise Refused("QUEUE_UNREACHABLE", f"The queue does not answer: {error}") from error


@click.command(epilog="\b\nExample:\n  tandem serve --port 8080")
@listening
def serve(host: str | None, port: int | None) -> None:
    """Run the API and a worker until Ctrl-C, and begin again whichever of them fails."""
    settings = _settings()
    address = host or settings.host, port or settings.port

    async def work() -> None:
        async with supervised(parts(*address)):
            await answering(*address)
            click.echo(f"Tandem is at {url(*address)}/ and its GraphQL at {url(*address)}/graphql")
            click.echo("Ctrl-C stops it.")
            await asyncio.Event().wait()

    with reserved(*address), embedded.servers(settings, queue=True) as servers:
        asyncio.run(_require_queue(settings))
        asyncio.run(migrated(servers))
        asyncio.run(until_told_to_stop(work()))


async def _supervise(which: dict[str, list[str]]) -> None:
    async with supervised(which):
        await asyncio.Event().wait()


def parts(host: str, port: int) -> dict[str, list[str]]:
    """What serves people: the parts by name, and with which words they are begun."""
    return {"API": ["api", "--host", host, "--port", str(port)], "worker": ["worker"]}


def url(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where it listens, not whether
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


async def answering(host: str, port: int) -> None:
    """Wait until the API answers."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(f"{url(host, port)}/healthz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(_LOOK_EVERY_S)


@contextmanager
def reserved(host: str, port: int) -> Iterator[None]:
    """Keep the address for our own parts, as long as the context lasts.

    A server listens only after what it serves is loaded, and the system lets several processes of one user listen on
    one port, each of which then answers some of the requests. So of two that begin at once one has to be told.

    Raises:
        Refused: somebody listens there or is about to, or it is no address of this machine.
    """
    _require_free(host, port)
    place = Path(tempfile.gettempdir()) / f"tandem-port-{os.geteuid()}-{host}-{port}"
    with ExitStack() as stack:
        try:
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(host, port, "another Tandem is about to") from error
        except OSError as error:
            raise _taken(host, port, f"{place} is in the way") from error
        yield


def _require_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise _taken(host, port, str(error.strerror)) from error


def _taken(host: str, port: int, why: str) -> Refused:
    return Refused(
        "PORT_TAKEN",
        f"Tandem cannot listen on {host}, port {port} ({why}): "
        "stop what uses it, or choose another by --port or TANDEM_PORT.",
    )
