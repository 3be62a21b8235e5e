"""Answers of open rounds stay out of backups, and a round that is restored asks its people anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from domain.assessments import inviting
from domain.assessments.partitions import answers_of
from domain.assessments.round_models import Round, RoundCell, RoundInvitation, RoundState
from domain.backups.verification import deviations
from domain.database import Database
from domain.errors import Refused
from domain.models import Job, JournalEntry
from tests.domain.assessments.rounds import ONCE, Asked, asked_team, both
from tests.domain.backups.files import MOMENT, backed_up, contents, quiet, restored
from tests.factories import acting

_SAID = "Words of somebody who answered"


@pytest.fixture
async def asked(database: Database) -> tuple[Asked, Sequence[Round]]:
    """A round that is published, one that is closed, and one that is open; of the latter two, answers are kept."""
    it = await asked_team(database, 8)
    published = await it.ask("Published", [both(1 + number % 5, 3) for number in range(8)])
    closed, opened = [await it.open(title) for title in ("Closed", "Open")]
    for row in (closed, opened):
        await _links(it, row)
        for person in it.people[:6]:
            await it.answer(person, both(4, 2), listen=_SAID)
    await it.close(closed)
    return it, (published, closed, opened)


async def _links(it: Asked, row: Round) -> None:
    """New links, since each round has its own."""
    async with acting(it.database, on=ONCE) as work:
        await inviting.remind(work, row.id)
        await it.remember(work)


async def _states(database: Database) -> dict[str, RoundState]:
    async with acting(database) as work:
        return {row.title: row.state for row in await work.session.scalars(select(Round))}


async def test_answers_are_nowhere_in_a_backup(asked: tuple[Asked, Sequence[Round]], tmp_path: Path) -> None:
    it, (_, closed, opened) = asked
    await backed_up(it.database, tmp_path / "one.backup")
    said = contents(tmp_path / "one.backup", tmp_path)
    assert "CREATE TABLE public.round_invitations" in said
    assert not [words for words in (_SAID, closed.id.hex, opened.id.hex) if words in said]


async def test_rounds_that_were_not_published_ask_anew(
    asked: tuple[Asked, Sequence[Round]], empty_database_url: str, tmp_path: Path
) -> None:
    it, (published, _, opened) = asked
    results = await it.results(published)
    await backed_up(it.database, tmp_path / "one.backup")
    done = await restored(tmp_path / "one.backup", empty_database_url)
    assert sorted(done.withdrawn) == ["Closed", "Open"]
    it.database = Database(empty_database_url)
    assert await _states(it.database) == {
        "Published": RoundState.PUBLISHED,
        "Closed": RoundState.DRAFT,
        "Open": RoundState.DRAFT,
    }
    async with acting(it.database) as work:
        for model in (RoundCell, RoundInvitation):
            of = await work.session.scalars(select(model.round_id).distinct())
            assert list(of) == [published.id]
        waiting = select(func.count()).select_from(Job).where(Job.done_at.is_(None))
        assert (
            await work.session.scalar(waiting.where(Job.arguments["round_id"].astext != str(published.id)))
            == 0
        )
        told = select(JournalEntry.subject_id).where(JournalEntry.command == "round.withdrawn")
        assert opened.id in set(await work.session.scalars(told))
    assert [each async for each in deviations(empty_database_url, quiet)] == []
    assert (await it.results(published)).keys() == results.keys()
    # People are asked anew, and then it is published as any other.
    day = MOMENT.date()
    await it.start(opened, on=day)
    await it.all_answer([both(1 + number % 5, 4) for number in range(8)], on=day)
    await it.close(opened, on=day)
    await it.publish(opened, on=day)
    assert await it.results(opened)
    await it.database.close()


async def test_with_answers_a_round_is_withdrawn_all_the_same(
    asked: tuple[Asked, Sequence[Round]], empty_database_url: str, tmp_path: Path
) -> None:
    it, _ = asked
    manifest = await backed_up(it.database, tmp_path / "one.backup", with_answers=True)
    assert manifest.with_answers
    assert _SAID in contents(tmp_path / "one.backup", tmp_path)
    done = await restored(tmp_path / "one.backup", empty_database_url)
    assert sorted(done.withdrawn) == ["Closed", "Open"]
    again = Database(empty_database_url)
    async with acting(again) as work:
        left = text("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'round\\_answers\\_%'")
        assert await work.session.scalar(left) == 0
    await again.close()


async def test_rounds_go_on_where_nothing_was_published_since(
    asked: tuple[Asked, Sequence[Round]], empty_database_url: str, tmp_path: Path
) -> None:
    it, (_, closed, opened) = asked
    await backed_up(it.database, tmp_path / "one.backup", with_answers=True)
    done = await restored(tmp_path / "one.backup", empty_database_url, keep_rounds=True)
    assert done.withdrawn == []
    it.database = Database(empty_database_url)
    async with acting(it.database) as work:
        for row in (closed, opened):
            assert len((await work.session.execute(select(answers_of(row.id)))).all()) == 6
        # Whoever restores gathers statistics; of answers there are none.
        known = text("SELECT DISTINCT tablename FROM pg_stats WHERE tablename LIKE 'round\\_%'")
        assert not [table for table in await work.session.scalars(known) if "answers" in table]
    await it.answer(it.people[6], both(5, 1))
    await it.close(opened)
    for row in (closed, opened):
        await it.publish(row)
    assert set((await _states(it.database)).values()) == {RoundState.PUBLISHED}
    await it.database.close()


async def test_without_answers_there_is_nothing_to_go_on_with(
    asked: tuple[Asked, Sequence[Round]], empty_database_url: str, tmp_path: Path
) -> None:
    await backed_up(asked[0].database, tmp_path / "one.backup")
    with pytest.raises(Refused) as refused:
        await restored(tmp_path / "one.backup", empty_database_url, keep_rounds=True)
    assert refused.value.code == "NO_ANSWERS_TO_KEEP"


async def test_nobody_waits_for_a_backup(asked: tuple[Asked, Sequence[Round]], tmp_path: Path) -> None:
    """Rounds are published, opened and answered while one is taken, of which none is in the other."""
    it, (_, closed, _) = asked
    async with asyncio.timeout(60), it.database.engine.connect() as reading:
        # What a backup locks, for as long as it lasts.
        locked = "LOCK TABLE ONLY round_answers, rounds, round_invitations IN ACCESS SHARE MODE"
        await reading.execute(text(locked))
        await it.publish(closed)
        await it.open("Opened meanwhile")
        await it.answer(it.people[0], both(3, 3))
        await backed_up(it.database, tmp_path / "one.backup")
