"""What is said while the database is away, takes no changes or is altered: what to do, and when to try again."""

from __future__ import annotations

from domain.outages import Outage

MESSAGES = {
    Outage.UNAVAILABLE: "The database does not answer: try again in a moment. A change that is sent again with the "
    "same idempotency key is not made twice.",
    Outage.READ_ONLY: "For now Tandem can be read and not changed: no database that takes changes can be reached. Try "
    "again in a few seconds, with the same idempotency key; if it stays so, tell whoever runs this server to start the "
    "primary or to promote a standby.",
    Outage.ALTERED: "The database lacks something that this version of Tandem has made there: it was changed by hand, "
    "or another version was there. Tell whoever runs this server: /readyz and the log say what is missing.",
}

RETRY_AFTER_S = {Outage.UNAVAILABLE: 1, Outage.READ_ONLY: 5, Outage.ALTERED: 60}
"""After how many seconds it is worth trying again."""
