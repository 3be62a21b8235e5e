"""The same request twice: it is answered again and not done again."""

from __future__ import annotations

from sqlalchemy import select

from domain.errors import KeyReused, Refused
from domain.journal.models import JournalEntry
from domain.work import Work

_LONGEST_KEY = 200


async def earlier(work: Work) -> JournalEntry | None:
    """What this viewer did before with the idempotency key of this work; None without a key, or the first time.

    While another transaction is at work with the same key, this waits for its end. So ask first, then act.

    Raises:
        Refused: BAD_IDEMPOTENCY_KEY, or IDEMPOTENCY_KEY_REUSED where the key stood for another request.
    """
    key = work.idempotency_key
    if key is None:
        return None
    if not key.strip() or len(key) > _LONGEST_KEY or not key.isprintable():
        raise Refused(
            "BAD_IDEMPOTENCY_KEY",
            f"An idempotency key has 1 to {_LONGEST_KEY} characters that can be shown.",
            field="idempotencyKey",
        )
    actor = work.viewer.person_id
    await work.alone(f"idempotency key {actor} {key}")
    entry = await work.session.scalar(
        select(JournalEntry).where(
            JournalEntry.actor_id.is_not_distinct_from(actor), JournalEntry.idempotency_key == key
        )
    )
    if entry is not None and entry.request_hash != work.request_hash:
        raise KeyReused
    return entry
