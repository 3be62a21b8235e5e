"""Running parts of Tandem as processes of their own: begun again when they fail, ended when we end.

A part that we begin watches us in turn (`end_with`): if we are killed it ends by itself, so that nothing keeps the
port or the embedded servers.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import click

from domain.errors import Refused

_LOOK_EVERY_S = 0.5
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_WELL_AFTER_S = 10.0
# A part that is refused at once on its first run will not get better by itself, unless a server was away.
_REFUSED = 1
_AWAY = os.EX_TEMPFAIL
_PATIENCE_S = 30.0


@asynccontextmanager
async def supervised(parts: Mapping[str, Sequence[str]]) -> AsyncIterator[None]:
    """Run `tandem` with the words of each named part, as long as the context lasts.

    Raises:
        Refused: a part could not be started; the context is interrupted for it.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_keep_running(name, words)) for name, words in parts.items()]
            yield
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _keep_running(name: str, words: Sequence[str]) -> None:
    pause, first = _FIRST_PAUSE_S, True
    while True:
        begun = time.monotonic()
        code = await _run(words)
        well = time.monotonic() - begun > _WELL_AFTER_S
        if first and not well and code == _REFUSED:
            raise Refused("NOT_STARTED", f"The {name} did not start: the lines above say why.")
        pause = _FIRST_PAUSE_S if first or well or code == _AWAY else min(2 * pause, _LONGEST_PAUSE_S)
        first = False
        click.echo(f"The {name} ended with exit code {code}; it starts again in {pause:.1f} s.", err=True)
        await asyncio.sleep(pause)


async def _run(words: Sequence[str]) -> int:
    """Run one part to its end; when we are told to stop, have it stop, and kill it only if it does not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", *words, "--parent", str(os.getpid())),
        # Ctrl-C in a terminal reaches a whole group of processes; this one is told by us, and once.
        start_new_session=True,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _PATIENCE_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def end_with(parent: int) -> None:
    """Have this process end as soon as the process that began it is gone: in the orderly way, if it can."""
    threading.Thread(target=_watch, args=[parent], daemon=True, name="end with parent").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_S)
    os.kill(os.getpid(), signal.SIGKILL)
