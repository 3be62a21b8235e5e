"""Links by which people answer: each with a token that is handed out once and kept as a hash alone."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from domain.assessments.round_models import Round, RoundInvitation
from domain.assessments.rounds import round_to_change
from domain.people.models import Person
from domain.work import Work

PATH: Final = "/answer/"
"""Where the page of a link is; the token follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """A person's way to their questionnaire: the path of the page, with a token that is kept nowhere."""

    name: str
    email: str
    path: str

    def __repr__(self) -> str:
        """Without the path, so that no log gets it by accident."""
        return f"Link({self.name!r})"


def hash_of(token: str) -> str:
    """The SHA-256 of a token: 256 random bits cannot be guessed from it."""
    return sha256(token.encode()).hexdigest()


async def invite(work: Work, round_id: UUID) -> Round:
    """Give a link to everybody who is asked and has none yet. The links are in this answer and never again.

    Raises:
        Refused: ROUND_NOT_OPEN.
    """
    return await _hand_out(work, round_id, "round.invited", RoundInvitation.token_hash.is_(None))


async def remind(work: Work, round_id: UUID) -> Round:
    """Give a new link to everybody who has not answered; the one that they had before leads nowhere then.

    Raises:
        Refused: ROUND_NOT_OPEN.
    """
    return await _hand_out(work, round_id, "round.reminded", ~RoundInvitation.answered)


async def _hand_out(work: Work, round_id: UUID, command: str, which: ColumnElement[bool]) -> Round:
    row = await round_to_change(work, round_id)
    row.require_open(work.on)
    invited = select(RoundInvitation, Person.name, Person.email).join(
        Person, Person.id == RoundInvitation.person_id
    )
    asked = (RoundInvitation.round_id == row.id, ~RoundInvitation.answered, which)
    links = []
    for invitation, name, email in (
        await work.session.execute(invited.where(*asked).order_by(Person.name))
    ).all():
        token = token_urlsafe(32)
        invitation.token_hash = hash_of(token)
        links.append(Link(name, email, f"{PATH}{token}"))
    work.handed["links"] = links
    # Not how many: while the round is open, that would say when somebody answered.
    work.record(command, row)
    await work.save()
    return row
