"""All programmes in figures, kept: by how much each figure rises or falls on which day.

Whatever is counted of a programme holds for a spell: from the date of a change, or from the day after an open milestone
was expected, until the next of these. A figure on a date is the sum of what came and went up to then; so the present
and every past date are answered alike, and no answer grows with the number of programmes.

The database writes it in the transaction that changes a programme (`domain.programmes.figures`): rows that are only
added, so nobody waits for anybody. `add_up` moves them into totals of days, months and years; a question reads the
years before its own, then the months, then the days. Either way the sum is the same. A count of `programme_figures`
gives it too, and a test compares both.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    cast,
    func,
    select,
    text,
    union_all,
)

from domain.milestones.rules import constant
from domain.moment import Moment
from domain.programmes.health import SILENT_AFTER, Health
from domain.programmes.portfolio_models import PORTFOLIO_CHANGES, PORTFOLIO_TOTALS, Span
from domain.work import Work

DUE_WITHIN: Final = timedelta(days=90)
"""Up to how long before the date for which it is expected an open milestone is due."""


def portfolio(at: Moment) -> Subquery:
    """The figures of all programmes at a moment, in rows that have yet to be added up for each figure and value."""
    totals, changes = PORTFOLIO_TOTALS.c, PORTFOLIO_CHANGES.c
    year, month = (cast(func.date_trunc(constant(span), at.on), Date) for span in (Span.YEAR, Span.MONTH))
    return union_all(
        _totals(Span.YEAR, totals.starts_on < year),
        _totals(Span.MONTH, and_(totals.starts_on >= year, totals.starts_on < month)),
        _totals(Span.DAY, and_(totals.starts_on >= month, totals.starts_on <= at.on)),
        select(changes.figure, changes.status, changes.value, changes.amount).where(changes.day <= at.on),
    ).subquery()


def _totals(span: Span, within: ColumnElement[bool]) -> Select[Any, Any, Any, Any]:
    totals = PORTFOLIO_TOTALS.c
    return select(totals.figure, totals.status, totals.value, totals.amount).where(
        totals.span == constant(span), within
    )


async def add_up(work: Work) -> None:
    """Move what was written since the last time into the totals; a question meanwhile finds it here or there."""
    await work.alone("adding up the portfolio")
    await work.session.execute(text(ADD_UP))


ADD_UP: Final = f"""
    WITH moved AS (DELETE FROM portfolio_changes RETURNING *)
    INSERT INTO portfolio_totals AS known (span, starts_on, figure, status, value, amount)
    SELECT span, CAST(date_trunc(span, day) AS date) AS starts_on, figure, status, value, sum(amount)
    FROM moved, unnest(ARRAY{list(map(str, Span))}) span
    GROUP BY span, starts_on, figure, status, value
    ON CONFLICT (span, starts_on, figure, status, value) DO UPDATE SET amount = known.amount + excluded.amount
"""  # noqa: S608 - our own words


# When who leads changes, in one version of a programme's figures; before anybody does, nobody leads.
TURNS_OF: Final = """
CREATE FUNCTION turns_of(its programme_figures_history) RETURNS TABLE (organisation uuid, since date, until date)
STABLE LANGUAGE sql AS $$
    SELECT organisation, since, coalesce(lead(since) OVER (ORDER BY since), 'infinity')
    FROM (
        SELECT NULL::uuid AS organisation, '-infinity'::date AS since
        UNION ALL SELECT lead, day FROM unnest(its.earlier_leads, its.earlier_since) earlier (lead, day)
        UNION ALL SELECT its.lead_id, its.led_from WHERE its.led_from IS NOT NULL
    ) turns
