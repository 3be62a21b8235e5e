"""Restores are noted, and idempotency keys may be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "restores",
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
    )
    op.execute("DROP TRIGGER stays_but_for_the_answer ON journal")
    op.execute(
        "CREATE TRIGGER stays_but_for_the_answer BEFORE UPDATE ON journal FOR EACH ROW WHEN ("
        "(OLD.answer_id IS NOT NULL AND OLD.answer_id IS DISTINCT FROM NEW.answer_id) "
        "OR (NEW.idempotency_key IS NOT NULL AND NEW.idempotency_key IS DISTINCT FROM OLD.idempotency_key) "
        "OR (NEW.request_hash IS NOT NULL AND NEW.request_hash IS DISTINCT FROM OLD.request_hash) "
        "OR to_jsonb(OLD) - '{answer_id,idempotency_key,request_hash}'::text[] <> "
        "to_jsonb(NEW) - '{answer_id,idempotency_key,request_hash}'::text[]"
        ") EXECUTE FUNCTION stays()"
    )
    op.create_index(
        op.f("ix_journal_keys"),
        "journal",
        ["recorded_at"],
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_jobs_done"), "jobs", ["done_at"], postgresql_where=sa.text("done_at IS NOT NULL")
    )
