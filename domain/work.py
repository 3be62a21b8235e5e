"""A piece of work: one transaction, one actor, one moment, one effective date.

Every command takes a `Work` first and does four things with it: find what it changes (is it visible?),
require the permission (is it allowed?), let the row change itself, and record what happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, func, inspect, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain import outbox
from domain.access.viewers import Permission, Viewer
from domain.access.visibility import visible
from domain.calendar import in_words, plausible, today
from domain.database import Database
from domain.errors import Forbidden, KeyReused, NotFound, Refused, Stale
from domain.models import HISTORY, Job, JournalEntry
from domain.tables import Identified, Tracked

Row = TypeVar("Row", bound=Identified)

_ONE_USE_OF_A_KEY = "uq_journal_idempotency_key"


@dataclass(slots=True)
class Work:
    """What a command needs to know and to do. `now` is the moment of recording, `on` the date it takes effect.

    `handed` is what whoever asked is told once and what is kept nowhere, such as links with tokens; by name.
    """

    session: AsyncSession
    viewer: Viewer
    now: datetime
    on: date
    idempotency_key: str | None = None
    request_hash: str | None = None
    entries: list[JournalEntry] = field(default_factory=list)
    handed: dict[str, Any] = field(default_factory=dict)

    async def find(
        self,
        model: type[Row],
        row_id: UUID,
        *,
        for_update: bool = False,
        expected_version: int | None = None,
        named: str | None = None,
    ) -> Row:
        """The row with that id, if the viewer can see it; `named` is the input field that gave the id.

        Raises:
            NotFound: there is none, or the viewer cannot see it.
            Stale: it is tracked, and not at the version that the caller expected.
            Refused: EARLIER_THAN_KNOWN, where it is to be changed on a date before it was known.
        """
        row = await self._look_up(select(model).where(model.id == row_id, *self._sees(model)), for_update)
        if row is None:
            raise NotFound(_words(model.__name__), field=named)
        if expected_version is not None and isinstance(row, Tracked) and row.version != expected_version:
            raise Stale(expected_version, row.version)
        if for_update and isinstance(row, Tracked) and self.on < row.valid_from:
            await self._require_known(row)
        return row

    async def _require_known(self, row: Tracked) -> None:
        """What is added to a record on a date before it was known would then belong to nothing."""
        versions = HISTORY[type(row)].c
        since = await self.session.scalar(select(func.min(versions.valid_from)).where(versions.id == row.id))
        if since is not None and self.on < since:
            raise Refused(
                "EARLIER_THAN_KNOWN",
                f"This is known since {in_words(since)}. Date your change on or after that day.",
                field="effectiveOn",
            )

    async def _look_up(self, statement: Select[Row], for_update: bool) -> Row | None:  # noqa: FBT001
        if for_update:
            # Other transactions may go on to refer to the row: its key stays as it is.
            locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
            return (await self.session.execute(locked)).scalar_one_or_none()
        # What a command has changed so far is sent when it was recorded, not because it looked something up.
        with self.session.no_autoflush:
            return (await self.session.execute(statement)).scalar_one_or_none()

    def _sees(self, model: type[Any]) -> list[ColumnElement[bool]]:
        condition = visible(
            model, model, self.viewer.role, literal(self.viewer.person_id, Uuid()), literal(self.on)
        )
        return [] if condition is None else [condition]

    def require(self, permission: Permission) -> None:
        """Go on only if the viewer may.

        Raises:
            Forbidden: the viewer's role does not allow it.
        """
        if not self.viewer.may(permission):
            raise Forbidden(
                f"As a {_words(self.viewer.role.value)} you can look at this, not change it. Ask an administrator."
            )

    def add(self, row: Row) -> Row:
        """A new row, with its id at once."""
        if row.id is None:
            row.id = uuid7()
        self.session.add(row)
        return row

    async def remove(self, row: Tracked) -> None:
        """Take a row out of the present; the past keeps it.

        Raises:
            Refused: EARLIER_THAN_KNOWN, where that would take it out of the past as well.
        """
        await self.session.delete(row)
        await self.save()

    async def save(self, conflicts: Mapping[str, Refused] | None = None) -> None:
        """Send what has changed so far to the database.

        `conflicts` says by the name of a constraint what to tell when the database finds it broken: only the
        database sees what other transactions do at the same moment.

        Raises:
            Refused: one of the conflicts; this transaction cannot go on then.
        """
        try:
            await self.session.flush()
        except IntegrityError as broken:
            refusal = {_ONE_USE_OF_A_KEY: KeyReused(), **(conflicts or {})}.get(_constraint(broken))
            if refusal is None:
                raise
            raise refusal from broken

    async def alone(self, matter: str) -> None:
        """Wait until no other transaction is at that matter, and keep it until this one ends.

        For rules over many rows, such as that a chain of parents is no circle: a lock on one row is not
        enough.
        """
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(matter, 0))))

    def record(self, command: str, subject: Identified, **details: Any) -> JournalEntry:
        """Write the journal: what was done to which record, with every field that changed and any further details."""
        changes = {
            name: [_plain(before), _plain(after)] for name, (before, after) in _changes(subject).items()
        }
        changes |= {name: [None, _plain(value)] for name, value in details.items()}
        return self._enter(command, subject, changes)

    def record_removal(self, command: str, subject: Tracked) -> JournalEntry:
        """Write the journal: which record is taken out, with everything that it said."""
        return self._enter(
            command, subject, {name: [_plain(value), None] for name, value in _values(subject).items()}
        )

    def _enter(self, command: str, subject: Identified, changes: dict[str, Any]) -> JournalEntry:
        programme_id = (
            subject.id if type(subject).__name__ == "Programme" else getattr(subject, "programme_id", None)
        )
        first = not self.entries
        entry = JournalEntry(
            id=uuid7(),
            valid_from=self.on,
            recorded_at=self.now,
            actor_id=self.viewer.person_id,
            command=command,
            subject_type=type(subject).__name__,
            subject_id=subject.id,
            programme_id=programme_id,
            changes=changes,
            idempotency_key=self.idempotency_key if first else None,
            request_hash=self.request_hash if first else None,
        )
        self.entries.append(entry)
        self.session.add(entry)
        return entry

    async def enqueue(
        self, function: str, key: str, *, due_at: datetime | None = None, **arguments: Any
    ) -> Job:
        """Have a worker do something once this transaction is committed; see `domain.outbox.enqueue`."""
        return await outbox.enqueue(
            self.session, function, key, due_at=due_at or self.now, arguments=arguments
        )


@asynccontextmanager
async def work(
    database: Database,
    viewer: Viewer,
    *,
    now: datetime,
    on: date | None = None,
    idempotency_key: str | None = None,
    request_hash: str | None = None,
) -> AsyncIterator[Work]:
    """A transaction in which a viewer acts; it takes effect on `on`, or today.

    Raises:
        Refused: FUTURE_CHANGE or BAD_DATE.
    """
    effective = _effective(now, on)
    async with database.transaction(effective_on=effective) as session:
        yield Work(session, viewer, now, effective, idempotency_key, request_hash)


def _effective(now: datetime, on: date | None) -> date:
    """The date from which changes hold. The present is what the tables say, so it cannot lie in the future."""
    latest = today(now)
    effective = plausible(on or latest, "effective_on")
    if effective > latest:
        raise Refused(
            "FUTURE_CHANGE",
            f"A change takes effect today or earlier, not on {in_words(effective)}. "
            "What is planned for later goes into the dates of the record itself.",
            field="effectiveOn",
        )
    return effective


def _constraint(broken: IntegrityError) -> str:
    cause = getattr(broken.orig, "__cause__", None)
    return str(getattr(cause, "constraint_name", None) or "")


def _changes(row: Identified) -> dict[str, tuple[Any, Any]]:
    """What changed since the row was read, before and after."""
    state = inspect(row)
    changed: dict[str, tuple[Any, Any]] = {}
    for name, value in _values(row).items():
        past = state.attrs[name].history
        before = past.deleted[0] if past.deleted else None
        if past.has_changes() and before != value:
            changed[name] = (before, value)
    return changed


def _values(row: Identified) -> dict[str, Any]:
    """What a row says, without what Tandem keeps of it for itself."""
    names = (attribute.key for attribute in inspect(row).mapper.column_attrs)
    return {name: getattr(row, name) for name in names if name not in {"id", "version", "valid_from"}}


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _words(name: str) -> str:
    return "".join(
        f" {c.lower()}" if c.isupper() and i and not name.isupper() else c.lower() for i, c in enumerate(name)
    )
