"""The ledger of moves. It adds up: the sum of a milestone's days is its forecast minus its baseline, always.

A date moves in one place, which gives the entry of the move (`Milestone.reforecast`, `Milestone.rebaseline`).
The entry is written here. The database checks the sum at the end of each transaction, whoever writes.
"""

from __future__ import annotations

from typing import Final

from domain.milestones.models import LedgerEntry
from domain.work import Work

# Looked at when the transaction commits, since the date and its entry are two statements. The milestone is
# read again: the row that fired may have been overtaken within the transaction.
LEDGER_ADDS_UP: Final = """
CREATE FUNCTION ledger_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    milestone uuid;
    slip integer;
    total bigint;
BEGIN
    IF TG_TABLE_NAME = 'milestones' THEN milestone := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN milestone := OLD.milestone_id;
    ELSE milestone := NEW.milestone_id; END IF;
    SELECT forecast_on - baseline_on INTO slip FROM milestones WHERE id = milestone;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT coalesce(sum(days), 0) INTO total FROM ledger_entries WHERE milestone_id = milestone;
    IF slip <> total THEN
        RAISE EXCEPTION 'the ledger of milestone % has % days, its dates are % apart', milestone, total, slip
            USING ERRCODE = 'TD002';
    END IF;
    RETURN NULL;
END $$
"""

# A milestone that begins on its baseline, or changes in anything but its dates, costs no look at its ledger.
LEDGER_TRIGGERS: Final = (
    "CREATE CONSTRAINT TRIGGER ledger_adds_up_at_creation AFTER INSERT ON milestones "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.forecast_on <> NEW.baseline_on) "
    "EXECUTE FUNCTION ledger_adds_up()",
    "CREATE CONSTRAINT TRIGGER ledger_adds_up_after_moves AFTER UPDATE ON milestones "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
    "WHEN (NEW.forecast_on <> OLD.forecast_on OR NEW.baseline_on <> OLD.baseline_on) "
    "EXECUTE FUNCTION ledger_adds_up()",
    "CREATE CONSTRAINT TRIGGER ledger_adds_up AFTER INSERT OR UPDATE OR DELETE ON ledger_entries "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_adds_up()",
)


def enter(work: Work, entry: LedgerEntry) -> LedgerEntry:
    """Write a move into the ledger, with who recorded it and when."""
    entry.recorded_at = work.now
    entry.recorded_by_id = work.viewer.person_id
    return work.add(entry)
