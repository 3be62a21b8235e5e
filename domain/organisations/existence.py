"""Since when an organisation is known: its opening, or an earlier report that names it already."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select, update

from domain.models import HISTORY, Organisation
from domain.work import Work

# Before the first version of the row, which is 1.
_EARLIER = 0


async def stands_by(work: Work, organisation: Organisation) -> None:
    """Take what is known of an organisation back to the work's date, since a report of that date names it.

    What the past says of other things is not touched; without this, a programme of that date would have a lead that
    did not exist. Where the organisation is known at that date, nothing happens.
    """
    history = HISTORY[Organisation]
    past = select(func.min(history.c.valid_from)).where(history.c.id == organisation.id)
    first = min(filter(None, [organisation.valid_from, await work.session.scalar(past)]))
    if first <= work.on:
        return
    mine = (history.c.id == organisation.id, history.c.version == _EARLIER)
    moved = await work.session.execute(update(history).where(*mine).values(valid_from=work.on))
    if moved.rowcount == 0:  # type: ignore[attr-defined]
        await _remember(work, organisation, first)
    work.record("organisation.reported_early", organisation, reported_on=work.on)


async def _remember(work: Work, organisation: Organisation, until: date) -> None:
    table, history = Organisation.__table__, HISTORY[Organisation]
    own: dict[str, ColumnElement[Any]] = {
        "version": literal(_EARLIER),
        "valid_from": literal(work.on),
        "valid_until": literal(until),
    }
    names = [column.name for column in history.columns]
    values = [own[name] if name in own else table.c[name] for name in names]
    await work.session.execute(
        insert(history).from_select(names, select(*values).where(table.c.id == organisation.id))
    )
