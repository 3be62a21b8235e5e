from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.access.viewers import ADMINISTRATOR, Permission
from domain.database import Database
from domain.errors import Forbidden, Refused
from domain.models import Job, JournalEntry, Organisation, Programme
from domain.organisations.models import OrganisationKind
from domain.work import Work
from domain.work import work as begin
from tests import factories
from tests.factories import NOW, START, TODAY, acting, as_sponsor, organisation
from tests.races import race
from tests.refusals import refused


async def test_work_takes_effect_today_in_london_unless_it_says_otherwise(database: Database) -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    async with begin(database, ADMINISTRATOR, now=late) as work:
        assert work.on == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("on", "code"),
    [(TODAY + timedelta(days=1), "FUTURE_CHANGE"), (date.min, "BAD_DATE"), (date.max, "BAD_DATE")],
)
async def test_work_takes_effect_on_a_day_that_has_come(database: Database, on: date, code: str) -> None:
    async with refused(database, code), acting(database, on=on):
        pass


async def test_what_was_done_before_a_refusal_is_not_kept(database: Database) -> None:
    async with refused(database, "TOO_LATE"), acting(database) as work:
        await organisation(work)
        raise Refused("TOO_LATE", "Something after it did not work.")


async def test_a_lookup_in_the_middle_of_a_change_loses_nothing_of_what_is_recorded(
    database: Database,
) -> None:
    async with acting(database) as work:
        one, two = await organisation(work, "A", name="Before"), await organisation(work, "B")
    async with acting(database) as work:
        row = await work.find(Organisation, one.id, for_update=True)
        row.name = "After"
        await work.find(Organisation, two.id)
        work.record("organisation.updated", row)
    assert work.entries[0].changes == {"name": ["Before", "After"]}


async def test_a_broken_constraint_that_nobody_expected_is_a_bug_and_not_a_refusal(
    database: Database,
) -> None:
    async with acting(database) as work:
        await organisation(work, "A")

    async def take_it_again() -> None:
        async with acting(database) as work:
            work.add(Organisation(code="A", name="A", kind=OrganisationKind.OTHER))
            await work.save({"another": Refused("ANOTHER", "Not this one.")})

    with pytest.raises(IntegrityError):
        await take_it_again()


async def test_a_lock_waits_for_the_row_as_it_is_then(database: Database) -> None:
    async with acting(database) as work:
        made = await factories.programme(work)

    async def rename(work: Work) -> None:
        row = await work.find(Programme, made.id, for_update=True)
        row.title += "!"
        await work.save()

    assert await race(database, rename, rename) == "done"
    async with acting(database) as work:
        assert (await work.find(Programme, made.id)).title == "Programme hub!!"


async def test_only_one_is_at_a_matter(database: Database) -> None:
    assert (
        await race(database, lambda work: work.alone("matter"), lambda work: work.alone("matter")) == "done"
    )


async def test_a_role_that_may_not_is_told_so(database: Database) -> None:
    async with acting(database) as work:
        ada = await factories.person(work)
    async with acting(database, viewer=as_sponsor(ada)) as work:
        with pytest.raises(Forbidden, match="As a sponsor you can look at this, not change it"):
            work.require(Permission.IMPORT)


async def test_a_job_is_asked_for_in_the_transaction_itself(database: Database) -> None:
    async with refused(database, "TOO_LATE"), acting(database) as work:
        await work.enqueue("compile", "summary:1")
        raise Refused("TOO_LATE", "Something after it did not work.")
    async with acting(database) as work:
        await work.enqueue("compile", "summary:1", person="ada")
    async with acting(database) as work:
        [job] = await work.session.scalars(select(Job))
    assert (job.function, job.arguments, job.due_at) == ("compile", {"person": "ada"}, NOW)


async def test_values_are_recorded_as_json_keeps_them(database: Database) -> None:
    async with acting(database) as work:
        trust = await organisation(work, opened_on=START)
    async with acting(database) as work:
        entry = (await work.session.scalars(select(JournalEntry))).one()
    assert entry.changes == {
        "code": [None, trust.code],
        "name": [None, trust.name],
        "kind": [None, "NHS_TRUST"],
        "opened_on": [None, "2024-01-01"],
    }
