"""What a person can say about who sees their strengths: see `domain.access.consent` for what it means."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from domain.errors import Refused
from domain.strengths.models import ConsentLevel, StrengthsConsent
from domain.strengths.profiles import require_own
from domain.work import Work


async def give(
    work: Work, person_id: UUID, *, level: ConsentLevel, note: str | None = None
) -> StrengthsConsent:
    """A person says to whom they show their strengths, wider or narrower than before, or to nobody.

    They say so themself, or to an administrator, who notes when and how.

    Raises:
        Refused: NOTE_REQUIRED.
    """
    await require_own(work, person_id)
    consent = await _of(work, person_id)
    _say(work, consent, level, note)
    if consent.on_their_word and consent.note is None:
        raise Refused(
            "NOTE_REQUIRED",
            "Say when and how they told you, such as “by e-mail on 3 March”: it is their consent, not yours.",
            field="note",
        )
    work.record("strengths.consent_given", consent)
    await work.save()
    return consent


async def withdraw(work: Work, person_id: UUID, *, note: str | None = None) -> StrengthsConsent:
    """A person shows their strengths to nobody any more: at once, and not as of a past date either.

    Raises:
        Refused: NOTHING_TO_WITHDRAW.
    """
    await require_own(work, person_id)
    consent = await _of(work, person_id)
    if consent.level in {None, ConsentLevel.NOBODY}:
        raise Refused(
            "NOTHING_TO_WITHDRAW", "Their strengths are shown to nobody already. There is nothing to do."
        )
    _say(work, consent, ConsentLevel.NOBODY, note)
    work.record("strengths.consent_withdrawn", consent)
    await work.save()
    return consent


async def _of(work: Work, person_id: UUID) -> StrengthsConsent:
    known = await work.session.execute(
        select(StrengthsConsent).where(StrengthsConsent.person_id == person_id)
    )
    return known.scalar_one_or_none() or StrengthsConsent(person_id=person_id)


def _say(work: Work, consent: StrengthsConsent, level: ConsentLevel, note: str | None) -> None:
    consent.level = level
    consent.on_their_word = work.viewer.person_id != consent.person_id
    consent.note = note
    work.add(consent)
