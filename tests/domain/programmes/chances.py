"""Whatever may happen to a programme, by chance, on one of some days: what is derived from it has to keep up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

from domain.milestones import commands as milestones
from domain.milestones.models import ReasonCode
from domain.programmes import commands as programmes
from domain.programmes import partners
from domain.programmes.models import DeliveryConfidence, Programme
from domain.programmes.reports import report
from domain.work import Work
from tests import factories as make

DAYS = [make.START + timedelta(days=days) for days in range(0, 90, 7)]


async def something(
    work: Work, chance: Random, programme: Programme, kept: list[UUID], organisations: Sequence[UUID]
) -> None:
    """One change, dated as the transaction is; it may be refused."""
    chosen = chance.choice(kept)
    day = make.START + timedelta(days=chance.randrange(400))
    match chance.randrange(11):
        case 0:
            kept.append((await make.milestone(work, programme, f"M{len(kept)}", baseline_on=day)).id)
        case 1:
            await milestones.achieve(work, chosen, achieved_on=work.on)
        case 2:
            await milestones.withdraw_achievement(work, chosen, note="Not after all.")
        case 3:
            await milestones.cancel(work, chosen, note="Not needed.")
        case 4:
            await milestones.reinstate(work, chosen, note="Needed after all.")
        case 5:
            await partners.change_lead(
                work, programme.id, organisation_id=chance.choice(organisations), starts_on=work.on
            )
        case 6:
            await report(
                work,
                programme.id,
                delivery_confidence=chance.choice([*DeliveryConfidence, None]),
                reported_on=work.on,
            )
        case 7:
            await programmes.update(work, programme.id, category=chance.choice(["Rail", "Estate", None]))
        case 8:
            await chance.choice([programmes.pause, programmes.activate])(work, programme.id)
        case _:
            await milestones.reforecast(work, chosen, forecast_on=day, reason=ReasonCode.SCOPE, note=None)
