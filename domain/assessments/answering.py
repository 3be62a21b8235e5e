"""Answering through a link: once, before the round is closed, and so that nothing leads from the link to the answers.

That somebody answered and what they answered have to be written at the same moment, or one of them could be lost. In
Postgres such a pair would be found together: by the transaction that wrote both (`xmin`), by where the rows lie
(`ctid`), by ids that sort by time. So each time *all* answers of the round are written anew, in random order, under
new random ids, and *all* its invitations with them. What is found together is then always the whole round. There is no
moment, count or past of it anywhere, and no journal entry. What that cannot hide is said in docs/anonymity.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from types import NoneType
from typing import Final

from sqlalchemy import Insert, bindparam, delete, func, insert, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from domain.assessments import instrument as pure
from domain.assessments.instrument import UNKNOWN_ITEM
from domain.assessments.inviting import hash_of
from domain.assessments.models import Instrument
from domain.assessments.partitions import answers_of
from domain.assessments.round_models import Round, RoundInvitation
from domain.errors import NotFound, Refused
from domain.text import prose
from domain.work import Work

ALREADY_ANSWERED: Final = "ALREADY_ANSWERED"
LONGEST_COMMENT: Final = 2000
_LONGEST_TOKEN: Final = 100
_ANSWER: Final = ("groups", "answers", "comments")

_ANSWERED = text(
    "UPDATE round_invitations SET answered = answered OR id = :invitation WHERE round_id = :round_id"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link leads to: what is asked, what respondents are told, and whether it is answered already."""

    title: str
    notice: str
    instrument: pure.Instrument
    is_open: bool
    answered: bool


async def asked(work: Work, token: str) -> Asked:
    """What a link leads to. Looking changes nothing: mail scanners follow links.

    Raises:
        NotFound: the link leads nowhere (any more).
    """
    invitation, row = await _found(work.session, token)
    instrument = await work.session.get_one(Instrument, row.instrument_id)
    return Asked(
        row.title, row.notice or "", instrument.read(), row.takes_answers(work.on), invitation.answered
    )


async def answer(
    work: Work, *, token: str, answers: Mapping[str, int | None], comments: Mapping[str, str] | None = None
) -> Round:
    """Answer the items of a round through a link, once; each may be left out, and a comment written beside it.

    Whoever has the link may. Sent again, nothing is changed, and the refusal says that the answers are in.

    Raises:
        NotFound: the link leads nowhere (any more).
        Refused: ALREADY_ANSWERED, ROUND_NOT_OPEN, BAD_ANSWERS, UNKNOWN_ITEM, ANSWER_OUT_OF_SCALE, NO_COMMENTS,
            TOO_LONG, BAD_CHARACTERS or NOTHING_ANSWERED.
    """
    _, row = await _found(work.session, token)
    # One after the other, so that each finds what the one before it wrote.
    locked = select(Round).where(Round.id == row.id).with_for_update(key_share=True)
    row = (await work.session.scalars(locked.execution_options(populate_existing=True))).one()
    invitation, _ = await _found(work.session, token)
    if invitation.answered:
        raise Refused(
            ALREADY_ANSWERED,
            "Your answers are in. A link works once, and what was received first counts; nothing was changed now.",
        )
    row.require_open(work.on)
    instrument = (await work.session.get_one(Instrument, row.instrument_id)).read()
    given, said = _checked(instrument, answers, comments or {})
    await work.session.execute(_ANSWERED, {"invitation": invitation.id, "round_id": row.id})
    await work.session.execute(
        _rewritten(row), {"groups": invitation.groups, "answers": given, "comments": said}
    )
    return row


def _rewritten(row: Round) -> Insert:
    """The statement that writes all answers of a round anew, with one more."""
    kept = answers_of(row.id)
    written = delete(kept).returning(*(kept.c[name] for name in _ANSWER)).cte("written")
    added = select(*(bindparam(name, type_=JSONB).label(name) for name in _ANSWER))
    together = union_all(select(written), added).cte("together")
    # Random by the database's strong generator: `random()` could be worked out from what it gave before.
    drawn = func.gen_random_uuid()
    anew = select(drawn, literal(row.programme_id), literal(row.id), together).order_by(drawn)
    return insert(kept).from_select(["id", "programme_id", "round_id", *_ANSWER], anew)


async def _found(session: AsyncSession, token: str) -> tuple[RoundInvitation, Round]:
    """The invitation of a token, as the database has it now, and its round."""
    found = None
    if len(token) <= _LONGEST_TOKEN and token.isascii():
        statement = (
            select(RoundInvitation, Round)
            .join(Round, Round.id == RoundInvitation.round_id)
            .where(RoundInvitation.token_hash == hash_of(token))
            .execution_options(populate_existing=True)
        )
        found = (await session.execute(statement)).one_or_none()
    if found is None or not compare_digest(found[0].token_hash or "", hash_of(token)):
        raise NotFound("questionnaire under this link", field="token")
    return found[0], found[1]


def _require_pairs(given: object, kind: type[int | str], field: str, wanted: str) -> None:
    """Go on only with what is of the right kind: it may come from anybody's program."""
    if isinstance(given, Mapping) and all(type(value) in {kind, NoneType} for value in given.values()):
        return
    raise Refused("BAD_ANSWERS", f"What was sent cannot be read: give {wanted}, by its key.", field=field)


def _checked(
    instrument: pure.Instrument, answers: Mapping[str, int | None], comments: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, str]]:
    """What is kept of an answer: points of the scale and words, by item, and nothing that was left out."""
    _require_pairs(answers, int, "answers", "a whole number for each item that is answered")
    _require_pairs(comments, str, "comments", "a text for each item that is commented on")
    instrument.check_answers(answers)
    given = {key: answer for key, answer in answers.items() if answer is not None}
    said: dict[str, str] = {}
    for key, words in comments.items():
        if key not in instrument.by_key:
            raise Refused(UNKNOWN_ITEM, f"“{instrument.title}” has no item “{key}”.", field="comments")
        if written := prose(words, "comments", longest=LONGEST_COMMENT):
            said[key] = written
    if said and not instrument.comments:
        raise Refused(
            "NO_COMMENTS", "This questionnaire takes no comments. Leave them out.", field="comments"
        )
    if not given and not said:
        raise Refused(
            "NOTHING_ANSWERED", "Nothing is answered yet. Answer one question or more.", field="answers"
        )
    return given, said