$$
"""

# Worst first, as `health` has it: a spell begins where that of whatever is worse has not.
PORTFOLIO_CHANGES_OF: Final = f"""
CREATE FUNCTION portfolio_changes_of(programme uuid, since date) RETURNS SETOF portfolio_changes
STABLE LANGUAGE sql AS $$
    WITH versions AS (
        SELECT its, its.*, kind.status, kind.category, kind.delivery_confidence,
            coalesce(its.first_forecast + 1, 'infinity') AS overdue_from,
            coalesce(its.heard_on + {SILENT_AFTER.days} + 1, '-infinity') AS silent_from
        FROM programme_figures_history its JOIN programme_kinds kind ON kind.id = its.kind_id
        WHERE its.id = programme AND its.valid_until > since
    ), turns AS (
        SELECT valid_from, valid_until, status, turn.* FROM versions, turns_of(its) turn
    ), spells (valid_from, valid_until, status, figure, value, amount, starts, ends) AS (
        SELECT valid_from, valid_until, status, spell.* FROM versions, LATERAL (VALUES
            ('programmes', NULL, 1, '-infinity', 'infinity'),
            ('status', status, 1, '-infinity', 'infinity'),
            ('category', category, 1, '-infinity', 'infinity'),
            ('delivery_confidence', delivery_confidence, 1, '-infinity', 'infinity'),
            ('milestones_open', NULL, cardinality(open_forecasts), '-infinity', 'infinity'),
            ('milestones_slipped', NULL, slipped_milestones, '-infinity', 'infinity'),
            ('health', '{Health.OVERDUE}', 1, overdue_from, 'infinity'),
            ('health', '{Health.SLIPPING}', (slipped_milestones > 0)::integer, '-infinity', overdue_from),
            ('health', '{Health.SILENT}', (slipped_milestones = 0)::integer, silent_from, overdue_from),
            ('health', '{Health.ON_TRACK}', (slipped_milestones = 0)::integer, '-infinity',
                least(silent_from, overdue_from))
        ) spell (figure, value, amount, starts, ends)
        UNION ALL
        SELECT valid_from, valid_until, status, spell.*
        FROM versions, unnest(open_forecasts) forecast, LATERAL (VALUES
            ('milestones_overdue', NULL, 1, forecast + 1, 'infinity'),
            ('milestones_due', NULL, 1, forecast - {DUE_WITHIN.days} + 1, forecast + 1)
        ) spell (figure, value, amount, starts, ends)
        UNION ALL
        SELECT valid_from, valid_until, status, 'lead_id', organisation::text, 1, since, until FROM turns
        UNION ALL
        SELECT valid_from, valid_until, status, 'lead_id', moved.organisation::text, moved.amount, from_on,
            least(until, until_on)
        FROM turns JOIN continuations ON organisation_id = organisation AND from_on > since,
            LATERAL (VALUES (organisation, -1), (holder_id, 1)) moved (organisation, amount)
    )
    SELECT figure, status, value, day, sum(change)::integer
    FROM (
        SELECT figure, status, value, amount, greatest(valid_from, portfolio_changes_of.since, starts) AS starts,
            least(valid_until, ends) AS ends
        FROM spells
    ) clipped, LATERAL (VALUES (starts, amount), (ends, -amount)) changes (day, change)
    WHERE starts < ends AND day < 'infinity'
    GROUP BY figure, status, value, day HAVING sum(change) <> 0
$$
"""  # noqa: S608 - our own words

# Whoever writes continuations has locked their table, so no programme gets a lead meanwhile.
MOVE_LEADS: Final = """
CREATE FUNCTION move_leads() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved continuations := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    INSERT INTO portfolio_changes (figure, status, value, day, amount)
    SELECT 'lead_id', status, value, day, sum(CASE TG_OP WHEN 'DELETE' THEN -change ELSE change END)
    FROM (
        SELECT kind.status, greatest(its.valid_from, moved.from_on) AS starts,
            least(its.valid_until, turn.until, moved.until_on) AS ends
        FROM programme_figures_history its JOIN programme_kinds kind ON kind.id = its.kind_id, turns_of(its) turn
        WHERE moved.organisation_id = ANY (its.lead_id || its.earlier_leads)
            AND turn.organisation = moved.organisation_id AND turn.since < moved.from_on
    ) spells, LATERAL (VALUES
        (moved.organisation_id::text, starts, -1), (moved.holder_id::text, starts, 1),
        (moved.organisation_id::text, ends, 1), (moved.holder_id::text, ends, -1)
    ) changes (value, day, change)
    WHERE starts < ends AND day < 'infinity'
    GROUP BY status, value, day HAVING sum(change) <> 0;
    RETURN NULL;
END $$
"""

PORTFOLIO_TRIGGERS: Final = (
    "CREATE TRIGGER move_leads AFTER INSERT OR DELETE ON continuations FOR EACH ROW EXECUTE FUNCTION move_leads()",
)
