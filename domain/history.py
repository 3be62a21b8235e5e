"""The past of tracked tables: where it is kept, and a table as of a date.

`<table>_history` has every version of a row, the present one too, with `valid_until`, the first date on which it was
no longer so, or infinity. So a table as of a date is one table with indexes of its own, and a question about the past
can be answered in the same ways as one about the present. One trigger writes it for all tables. A row that is changed
twice on one date leaves an entry that was never valid at the end of any day (`valid_from = valid_until`): audit keeps
it, no question as of a date finds it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    FromClause,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    select,
)

from domain.tables import Base, Derived, Recorded, Tracked

# What an exclusion constraint needs to keep the rows of different programmes apart without an extension.
UUID_RANGE = "CREATE TYPE uuid_range AS RANGE (subtype = uuid)"

# `tandem.effective_on` is set by the transaction: a deleted row has no new row to tell until when it was so.
KEEP_HISTORY = """
CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    history text := TG_TABLE_NAME || '_history';
    until date;
BEGIN
    IF TG_OP = 'UPDATE' THEN until := NEW.valid_from;
    ELSIF TG_OP = 'DELETE' THEN until := current_setting('tandem.effective_on')::date; END IF;
    IF until < OLD.valid_from THEN
        RAISE EXCEPTION 'the past of % % is not rewritten', TG_TABLE_NAME, OLD.id USING ERRCODE = 'TD001';
    END IF;
    IF TG_OP <> 'INSERT' THEN
        EXECUTE format('UPDATE %I SET valid_until = $1 WHERE id = $2 AND version = $3', history)
            USING until, OLD.id, OLD.version;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        EXECUTE format('INSERT INTO %1$I SELECT * FROM jsonb_populate_record(NULL::%1$I, $1)', history)
            USING to_jsonb(NEW) || '{"valid_until": "infinity"}';
    END IF;
    RETURN NULL;
END $$
"""


def keep_history_of(table: str) -> str:
    """The statement that gives a table its history trigger."""
    return (
        f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION keep_history()"
    )


def _history_table(table: Table) -> Table:
    key = ("id", "version" if "version" in table.c else "valid_from")
    return Table(
        f"{table.name}_history",
        table.metadata,
        # A column that a later version adds is unknown of the past; only the key is known of every row.
        *(Column(c.name, c.type, nullable=c.name not in key) for c in table.columns),
        Column("valid_until", Date, nullable=False),
        PrimaryKeyConstraint(*key),
        # With the period in the index, the versions of other times are passed over without a look at their rows.
        *(Index(None, *way, "valid_from", "valid_until") for way in _ways(table)),
    )


def _ways(table: Table) -> list[tuple[str, ...]]:
    """The ways into a table, by column: its past needs the same."""
    ways: list[Index | UniqueConstraint] = [
        *(index for index in table.indexes if index.dialect_kwargs.get("postgresql_where") is None),
        *(each for each in table.constraints if isinstance(each, UniqueConstraint)),
    ]
    return sorted({tuple(c.name for c in way.columns) for way in ways})


def with_history() -> dict[type[Tracked], Table]:
    """Give every tracked or derived table of the models that are loaded its history; those of the tracked by model."""
    tables: dict[type[Tracked], Table] = {}
    for mapper in Base.registry.mappers:
        model = mapper.class_
        if issubclass(model, Tracked | Derived):
            table = model.__table__
            assert isinstance(table, Table)
            known = table.metadata.tables.get(f"{table.name}_history")
            history = _history_table(table) if known is None else known
            if issubclass(model, Tracked):
                tables[model] = history
    return tables


def as_of(model: type[Any], on: ColumnElement[date]) -> FromClause:
    """The rows of a model as they were at the end of a date, as a selectable with the model's columns."""
    table = model.__table__
    if issubclass(model, Tracked | Derived):
        past = table.metadata.tables[f"{table.name}_history"]
        versions = select(*(past.c[c.name] for c in table.columns))
        return versions.where(past.c.valid_from <= on, past.c.valid_until > on).subquery()
    if issubclass(model, Recorded):
        return select(table).where(table.c.valid_from <= on).subquery()
    untouched_by_time: FromClause = table
    return untouched_by_time


# What was entered in the journal or the ledger, agreed as a baseline, or issued to a sponsor, is not taken back.
STAYS = """
CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is in %, such as %, stays as it is', TG_TABLE_NAME, OLD.id USING ERRCODE = 'TD003';
END $$
"""

STAYS_TRIGGERS = (
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION stays()",
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON baselines FOR EACH ROW EXECUTE FUNCTION stays()",
    "CREATE TRIGGER stays BEFORE DELETE ON journal FOR EACH ROW EXECUTE FUNCTION stays()",
    # The record that answered a request is known a moment after the entry is written, and its key is not kept for ever.
    "CREATE TRIGGER stays_but_for_the_answer BEFORE UPDATE ON journal FOR EACH ROW WHEN ("
    "(OLD.answer_id IS NOT NULL AND OLD.answer_id IS DISTINCT FROM NEW.answer_id) "
    "OR (NEW.idempotency_key IS NOT NULL AND NEW.idempotency_key IS DISTINCT FROM OLD.idempotency_key) "
    "OR (NEW.request_hash IS NOT NULL AND NEW.request_hash IS DISTINCT FROM OLD.request_hash) "
    "OR to_jsonb(OLD) - '{answer_id,idempotency_key,request_hash}'::text[] <> "
    "to_jsonb(NEW) - '{answer_id,idempotency_key,request_hash}'::text[]"
    ") EXECUTE FUNCTION stays()",
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON summaries FOR EACH ROW "
    "WHEN (OLD.state = 'ISSUED') EXECUTE FUNCTION stays()",
)
