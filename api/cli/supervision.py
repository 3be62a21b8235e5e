"""Running parts of Tandem as processes of their own: begun again when they fail, ended when we end.

A part that we begin watches us in turn (`end_with_parent`): if we are killed, it ends by itself, so that nothing keeps
the port or the embedded servers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import click

from domain.errors import Refused

_PARENT = "TANDEM_PARENT"
_LOOK_EVERY_S = 0.5
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0
# A part that ran this long was well; one that ends sooner on its first run will not get better.
_WELL_AFTER_S = 10.0
_PATIENCE_S = 30.0


@contextlib.asynccontextmanager
async def supervised(parts: Mapping[str, Sequence[str]]) -> AsyncIterator[asyncio.Task[None]]:
    """Run `tandem` with the words of each part, as long as the context lasts.

    The task that it gives ends only by failing, when a part cannot be begun at all.
    """
    async with asyncio.TaskGroup() as group:
        all_of_them = asyncio.gather(*(_kept_running(name, words) for name, words in parts.items()))
        task = group.create_task(_nothing(all_of_them))
        try:
            yield task
        finally:
            task.cancel()


async def _nothing(parts: asyncio.Future[list[None]]) -> None:
    await parts


async def _kept_running(name: str, words: Sequence[str]) -> None:
    pause, first = _FIRST_PAUSE_S, True
    while True:
        begun = time.monotonic()
        code = await _run(words)
        lasted = time.monotonic() - begun
        if first and lasted < _WELL_AFTER_S:
            raise Refused("PART_FAILED", f"The {name} cannot be started: see the lines above.")
        pause, first = (_FIRST_PAUSE_S if lasted > _WELL_AFTER_S else min(2 * pause, _LONGEST_PAUSE_S)), False
        click.echo(f"The {name} ended with exit code {code}; it starts again in {pause:.0f} s.", err=True)
        await asyncio.sleep(pause)


async def _run(words: Sequence[str]) -> int:
    """Run one part to its end; told to stop ourselves, have it stop, and kill it only if it does not."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", *words),
        env=os.environ | {_PARENT: str(os.getpid())},
        # Ctrl-C in a terminal reaches a whole group of processes; this one is told by us, and once.
        start_new_session=True,
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _PATIENCE_S)
            except TimeoutError:
                process.kill()
                await process.wait()


def end_with_parent() -> None:
    """End this process in the orderly way once the process that began it is gone; if none of ours did, do nothing."""
    parent = os.environ.get(_PARENT)
    if parent is not None:
        threading.Thread(target=_watch, args=[int(parent)], daemon=True, name="parent").start()
        # What this process begins in turn has another parent.
        os.environ[_PARENT] = str(os.getpid())


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)
