"""What can be done with strengths frameworks: they are stored once, and stay."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy import select

from domain.access.viewers import Permission
from domain.calendar import SINCE_ALWAYS
from domain.errors import Refused
from domain.strengths.framework import DescribedCluster, DescribedStrength, Framework
from domain.strengths.models import Strength, StrengthsCluster, StrengthsFramework
from domain.strengths.reading import read_framework
from domain.work import Work


async def store(work: Work, *, file: str) -> StrengthsFramework:
    """Store a framework from its file. The same file again changes nothing; what says something else is a new version.

    It is known since always, so that a profile of last year has its framework as of last year too.

    Raises:
        Refused: VERSION_STORED, or whatever `read_framework` finds wrong with the file.
    """
    work.require(Permission.EDIT_STRENGTHS)
    framework = read_framework(file)
    await work.alone(f"strengths framework {framework.key}")
    known = await _known(work, framework)
    if known is not None:
        return _same(known, framework)
    row = work.add(_row(framework))
    work.record("strengths.framework_stored", row, version=framework.version)
    await work.save()
    await _add_clusters(work, row, framework)
    return row


async def _known(work: Work, framework: Framework) -> StrengthsFramework | None:
    same = select(StrengthsFramework).where(
        StrengthsFramework.key == framework.key, StrengthsFramework.version == framework.version
    )
    return (await work.session.execute(same)).scalar_one_or_none()


def _same(known: StrengthsFramework, framework: Framework) -> StrengthsFramework:
    if known.digest != framework.digest:
        raise Refused(
            "VERSION_STORED",
            f"Version {known.version} of {known.key} is stored already and says something else. A framework never "
            "changes: give the file a new version.",
            field="file",
        )
    return known


def _row(framework: Framework) -> StrengthsFramework:
    return StrengthsFramework(
        valid_from=SINCE_ALWAYS,
        key=framework.key,
        version=framework.version,
        name=framework.name,
        description=framework.description,
        licence=framework.licence,
        owner=framework.owner,
        language=framework.language,
        most=framework.most,
        ranked=framework.ranked,
        digest=framework.digest,
    )


async def _add_clusters(work: Work, row: StrengthsFramework, framework: Framework) -> None:
    place = count(1)
    for number, described in enumerate(framework.clusters, start=1):
        cluster = work.add(StrengthsCluster(framework_id=row.id, place=number, **_named(described)))
        await work.save()
        for strength in described.strengths:
            part = Strength(framework_id=row.id, cluster_id=cluster.id, place=next(place), **_named(strength))
            work.add(part)
    await work.save()


def _named(described: DescribedCluster | DescribedStrength) -> dict[str, Any]:
    return {
        "valid_from": SINCE_ALWAYS,
        "key": described.key,
        "name": described.name,
        "description": described.description,
    }
