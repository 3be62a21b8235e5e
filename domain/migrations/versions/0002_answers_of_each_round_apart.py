"""Answers of each round in a table of their own, and no statistics of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ALL = ("id", "programme_id", "round_id", "groups", "answers", "comments")
_WITHOUT_STATISTICS = ", ".join(f"ALTER {name} SET STATISTICS 0" for name in _ALL)
_NO_STATISTICS = (
    f"ALTER TABLE round_answers {_WITHOUT_STATISTICS}",
    "ALTER TABLE round_invitations ALTER answered SET STATISTICS 0, ALTER token_hash SET STATISTICS 0",
)

# An analyze of 0.1.0 has copied answers and comments into PostgreSQL's own tables, where they outlived the rows. Only a
# VACUUM FULL leaves none of their bytes there, and that cannot be part of a transaction. It says what it had to keep.
BEFOREHAND = (
    *_NO_STATISTICS,
    """
    SELECT pg_clear_attribute_stats(n.nspname, c.relname, a.attname, inherited)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
        unnest(ARRAY[false, true]) inherited
    WHERE n.nspname = current_schema() AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget = 0
        AND c.relname IN ('round_answers', 'round_invitations')
    """,
    """
    DO $$ DECLARE made regclass; BEGIN
        FOR made IN SELECT oid FROM pg_statistic_ext WHERE stxrelid IN (
            'round_answers'::regclass, 'round_invitations'::regclass
        ) LOOP EXECUTE format('DROP STATISTICS %s', made); END LOOP;
    END $$
    """,
    "VACUUM (FULL, VERBOSE) pg_statistic",
    "VACUUM (FULL, VERBOSE) pg_statistic_ext_data",
)


def upgrade() -> None:
    for statement in _NO_STATISTICS:
        op.execute(statement)
    op.drop_index(op.f("ix_round_answers_programme_id_round_id"), table_name="round_answers")
    op.drop_constraint(op.f("fk_round_answers_round_id"), "round_answers", type_="foreignkey")
    op.drop_constraint(op.f("fk_round_answers_programme_id"), "round_answers", type_="foreignkey")
    with_answers = sa.text("SELECT id FROM rounds WHERE state IN ('OPEN', 'CLOSED') ORDER BY id")
    for round_id in op.get_bind().scalars(with_answers).all():
        _move(f"round_answers_{round_id.hex}", str(round_id))
    # Not emptied: a new file, in which nothing of the published rounds is left either.
    op.execute("TRUNCATE ONLY round_answers")
    op.execute(
        """
CREATE FUNCTION answers_are_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'answers are kept in the table of their round, not in %', TG_TABLE_NAME USING ERRCODE = 'TD003';
END $$
"""
    )
    op.execute(
        "CREATE TRIGGER answers_are_apart BEFORE INSERT ON round_answers "
        "FOR EACH ROW EXECUTE FUNCTION answers_are_apart()"
    )


def _move(name: str, round_id: str) -> None:
    op.execute(
        f"CREATE TABLE {name} (PRIMARY KEY (id), CHECK (round_id = '{round_id}')) INHERITS (round_answers)"
    )
    op.execute(f"ALTER TABLE {name} {_WITHOUT_STATISTICS}")
    moved = ", ".join(_ALL[1:])
    op.execute(
        f"INSERT INTO {name} (id, {moved}) SELECT gen_random_uuid(), {moved} "  # noqa: S608 - names of our own
        f"FROM ONLY round_answers WHERE round_id = '{round_id}' ORDER BY gen_random_uuid()"
    )
