"""The settings, the data directory and the machine."""

from __future__ import annotations

import difflib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.doctor.findings import Finding, Level
from domain.calendar import LONDON
from domain.errors import Refused
from domain.settings import NAMES, Settings
from domain.tracing import is_wanted

_LITTLE_ROOM = 1_000_000_000
_NO_ROOM = 100_000_000
# Of letters and digits, 20 have more than 100 bits.
_SHORTEST_TOKEN = 20
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Variables that look like settings and are none."""
    for name in sorted(environ):
        if name.startswith("TANDEM_") and name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.9)
            meant = f": did you mean {near[0]}?" if near else ": tandem --help lists all settings."
            yield Finding("settings", Level.WARNING, f"{name} is no setting of Tandem's{meant}")


def machine(settings: Settings) -> Iterator[Finding]:
    """Where data are kept, who is let in, and whether times of London can be told."""
    yield from _tokens(settings)
    if settings.database_url is None or settings.redis_url is None:
        yield from _directory(settings)
    try:
        ZoneInfo(str(LONDON))
    except ZoneInfoNotFoundError:
        yield Finding("time zones", Level.WRONG, f"Nothing is known of {LONDON}: install the package tzdata.")


def _tokens(settings: Settings) -> Iterator[Finding]:
    token = settings.admin_token
    if token is None and settings.host not in _HERE:
        yield Finding(
            "token",
            Level.WRONG,
            f"Tandem listens on {settings.host} and lets nobody in but its own machine: set TANDEM_ADMIN_TOKEN.",
        )
    elif token is None:
        yield Finding(
            "token", Level.NOTE, "There is no TANDEM_ADMIN_TOKEN, so only this machine is answered."
        )
    elif len(token) < _SHORTEST_TOKEN:
        yield Finding(
            "token",
            Level.WRONG,
            f"TANDEM_ADMIN_TOKEN can be guessed: give it {_SHORTEST_TOKEN} random characters or more.",
        )
    else:
        yield Finding("token", Level.OK, "TANDEM_ADMIN_TOKEN is long enough.")
    yield from _metrics_token(settings)


def _metrics_token(settings: Settings) -> Iterator[Finding]:
    token = settings.metrics_token
    if token is None:
        return
    if token == settings.admin_token:
        yield Finding(
            "token",
            Level.WRONG,
            "TANDEM_METRICS_TOKEN is the administrator's: whoever reads metrics could change all.",
        )
    elif len(token) < _SHORTEST_TOKEN:
        yield Finding(
            "token",
            Level.WARNING,
            f"TANDEM_METRICS_TOKEN can be guessed: give it {_SHORTEST_TOKEN} random characters or more.",
        )


def traces(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether traces can be sent, where they are wanted."""
    try:
        wanted = is_wanted(environ)
    except Refused as refusal:
        yield Finding("traces", Level.WRONG, refusal.message)
        return
    protocols = {environ.get(name) for name in _PROTOCOLS} - {None, "", "http/protobuf"}
    if wanted and protocols:
        yield Finding(
            "traces",
            Level.WARNING,
            f"They are sent by http/protobuf alone: give the endpoint for that, mostly port 4318, and unset "
            f"{' and '.join(name for name in _PROTOCOLS if environ.get(name))}.",
        )
    elif wanted:
        yield Finding("traces", Level.OK, "They are sent by OpenTelemetry.")


def _directory(settings: Settings) -> Iterator[Finding]:
    place = settings.data_dir
    # Of what lies in a directory that is closed to us, nothing can be said.
    there = next(above for above in (place, *place.parents) if os.access(above, os.F_OK))
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            "data directory",
            Level.WRONG,
            f"{there} cannot be written to: run Tandem as whom it belongs to, or set "
            "TANDEM_DATA_DIR to a directory of your own.",
        )
    elif there != place:
        yield Finding("data directory", Level.NOTE, f"{place} is not there yet: the first command makes it.")
    elif place.stat().st_uid != os.geteuid():
        yield Finding(
            "data directory", Level.WRONG, f"{place} belongs to another user: run Tandem as that user."
        )
    else:
        yield _room(place, shutil.disk_usage(place).free)


def _room(place: Path, free: int) -> Finding:
    level = Level.WRONG if free < _NO_ROOM else Level.WARNING if free < _LITTLE_ROOM else Level.OK
    more = "" if level is Level.OK else ": make room, or changes will be refused"
    return Finding("data directory", level, f"{place} has {free / 1e9:.1f} GB of room{more}.")
