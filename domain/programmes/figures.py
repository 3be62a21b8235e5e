"""What programmes are counted by, on any date, without a look at anything else.

The database derives it: whenever a programme, a milestone or a lead changes, in the same transaction, for the date of
the change and every later one. Nothing in it depends on the day of the question: dates are kept in order, and where a
day falls among them says how many are past (`width_bucket`, a binary search). So all programmes are counted in one
pass over this table alone.

Postgres takes a row apart from its beginning, in no time as far as columns have a fixed length. So what most questions
need is a column of fixed length, and words are in `programme_kinds`, which many programmes share.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Identity,
    Integer,
    UniqueConstraint,
    Uuid,
    case,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.programmes.models import DeliveryConfidence, ProgrammeStatus
from domain.tables import Base, Derived, words


class ProgrammeKind(Base):
    """What programmes are called by that are counted together; there are few of them, and none is ever changed."""

    __tablename__ = "programme_kinds"
    __table_args__ = (
        UniqueConstraint("status", "category", "delivery_confidence", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    status: Mapped[ProgrammeStatus] = mapped_column(words(ProgrammeStatus))
    category: Mapped[str | None]
    delivery_confidence: Mapped[DeliveryConfidence | None] = mapped_column(words(DeliveryConfidence))


class ProgrammeFigures(Derived):
    """A programme with its open milestones and its leads, as they are from `valid_from` on; `id` is the programme's.

    What else bears the name of an attribute of the programme is the same. `open_forecasts` has the forecast of each
    open milestone, the earliest first, which is `first_forecast` too; `slipped_milestones` is how many of them are
    expected later than was agreed. `lead_id` leads from `led_from` on; before, the organisation at each place of
    `earlier_leads` led from the date at that place of `earlier_since` on, in order. Null is where nobody leads.
    """

    __tablename__ = "programme_figures"

    id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"), primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("programme_kinds.id"))
    slipped_milestones: Mapped[int]
    first_forecast: Mapped[date | None]
    led_from: Mapped[date | None]
    lead_id: Mapped[UUID | None]
    heard_on: Mapped[date | None]
    open_forecasts: Mapped[list[date]] = mapped_column(ARRAY(Date))
    earlier_since: Mapped[list[date]] = mapped_column(ARRAY(Date))
    earlier_leads: Mapped[list[UUID | None]] = mapped_column(ARRAY(Uuid))


def open_milestones(figures: type[ProgrammeFigures]) -> ColumnElement[int]:
    """How many milestones are neither achieved nor cancelled."""
    return func.cardinality(figures.open_forecasts, type_=Integer())


def expected_before(figures: type[ProgrammeFigures], day: ColumnElement[date]) -> ColumnElement[int]:
    """How many open milestones are expected before a day."""
    # It counts the dates up to and including the day that it is given. Most programmes need not be looked through.
    among = func.width_bucket(day - literal_column("1", Integer), figures.open_forecasts, type_=Integer())
    return case((some_expected_before(figures, day), among), else_=literal_column("0", Integer))


def some_expected_before(figures: type[ProgrammeFigures], day: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an open milestone is expected before a day."""
    return figures.first_forecast < day


def led_by(figures: type[ProgrammeFigures], day: ColumnElement[date]) -> ColumnElement[UUID]:
    """The organisation that was named as the lead of a day; who holds its place since follows from successions."""
    earlier = cast("Any", figures.earlier_leads)[_earlier_lead_at(figures, day)]
    return cast("ColumnElement[UUID]", case((figures.led_from <= day, figures.lead_id), else_=earlier))


def led_since(figures: type[ProgrammeFigures], day: ColumnElement[date]) -> ColumnElement[date]:
    """From when on the lead of a day leads."""
    earlier = cast("Any", figures.earlier_since)[_earlier_lead_at(figures, day)]
    return cast("ColumnElement[date]", case((figures.led_from <= day, figures.led_from), else_=earlier))


def _earlier_lead_at(figures: type[ProgrammeFigures], day: ColumnElement[date]) -> ColumnElement[int]:
    return func.width_bucket(day, figures.earlier_since, type_=Integer())


# As of the end of a day, from the history alone: it has the present too.
FIGURES_OF: Final = """
CREATE FUNCTION figures_of(programme uuid, day date, OUT slipped_milestones integer, OUT first_forecast date,
    OUT led_from date, OUT lead_id uuid, OUT open_forecasts date[], OUT earlier_since date[], OUT earlier_leads uuid[])
STABLE LANGUAGE sql AS $$
    WITH parts AS (
        SELECT starts_on, ends_on, organisation_id FROM partners_history
        WHERE programme_id = programme AND role = 'LEAD' AND valid_from <= day AND valid_until > day
            AND (ends_on IS NULL OR ends_on > starts_on)
    ), turns AS (
        SELECT starts_on AS since, organisation_id AS lead FROM parts
        UNION ALL SELECT ends_on, NULL FROM parts
        WHERE ends_on IS NOT NULL AND NOT EXISTS (SELECT FROM parts next WHERE next.starts_on = parts.ends_on)
    ), led AS (
        SELECT count(*)::integer AS turns, coalesce(array_agg(since ORDER BY since), '{}') AS since,
            coalesce(array_agg(lead ORDER BY since), '{}') AS leads
        FROM turns
    ), planned AS (
        SELECT coalesce(array_agg(forecast_on ORDER BY forecast_on), '{}') AS forecasts,
            count(*) FILTER (WHERE forecast_on > baseline_on) AS slipped
        FROM milestones_history
        WHERE programme_id = programme AND valid_from <= day AND valid_until > day
            AND achieved_on IS NULL AND cancelled_on IS NULL
    )
    SELECT slipped, forecasts[1], since[turns], leads[turns], forecasts, since[1:turns - 1], leads[1:turns - 1]
    FROM planned, led
$$
"""

