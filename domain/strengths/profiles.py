"""What can be done with people's profiles.

They are named by person, framework and day, and not by an id: who enters one need not be shown it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from uuid import UUID

from sqlalchemy import select

from domain.access.viewers import Permission
from domain.errors import NotFound, Refused
from domain.people.models import Person
from domain.strengths.models import ProfileStrength, Strength, StrengthsFramework, StrengthsProfile
from domain.work import Work


async def record(
    work: Work, person_id: UUID, *, framework_id: UUID, assessed_on: date, strengths: Sequence[str]
) -> StrengthsProfile:
    """What a person was found to be good at on a day: keys of a framework's strengths, in order where that has one.

    Recorded again for the same day it is corrected, and left alone where it says the same. It is the person's own or
    an administrator's to record; who may see it afterwards the person says by their consent.

    Raises:
        Refused: NO_STRENGTHS, TOO_MANY_STRENGTHS, REPEATED_STRENGTH, UNKNOWN_STRENGTH, BAD_DATE or ASSESSED_LATER.
    """
    await require_own(work, person_id)
    framework = await work.find(StrengthsFramework, framework_id, named="frameworkId")
    places = await _places(work, framework, strengths)
    known = await _known(work, person_id, framework_id, assessed_on)
    profile = known or StrengthsProfile(
        person_id=person_id, framework_id=framework_id, assessed_on=assessed_on
    )
    profile.require_assessed_by(work.on)
    if known is None:
        work.add(profile)
        work.record("strengths.profile_recorded", profile)
        await work.save()
        _add(work, profile, places)
    elif await _correct(work, profile, places):
        # What of it was corrected is the person's, not the journal's.
        work.record("strengths.profile_corrected", profile)
    await work.save()
    return profile


async def remove(work: Work, person_id: UUID, *, framework_id: UUID, assessed_on: date) -> StrengthsProfile:
    """Take a profile back, such as one that was recorded for the wrong person.

    Raises:
        NotFound: there is none of that framework and day.
    """
    await require_own(work, person_id)
    framework = await work.find(StrengthsFramework, framework_id, named="frameworkId")
    profile = await _known(work, person_id, framework.id, assessed_on)
    if profile is None:
        raise NotFound("strengths profile of that person, framework and day", field="assessedOn")
    for part in (await _parts(work, profile)).values():
        await work.remove(part)
    work.record_removal("strengths.profile_removed", profile)
    await work.remove(profile)
    return profile


async def require_own(work: Work, person_id: UUID) -> None:
    """Go on, with the person locked, only if it is the viewer themself or the viewer may edit strengths."""
    person = await work.find(Person, person_id, for_update=True, named="personId")
    if person.id != work.viewer.person_id:
        work.require(Permission.EDIT_STRENGTHS)


async def _places(work: Work, framework: StrengthsFramework, keys: Sequence[str]) -> dict[UUID, int | None]:
    """The strengths by their ids, with their ranks where the framework has an order."""
    rows = await work.session.execute(
        select(Strength.key, Strength.id).where(Strength.framework_id == framework.id)
    )
    ids = {row.key: row.id for row in rows}
    _require_number(framework, keys)
    _require_known(framework, keys, ids)
    return {ids[key]: number if framework.ranked else None for number, key in enumerate(keys, start=1)}


def _require_number(framework: StrengthsFramework, keys: Sequence[str]) -> None:
    if not keys:
        raise Refused("NO_STRENGTHS", "There is no strength. Give at least one.", field="strengths")
    if len(keys) > framework.most:
        raise Refused(
            "TOO_MANY_STRENGTHS",
            f"A profile of {framework.name} has up to {framework.most} strengths, not {len(keys)}. Leave some out.",
            field="strengths",
        )
    if len(set(keys)) < len(keys):
        raise Refused(
            "REPEATED_STRENGTH", "A strength is there twice. Name each of them once.", field="strengths"
        )


def _require_known(framework: StrengthsFramework, keys: Sequence[str], known: Iterable[str]) -> None:
    strange = [key for key in keys if key not in known]
    if strange:
        keys_are = ", ".join(f"“{key[:60]}”" for key in strange)
        near = [get_close_matches(key.strip().lower().replace(" ", "-"), known, n=1) for key in strange]
        meant = "".join(f"Did you mean “{found[0]}”? " for found in near if found)
        raise Refused(
            "UNKNOWN_STRENGTH",
            f"{framework.name}, version {framework.version}, has no strength with the key "
            f"{keys_are}. {meant}Use the keys of its file.",
            field="strengths",
        )


async def _known(
    work: Work, person_id: UUID, framework_id: UUID, assessed_on: date
) -> StrengthsProfile | None:
    """Whether or not whoever enters it may see it: it would be there twice otherwise."""
    same = select(StrengthsProfile).where(
        StrengthsProfile.person_id == person_id,
        StrengthsProfile.framework_id == framework_id,
        StrengthsProfile.assessed_on == assessed_on,
    )
    return (await work.session.execute(same)).scalar_one_or_none()


async def _parts(work: Work, profile: StrengthsProfile) -> dict[UUID, ProfileStrength]:
    found = await work.session.scalars(
        select(ProfileStrength).where(ProfileStrength.profile_id == profile.id)
    )
    return {part.strength_id: part for part in found}


def _add(work: Work, profile: StrengthsProfile, places: dict[UUID, int | None]) -> None:
    for strength_id, rank in places.items():
        part = ProfileStrength(
            profile_id=profile.id, person_id=profile.person_id, strength_id=strength_id, rank=rank
        )
        work.add(part)


async def _correct(work: Work, profile: StrengthsProfile, places: dict[UUID, int | None]) -> bool:
    """Have a profile say that; whether it said something else."""
    known = await _parts(work, profile)
    gone = [part for strength_id, part in known.items() if strength_id not in places]
    for part in gone:
        await work.remove(part)
    moved = [part for strength_id, part in known.items() if places.get(strength_id, part.rank) != part.rank]
    for part in moved:
        part.rank = places[part.strength_id]
    new = {strength_id: rank for strength_id, rank in places.items() if strength_id not in known}
    _add(work, profile, new)
    return bool(gone or moved or new)
