"""People say themselves that they are at a session, by a link of their own that works once.

The link works from 30 minutes before the session begins to 30 minutes after it ends. It is told once, to whoever issued
it; the database keeps the SHA-256 of its 256 random bits and nothing from which it could be made again.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Final
from uuid import UUID

from sqlalchemy import select

from domain.calendar import LONDON, in_words
from domain.errors import Refused
from domain.people.models import Person
from domain.sessions.attendance import MARGIN, require_begun, rows_of
from domain.sessions.locks import part_to_change
from domain.sessions.models import Session
from domain.sessions.people import expected_at, is_expected, require_expected
from domain.sessions.presence import Attendance, AttendanceMode, AttendanceStatus, CheckInLink, mode_in
from domain.work import Work

_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """A link as it is told once: whose it is, and what makes it work."""

    person_id: UUID
    token: str


async def issue(work: Work, session_id: UUID, *, person_ids: Sequence[UUID] | None = None) -> Session:
    """Make check-in links for people expected at a session, or for all of them who have none yet.

    A new link for somebody replaces the one before, which then no longer works. The links are told in the answer, this
    once: they are kept nowhere.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, CHECK_IN_OVER, NOT_EXPECTED or NOBODY.
    """
    _, session = await part_to_change(work, Session, session_id)
    session.require_on()
    _require_not_over(session, work.now)
    known = {link.person_id: link for link in await _links(work, session)}
    if person_ids is None:
        people = [person.id for person in await expected_at(work, session) if person.id not in known]
    else:
        people = list(dict.fromkeys(person_ids))
        await require_expected(work, session, *people, named="personIds")
    if not people:
        raise Refused(
            "NOBODY",
            "Everybody who is expected has a link already. Say who needs a new one.",
            field="personIds",
        )
    work.handed["links"] = [_issue(work, session, each, known.get(each)) for each in people]
    work.record("session.check_in_links_issued", session, person_ids=[str(each) for each in people])
    await work.save()
    return session


async def check_in(work: Work, *, token: str, mode: AttendanceMode | None = None) -> Attendance:
    """Say by one's own link that one is at a session. It works once, for whoever has the link.

    Raises:
        Refused: CHECK_IN_UNKNOWN, CHECK_IN_USED, SESSION_CANCELLED, NOT_YET, CHECK_IN_OVER, NO_LONGER_EXPECTED,
            MODE_REQUIRED or OTHER_MODE.
    """
    session, link = await _opened(work, token, for_update=True)
    _require_open(session, link, work.now)
    how = mode_in(session, AttendanceStatus.PRESENT, mode)
    if not await is_expected(work, session, link.person_id):
        raise Refused(
            "NO_LONGER_EXPECTED", "You are no longer in a cohort of this session. Ask whoever facilitates it."
        )
    [attendance] = await rows_of(work, session, [link.person_id])
    attendance.state(AttendanceStatus.PRESENT, how)
    attendance.checked_in_at = link.used_at = work.now
    work.record("attendance.checked_in", attendance)
    await work.save()
    return attendance


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a person is shown before they check in: who they are, to what, and why it cannot be done, if it cannot."""

    name: str
    session: Session
    refusal: Refused | None


async def greet(work: Work, token: str) -> Greeting:
    """Look at a link without using it.

    Raises:
        Refused: CHECK_IN_UNKNOWN.
    """
    session, link = await _opened(work, token)
    person = (await work.session.execute(select(Person).where(Person.id == link.person_id))).scalar_one()
    try:
        _require_open(session, link, work.now)
    except Refused as refusal:
        return Greeting(person.name, session, refusal)
    return Greeting(person.name, session, None)


async def holder_of(work: Work, token: str) -> UUID:
    """The person whose link it is.

    Raises:
        Refused: CHECK_IN_UNKNOWN.
    """
    _, link = await _opened(work, token)
    return link.person_id


def _issue(work: Work, session: Session, person_id: UUID, known: CheckInLink | None) -> Issued:
    link = known or work.add(
        CheckInLink(programme_id=session.programme_id, session_id=session.id, person_id=person_id)
    )
    secret = secrets.token_bytes(_SECRET_BYTES)
    link.secret_hash, link.issued_at, link.used_at = sha256(secret).hexdigest(), work.now, None
    return Issued(person_id, urlsafe_b64encode(link.id.bytes + secret).decode())


async def _links(work: Work, session: Session) -> list[CheckInLink]:
    found = select(CheckInLink).where(CheckInLink.session_id == session.id).with_for_update()
    return list(await work.session.scalars(found))


async def _opened(work: Work, token: str, *, for_update: bool = False) -> tuple[Session, CheckInLink]:
    """The session and the link of a token, locked in this order if they are to be changed."""
    link_id, secret = _read(token)
    session = (
        select(Session)
        .join(CheckInLink, CheckInLink.session_id == Session.id)
        .where(CheckInLink.id == link_id)
    )
    link = select(CheckInLink).where(CheckInLink.id == link_id)
    if for_update:
        session, link = session.with_for_update(of=Session, key_share=True), link.with_for_update()
    found = await work.session.scalar(session), await work.session.scalar(link)
    # Compared in constant time: how long a wrong answer takes tells nothing of the right one.
    if (
        found[0] is None
        or found[1] is None
        or not compare_digest(sha256(secret).hexdigest(), found[1].secret_hash)
    ):
        raise Refused(
            "CHECK_IN_UNKNOWN",
            "This link does not work. Copy all of it, or ask whoever facilitates the session for a new one.",
            field="token",
        )
    return found[0], found[1]


def _read(token: str) -> tuple[UUID, bytes]:
    """The id of a link and its secret, as a token says them; of what is no token, an id and a secret of nothing."""
    try:
        content = urlsafe_b64decode(token.strip().encode("ascii"))
    except ValueError:
        content = b""
    if len(content) != _ID_BYTES + _SECRET_BYTES:
        content = bytes(_ID_BYTES + _SECRET_BYTES)
    return UUID(bytes=content[:_ID_BYTES]), content[_ID_BYTES:]


def _require_open(session: Session, link: CheckInLink, now: datetime) -> None:
    if link.used_at is not None:
        at = link.used_at.astimezone(LONDON)
        raise Refused(
            "CHECK_IN_USED",
            f"You checked in at {at:%H:%M} on {in_words(at.date())}. There is nothing left to do.",
        )
    session.require_on()
    require_begun(session, now)
    _require_not_over(session, now)


def _require_not_over(session: Session, now: datetime) -> None:
    if now > session.ends_at + MARGIN:
        raise Refused(
            "CHECK_IN_OVER",
            "Check-in ended half an hour after the session did. Ask whoever facilitated it to put you down as present.",
        )