# A change may be dated earlier than one that is known already: all that was derived from its date on is derived anew.
# Each statement of PL/pgSQL sees what was committed before it began: the kind, too, that somebody else made meanwhile.
# By how much that changes the figures of all programmes is written with it (`domain.programmes.portfolio`).
DERIVE_FIGURES: Final = """
CREATE FUNCTION derive_figures(programme uuid, since date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE before portfolio_changes[];
BEGIN
    LOCK TABLE continuations IN ROW SHARE MODE;
    before := ARRAY(SELECT known FROM portfolio_changes_of(programme, since) known);
    INSERT INTO programme_kinds (status, category, delivery_confidence)
    SELECT status, category, delivery_confidence FROM programmes_history
    WHERE id = programme AND valid_until > since AND NOT EXISTS (
        SELECT FROM programme_kinds kind WHERE (kind.status, kind.category, kind.delivery_confidence)
            IS NOT DISTINCT FROM (programmes_history.status, programmes_history.category,
                programmes_history.delivery_confidence)
    )
    ON CONFLICT DO NOTHING;
    DELETE FROM programme_figures_history WHERE id = programme AND valid_from >= since;
    UPDATE programme_figures_history SET valid_until = since WHERE id = programme AND valid_until > since;
    INSERT INTO programme_figures_history (id, valid_from, valid_until, kind_id, heard_on, slipped_milestones,
        first_forecast, led_from, lead_id, open_forecasts, earlier_since, earlier_leads)
    SELECT programme, day, coalesce(lead(day) OVER (ORDER BY day), 'infinity'), kind.id, heard_on, figures.*
    FROM (
        SELECT since AS day
        UNION SELECT valid_from FROM programmes_history WHERE id = programme AND valid_from > since
        UNION SELECT day FROM milestones_history, unnest(ARRAY[valid_from, valid_until]) day
        WHERE programme_id = programme AND day > since AND day < 'infinity'
        UNION SELECT day FROM partners_history, unnest(ARRAY[valid_from, valid_until]) day
        WHERE programme_id = programme AND day > since AND day < 'infinity'
    ) days
    JOIN programmes_history its ON its.id = programme AND valid_from <= day AND valid_until > day
    JOIN programme_kinds kind ON kind.status = its.status AND kind.category IS NOT DISTINCT FROM its.category
        AND kind.delivery_confidence IS NOT DISTINCT FROM its.delivery_confidence,
    figures_of(programme, day) figures;
    INSERT INTO programme_figures (id, valid_from, kind_id, heard_on, slipped_milestones, first_forecast, led_from,
        lead_id, open_forecasts, earlier_since, earlier_leads)
    SELECT id, valid_from, kind_id, heard_on, slipped_milestones, first_forecast, led_from,
        lead_id, open_forecasts, earlier_since, earlier_leads
    FROM programme_figures_history WHERE id = programme AND valid_until = 'infinity'
    ON CONFLICT (id) DO UPDATE SET valid_from = excluded.valid_from, kind_id = excluded.kind_id,
        heard_on = excluded.heard_on, slipped_milestones = excluded.slipped_milestones,
        first_forecast = excluded.first_forecast, led_from = excluded.led_from, lead_id = excluded.lead_id,
        open_forecasts = excluded.open_forecasts, earlier_since = excluded.earlier_since,
        earlier_leads = excluded.earlier_leads;
    INSERT INTO portfolio_changes (figure, status, value, day, amount)
    SELECT figure, status, value, day, sum(amount)
    FROM (
        SELECT figure, status, value, day, -amount AS amount FROM unnest(before)
        UNION ALL SELECT figure, status, value, day, amount FROM portfolio_changes_of(programme, since)
    ) changes
    GROUP BY figure, status, value, day HAVING sum(amount) <> 0;
END $$
"""

KEEP_FIGURES: Final = """
CREATE FUNCTION keep_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'programmes' THEN PERFORM derive_figures(NEW.id, NEW.valid_from);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM derive_figures(OLD.programme_id, current_setting('tandem.effective_on')::date);
    ELSE PERFORM derive_figures(NEW.programme_id, NEW.valid_from); END IF;
    RETURN NULL;
END $$
"""

# Triggers fire in the order of their names: these after `keep_history`, of whose table they read.
FIGURES_TRIGGERS: Final = (
    "CREATE TRIGGER keep_history_then_figures AFTER INSERT ON programmes "
    "FOR EACH ROW EXECUTE FUNCTION keep_figures()",
    "CREATE TRIGGER keep_history_then_figures_of_changes AFTER UPDATE ON programmes FOR EACH ROW "
    "WHEN ((OLD.status, OLD.category, OLD.delivery_confidence, OLD.heard_on) IS DISTINCT FROM "
    "(NEW.status, NEW.category, NEW.delivery_confidence, NEW.heard_on)) EXECUTE FUNCTION keep_figures()",
    "CREATE TRIGGER keep_history_then_figures AFTER INSERT OR DELETE ON milestones "
    "FOR EACH ROW EXECUTE FUNCTION keep_figures()",
    "CREATE TRIGGER keep_history_then_figures_of_changes AFTER UPDATE ON milestones FOR EACH ROW "
    "WHEN ((OLD.forecast_on, OLD.baseline_on, OLD.achieved_on, OLD.cancelled_on) IS DISTINCT FROM "
    "(NEW.forecast_on, NEW.baseline_on, NEW.achieved_on, NEW.cancelled_on)) EXECUTE FUNCTION keep_figures()",
    "CREATE TRIGGER keep_history_then_figures AFTER INSERT OR UPDATE OR DELETE ON partners "
    "FOR EACH ROW EXECUTE FUNCTION keep_figures()",
)
