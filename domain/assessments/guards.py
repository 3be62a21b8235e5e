"""What the database itself keeps as it is: instruments, and everything about a round that was published."""

from __future__ import annotations

from typing import Final

STAYS_WITH_ROUND: Final = """
CREATE FUNCTION stays_with_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_round uuid;
    its_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN its_round := OLD.round_id; ELSE its_round := NEW.round_id; END IF;
    SELECT state INTO its_state FROM rounds WHERE id = its_round;
    IF its_state = 'PUBLISHED' THEN
        RAISE EXCEPTION 'round % is published, so what is in % stays as it is', its_round, TG_TABLE_NAME
            USING ERRCODE = 'TD003';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""

_NEVER: Final = (
    "instruments",
    "instrument_dimensions",
    "instrument_bands",
    "instrument_items",
    "instrument_themes",
    "results",
    "round_comments",
    "comparisons",
)

ASSESSMENT_TRIGGERS: Final = (
    *(
        f"CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION stays()"
        for table in _NEVER
    ),
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON rounds FOR EACH ROW "
    "WHEN (OLD.state = 'PUBLISHED') EXECUTE FUNCTION stays()",
    "CREATE TRIGGER stays_with_round BEFORE INSERT OR UPDATE OR DELETE ON round_cells "
    "FOR EACH ROW EXECUTE FUNCTION stays_with_round()",
    "CREATE TRIGGER stays_with_round BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION stays_with_round()",
    "CREATE TRIGGER stays_with_round BEFORE INSERT ON round_comments "
    "FOR EACH ROW EXECUTE FUNCTION stays_with_round()",
)
