"""Whether the figures that are kept of programmes are those that a count gives: each statement finds where not.

What is counted by is counted anew from the history of everything that it follows from, on each day on which any of that
changed; what is kept of all programmes, from what is kept of each.
"""

from __future__ import annotations

from typing import Final

_KEPT: Final = (
    "slipped_milestones",
    "first_forecast",
    "led_from",
    "lead_id",
    "open_forecasts",
    "earlier_since",
    "earlier_leads",
)


def _of(name: str) -> str:
    return ", ".join(f"{name}.{column}" for column in _KEPT)


FIGURES_DIFFER: Final = f"""
    WITH days AS (
        SELECT id AS programme, valid_from AS day FROM programmes_history
        UNION SELECT programme_id, day FROM milestones_history, unnest(ARRAY[valid_from, valid_until]) day
        UNION SELECT programme_id, day FROM partners_history, unnest(ARRAY[valid_from, valid_until]) day
    )
    SELECT format('programme %s: the figures kept for %s are not those counted', its.ref, day)
    FROM days
    JOIN programmes_history its ON its.id = programme AND its.valid_from <= day AND its.valid_until > day
    LEFT JOIN programme_figures_history kept
        ON kept.id = programme AND kept.valid_from <= day AND kept.valid_until > day
    LEFT JOIN programme_kinds kind ON kind.id = kept.kind_id, figures_of(programme, day) counted
    WHERE day < 'infinity'
        AND ({_of("kept")}, kept.heard_on, kind.status, kind.category, kind.delivery_confidence)
        IS DISTINCT FROM ({_of("counted")}, its.heard_on, its.status, its.category, its.delivery_confidence)
"""  # noqa: S608 - our own words
"""Lines of text: for which programme, from which day on."""

_KEPT_COLUMNS: Final = ", ".join(("id", "valid_from", "kind_id", "heard_on", *_KEPT))

PRESENT_FIGURES_DIFFER: Final = f"""
    WITH present AS (SELECT {_KEPT_COLUMNS} FROM programme_figures),
        latest AS (SELECT {_KEPT_COLUMNS} FROM programme_figures_history WHERE valid_until = 'infinity')
    SELECT DISTINCT format('programme %s: its present figures are not those of its history', id) FROM (
        (TABLE present EXCEPT TABLE latest) UNION ALL (TABLE latest EXCEPT TABLE present)
    ) differ
"""  # noqa: S608 - our own words

PORTFOLIO_DIFFERS: Final = """
    SELECT format('all programmes: %s%s of %s on %s is kept with %s too many', figure, ' ' || value, status, day,
        sum(amount))
    FROM (
        SELECT figure, status, value, starts_on AS day, amount FROM portfolio_totals WHERE span = 'DAY'
        UNION ALL SELECT figure, status, value, day, amount FROM portfolio_changes
        UNION ALL SELECT figure, known.status, value, day, -amount
        FROM programmes, portfolio_changes_of(programmes.id, '-infinity') known
    ) differ
    GROUP BY figure, status, value, day HAVING sum(amount) <> 0
"""

TOTALS_DIFFER: Final = """
    SELECT format('all programmes: %s%s of %s in the %s of %s is kept with %s too many', figure, ' ' || value, status,
        lower(span), starts_on, sum(amount))
    FROM (
        SELECT span, starts_on, figure, status, value, amount FROM portfolio_totals WHERE span <> 'DAY'
        UNION ALL SELECT longer, date_trunc(longer, starts_on)::date, figure, status, value, -amount
        FROM portfolio_totals, unnest(ARRAY['MONTH', 'YEAR']) longer WHERE span = 'DAY'
    ) differ
    GROUP BY span, starts_on, figure, status, value HAVING sum(amount) <> 0
"""
"""Lines of text: which figure of all programmes, by how much."""
