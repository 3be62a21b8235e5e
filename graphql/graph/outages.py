"""What is said while the database is away, or takes no changes: what to do, and when to try again."""

from __future__ import annotations

from domain.outages import Outage

MESSAGES = {
    Outage.UNAVAILABLE: "The database does not answer: try again in a moment. A change that is sent again with the "
    "same idempotency key is not made twice.",
    Outage.READ_ONLY: "For now Tandem can be read and not changed: no database that takes changes can be reached. Try "
    "again in a few seconds, with the same idempotency key; if it stays so, tell whoever runs this server to start the "
    "primary or to promote a standby.",
}

RETRY_AFTER_S = {Outage.UNAVAILABLE: 1, Outage.READ_ONLY: 5}
"""After how many seconds it is worth trying again."""
