"""What is not kept for ever: what has done its work and is of no use to anybody a while later.

Everything else stays: histories, the journal and the ledger are what Tandem is for.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import CursorResult, Delete, Update, delete, exists, select, update

from domain.assessments.round_models import Round, RoundInvitation, RoundState
from domain.calendar import today
from domain.journal.models import Job, JournalEntry
from domain.sessions.models import Session
from domain.sessions.presence import CheckInLink
from domain.work import Work

MOST: Final = 1000
"""How many rows of a kind go at a time, so that nobody waits long for one transaction."""

_MOST_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much went, of each kind."""

    jobs: int
    check_in_links: int
    round_links: int
    idempotency_keys: int

    @property
    def more(self) -> bool:
        """Whether there may be more to remove."""
        return any(astuple(self))


async def tidy(work: Work, *, keep: timedelta) -> Tidied:
    """Remove some of what has been of no use for as long as `keep`; done again, it goes on, until nothing is left.

    Gone then are jobs that were done, check-in links of sessions that are over, the links to rounds that are published,
    and idempotency keys: a request that is repeated later than that is carried out as a new one.
    """
    return Tidied(
        jobs=await _done(work, _jobs(work, keep)),
        check_in_links=await _done(work, _check_in_links(work, keep)),
        round_links=await _done(work, _round_links(work, keep)),
        idempotency_keys=await _done(work, _idempotency_keys(work, keep)),
    )


async def _done(work: Work, statement: Delete | Update) -> int:
    unsynchronized = statement.execution_options(synchronize_session=False)
    done = await work.session.execute(unsynchronized)
    assert isinstance(done, CursorResult)
    return done.rowcount


def _jobs(work: Work, keep: timedelta) -> Delete:
    """Those that were given up stay: they say that something is amiss."""
    old = select(Job.id).where(Job.done_at < work.now - keep).order_by(Job.done_at)
    return delete(Job).where(Job.id.in_(old.limit(MOST).with_for_update(skip_locked=True)))


def _check_in_links(work: Work, keep: timedelta) -> Delete:
    old = (
        select(CheckInLink.id)
        .join(Session, Session.id == CheckInLink.session_id)
        .where(Session.ends_at < work.now - keep)
        .order_by(Session.ends_at)
    )
    locked = old.limit(MOST).with_for_update(of=CheckInLink, skip_locked=True)
    return delete(CheckInLink).where(CheckInLink.id.in_(locked))


def _round_links(work: Work, keep: timedelta) -> Update:
    """All of a round at once, as always: what lies apart from the rest would say something."""
    linked = exists().where(RoundInvitation.round_id == Round.id, RoundInvitation.token_hash.is_not(None))
    old = (
        select(Round.id)
        .where(Round.state == RoundState.PUBLISHED, Round.published_on < today(work.now - keep), linked)
        .order_by(Round.published_on)
        .limit(_MOST_ROUNDS)
    )
    return update(RoundInvitation).where(RoundInvitation.round_id.in_(old)).values(token_hash=None)


def _idempotency_keys(work: Work, keep: timedelta) -> Update:
    """The entries themselves stay."""
    old = (
        select(JournalEntry.id)
        .where(JournalEntry.recorded_at < work.now - keep, JournalEntry.idempotency_key.is_not(None))
        .order_by(JournalEntry.recorded_at)
    )
    locked = old.limit(MOST).with_for_update(skip_locked=True)
    return (
        update(JournalEntry)
        .where(JournalEntry.id.in_(locked))
        .values(idempotency_key=None, request_hash=None)
    )
