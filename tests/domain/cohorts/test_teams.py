from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain.cohorts import commands, teams
from domain.cohorts.rules import in_team, team_member_from, team_member_from_partner, team_runs
from domain.database import Database
from domain.organisations import commands as organisations
from domain.people import commands as people
from domain.programmes import commands as programmes
from tests import factories
from tests.domain.cohorts.scenes import add, asked, join, move, team, together
from tests.factories import START, TODAY, acting, organisation
from tests.races import Act, race
from tests.refusals import Attempt, Refusal, refused

DAY = timedelta(days=1)
LATER = TODAY - 9 * DAY

Found = Mapping[str, Any]
"""What refusals are tried on, by name."""


async def test_a_team_across_organisations_and_one_within(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        across = await team(work, it.programme, "Across")
        within = await team(work, it.programme, "Within", organisation_id=it.lead.id)
        ada = await add(work, across, it.ada)
        ben = await add(work, across, it.ben, ends_on=LATER)
        own = await add(work, within, it.ada)
        assert await asked(work, team_member_from, ada, TODAY) == it.lead.id
        assert await asked(work, team_member_from, ben, TODAY) == it.other.id
        assert [await asked(work, in_team, row, TODAY) for row in (ada, ben, own)] == [True, False, True]
        assert await asked(work, team_member_from_partner, ada, TODAY)
    assert [entry.command for entry in work.entries[-4:]] == [
        "team.created",
        "team.member_added",
        "team.member_added",
        "team.member_added",
    ]


async def test_a_team_is_renamed_moved_and_disbanded(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        board = await team(work, it.programme, ends_on=LATER)
        changed = await teams.update(
            work, board.id, name="Council", starts_on=START - DAY, ends_on=TODAY, expected_version=1
        )
        assert (changed.name, changed.starts_on, changed.ends_on) == ("Council", START - DAY, TODAY)
        ada = await add(work, board, it.ada)
        gone = await teams.disband(work, board.id, ends_on=LATER, expected_version=2)
        assert gone.ends_on == LATER
        assert not await asked(work, team_runs, board, LATER)
        assert await asked(work, team_runs, board, LATER - DAY)
        assert [await asked(work, in_team, ada, day) for day in (LATER - DAY, LATER)] == [True, False]
        removed = await teams.remove_member(work, ada.id, ends_on=START + DAY, expected_version=1)
        assert removed.ends_on == START + DAY
    assert [entry.command for entry in work.entries[-4:]] == [
        "team.updated",
        "team.member_added",
        "team.disbanded",
        "team.member_removed",
    ]


async def test_a_team_of_a_cohort_ends_with_it(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        board = await team(work, it.programme, cohort_id=it.cohort.id)
        await join(work, it.cohort, it.ada)
        ada = await add(work, board, it.ada)
        await commands.close(work, it.cohort.id, ends_on=LATER)
        for rule, row in ((team_runs, board), (in_team, ada)):
            assert [await asked(work, rule, row, day) for day in (LATER - DAY, LATER)] == [True, False]
        await move(work, it.ada, it.other, LATER)
        assert await asked(work, team_member_from, ada, TODAY) == it.lead.id
        renamed = await teams.update(work, board.id, name="Still")
        assert renamed.name == "Still"


async def test_a_team_within_an_organisation_goes_on_with_its_successor(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        within = await team(work, it.programme, organisation_id=it.lead.id)
        heir = await organisation(work, "HEIR")
        await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=LATER)
        await people.affiliate(work, it.fay.id, organisation_id=heir.id, starts_on=LATER)
        await add(work, within, it.fay, starts_on=LATER)
        await add(work, within, it.ada, starts_on=LATER)


def _create(**given: Any) -> Attempt[Found]:
    return lambda work, it: team(work, it["programme"], **({"name": "New"} | given))


def _add(to: str, who: str, **given: Any) -> Attempt[Found]:
    return lambda work, it: add(work, it[to], it[who], **given)


REFUSALS: Sequence[Refusal[Found]] = [
    ("no name", _create(name=""), "EMPTY_NAME"),
    ("a name in use", _create(name="Across"), "NAME_TAKEN"),
    ("no day", _create(ends_on=START), "ENDS_BEFORE_START"),
    ("no cohort", _create(cohort_id=factories.NOBODY), "NOT_FOUND"),
    ("no organisation", _create(organisation_id=factories.NOBODY), "NOT_FOUND"),
    (
        "no programme",
        lambda work, _: teams.create(work, factories.NOBODY, name="N", starts_on=START),
        "NOT_FOUND",
    ),
    (
        "another programme's cohort",
        lambda work, it: team(work, it["programme"], "N", cohort_id=it["elsewhere"].id),
        "COHORT_OF_ANOTHER_PROGRAMME",
    ),
    (
        "before the cohort",
        lambda work, it: team(work, it["programme"], "N", cohort_id=it["cohort"].id, starts_on=START - DAY),
        "OUTSIDE_COHORT",
    ),
    (
        "of an organisation that takes no part",
        lambda work, it: team(work, it["programme"], "N", organisation_id=it["stranger"].id),
        "ORGANISATION_NOT_A_PARTNER",
    ),
    (
        "moved before the cohort",
        lambda work, it: teams.update(work, it["board"].id, starts_on=START - DAY),
        "OUTSIDE_COHORT",
    ),
    ("renamed to another", lambda work, it: teams.update(work, it["board"].id, name="Across"), "NAME_TAKEN"),
    (
        "moved after a member",
        lambda work, it: teams.update(work, it["across"].id, starts_on=LATER),
        "STARTS_AFTER_MEMBERS",
    ),
    (
        "an old version",
        lambda work, it: teams.update(work, it["board"].id, name="N", expected_version=9),
        "STALE",
    ),
    (
        "disbanded as it begins",
        lambda work, it: teams.disband(work, it["board"].id, ends_on=START),
        "ENDS_BEFORE_START",
    ),
    (
        "disbanded after its end",
        lambda work, it: teams.disband(work, it["across"].id, ends_on=TODAY + DAY),
        "ALREADY_ENDED",
    ),
    ("no person", lambda work, it: add(work, it["across"], it["ada"], person_id=factories.NOBODY), "NOT_FOUND"),
    ("before the team", _add("across", "ada", starts_on=START - DAY), "OUTSIDE_TEAM"),
    ("after the team", _add("across", "ada", starts_on=TODAY), "OUTSIDE_TEAM"),
    ("longer than the team", _add("across", "ada", ends_on=TODAY + DAY), "OUTSIDE_TEAM"),
    ("no day in it", _add("across", "ada", ends_on=START), "ENDS_BEFORE_START"),
    ("of no organisation", _add("across", "fay"), "NO_AFFILIATION"),
    ("of no partner", _add("across", "eve"), "NOT_FROM_A_PARTNER"),
    ("of another organisation", _add("within", "ben"), "NOT_OF_ORGANISATION"),
    ("of another organisation, from the cohort", _add("board", "ben"), "NOT_OF_ORGANISATION"),
    ("not of the cohort", _add("board", "ada"), "NOT_IN_COHORT"),
    ("twice at a time", _add("across", "ben", starts_on=START + DAY), "ALREADY_IN_TEAM"),
    (
        "out before they are in",
        lambda work, it: teams.remove_member(work, it["member"].id, ends_on=START),
        "ENDS_BEFORE_START",
    ),
    ("no member", lambda work, _: teams.remove_member(work, factories.NOBODY, ends_on=TODAY), "NOT_FOUND"),
]  # fmt: skip


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await together(work)
        joint = await factories.joint(work, "elsewhere")
        across = await team(work, it.programme, "Across", ends_on=TODAY)
        await join(work, it.cohort, it.ben)
        found: Found = {
            **{name: getattr(it, name) for name in ("programme", "cohort", "stranger", "ada", "ben", "eve", "fay")},
            "across": across,
            "within": await team(work, it.programme, "Within", organisation_id=it.lead.id),
            "board": await team(
                work, it.programme, cohort_id=it.cohort.id, organisation_id=it.lead.id
            ),
            "elsewhere": await commands.create(work, joint.programme.id, name="Else", starts_on=START),
            "member": await add(work, across, it.ben),
        }  # fmt: skip
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, found)


async def test_nothing_begins_in_a_closed_programme(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        board = await team(work, it.programme)
        ada = await add(work, board, it.ada)
        await programmes.close(work, it.programme.id)
    tries: Sequence[Act] = (
        lambda work: team(work, it.programme, "N"),
        lambda work: teams.update(work, board.id, name="N"),
        lambda work: add(work, board, it.ben),
    )
    for attempt in tries:
        async with refused(database, "NOT_OPEN"), acting(database) as work:
            await attempt(work)
    async with acting(database) as work:
        await teams.remove_member(work, ada.id, ends_on=TODAY)
        await teams.disband(work, board.id, ends_on=TODAY)


async def test_two_additions_at_once_are_one(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        board = await team(work, it.programme)
    assert await race(database, *[lambda work: add(work, board, it.ada)] * 2) == "ALREADY_IN_TEAM"
