"""A staff pulse of a hundred people while neighbourhood teams are embedded.

Reproduced are the published shares of favourable answers: 95 % motivated, 94 % empowered, 93 % flexible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from api.demo.names import names
from api.demo.story import About, Asked, Marks, Story
from domain.organisations import commands as organisations
from domain.organisations.models import OrganisationKind
from domain.programmes import phases

REF: Final = "harrowdale-neighbourhood-teams"
TITLE: Final = "Harrowdale neighbourhood teams"
BEGINS: Final = date(2018, 9, 3)
_ENDS: Final = date(2019, 9, 30)

_FAVOURABLE: Final = {"motivated-by-work": (95, 37), "free-to-decide": (94, 53), "way-that-fits": (93, 71)}
"""How many of the hundred answer 4 or 5, and by which stride those who do not are spread over all of them."""


async def tell(story: Story) -> None:
    """The first year of the teams, with one pulse in spring."""
    trust = await organisations.create(
        story.work,
        code="HD-COMMUNITY",
        name="Harrowdale Community NHS Trust",
        kind=OrganisationKind.NHS_TRUST,
    )
    council = await organisations.create(
        story.work, code="HD-COUNCIL", name="Harrowdale Borough Council", kind=OrganisationKind.COUNCIL
    )
    about = About(
        REF,
        TITLE,
        "Nurses, therapists and social workers of a neighbourhood decide together how they work.",
        "New ways of working",
        BEGINS,
        _ENDS,
    )
    programme = await story.programme(about, trust, [council])
    chief, director = names(310, 2)
    await story.sponsor(programme, trust, chief, position="Chief executive")
    await story.sponsor(programme, council, director, position="Director of adult social care")
    for title, starts_on, ends_on in (
        ("First four neighbourhoods", BEGINS, date(2019, 2, 1)),
        ("Embedding", date(2019, 2, 1), _ENDS),
    ):
        await phases.add(story.work, programme.id, title=title, starts_on=starts_on, ends_on=ends_on)
    people = [
        *await story.staff(trust, names(100, 60), position="Clinician"),
        *await story.staff(council, names(160, 40), position="Social worker"),
    ]
    team = await story.team(programme, "All neighbourhood teams", people)
    await story.ask(
        team,
        Asked(
            title="Staff pulse, May 2019",
            instrument="staff-pulse",
            opens=date(2019, 5, 7),
            closes=date(2019, 5, 24),
            answers=_answers(people),
            by_organisation=True,
        ),
    )
    await story.finish(programme, _ENDS, "The teams are how Harrowdale works now.")


def _answers(people: Sequence[UUID]) -> dict[UUID, Marks]:
    return {person: _marks(place, len(people)) for place, person in enumerate(people)}


def _marks(place: int, number: int) -> Marks:
    """What one of them answers: 4 or 5 if it is their turn to be content with an item, else 2 or 3."""
    return {
        item: (4 if place * stride % number < favourable else 2) + place % 2
        for item, (favourable, stride) in _FAVOURABLE.items()
    }
