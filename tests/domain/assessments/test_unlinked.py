"""Nothing in the whole database leads from a link, or from who was invited, to an answer."""

from __future__ import annotations

import random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from domain.assessments import answering, rounds
from domain.assessments.partitions import answers_of
from domain.assessments.round_models import Round, RoundInvitation
from domain.database import Database
from domain.errors import NotFound, Refused
from domain.work import Work
from tests.domain.assessments.linking import everything, links, order_of
from tests.domain.assessments.rounds import ONCE, Asked, asked_team, both
from tests.factories import acting
from tests.races import Act, race
from tests.refusals import contents, refused


@pytest.fixture
async def open_round(database: Database) -> tuple[Asked, Round]:
    """A round of twelve with two groups and a declared one, in which ten have answered, each in words of their own."""
    it = await asked_team(database)
    row = await it.draft(by_organisation=True, k=3)
    row = await it.start(row)
    for number in random.Random(7).sample(range(12), 10):
        await it.answer(it.people[number], both(1 + number % 5, 5), listen=f"Words of {number:02}")
    return it, row


async def test_nothing_leads_from_an_invitation_to_an_answer(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    kept = await everything(it.database)
    assert sum(row.table == "round_answers" for row in kept) == 10
    assert sum(row.values.get("answered") == "True" for row in kept) == 10
    # The group is what answers are kept by: five or more were invited to each, and nothing else is shared.
    assert links(kept) <= {("groups", "groups")}


async def test_what_looks_for_a_link_finds_one_where_there_is_one(open_round: tuple[Asked, Round]) -> None:
    it, row = open_round
    async with acting(it.database) as work:
        # As it would be written without a second thought: both in one transaction, and nothing else with them.
        await work.session.execute(
            update(RoundInvitation).where(RoundInvitation.person_id == it.people[0]).values(answered=True)
        )
        plain = {
            "programme_id": row.programme_id,
            "round_id": row.id,
            "groups": {},
            "answers": {},
            "comments": {},
        }
        await work.session.execute(insert(answers_of(row.id)).values(id=uuid4(), **plain))
    assert ("xmin", "xmin") in links(await everything(it.database))


@pytest.mark.parametrize("column", ["ctid", "id", "xmin", "cmin"])
async def test_no_order_is_that_in_which_they_came(open_round: tuple[Asked, Round], column: str) -> None:
    it, _ = open_round
    came = [f"Words of {number:02}" for number in random.Random(7).sample(range(12), 10)]
    kept = order_of(await everything(it.database), column)
    found = [next(words for words in came if words in comment) for comment in kept]
    # By chance alone it would be so once in 3.6 million times; by rows that are added one after the other, always.
    if column in {"xmin", "cmin"}:
        assert (
            len({row.values[column] for row in await everything(it.database) if row.table == "round_answers"})
            == 1
        )
    else:
        assert sorted(found) == sorted(came)
        assert found != came


async def test_all_invitations_are_written_at_the_same_moment(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    rows = [row for row in await everything(it.database) if row.table == "round_invitations"]
    assert len({(row.values["xmin"], row.values["cmin"]) for row in rows}) == 1


async def test_an_answer_changes_two_tables_and_nothing_else(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    before = await contents(it.database)
    waiting = await _unanswered(it)
    await it.answer(waiting[0], both(3, 3))
    after = await contents(it.database)
    assert {table for table in after if after[table] != before[table]} == {
        "round_answers",
        "round_invitations",
    }


async def test_neither_table_keeps_a_moment_or_a_past_or_a_counter(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    async with it.database.engine.connect() as connection:
        columns = await connection.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name LIKE "
                "'round\\_answers%' OR table_name LIKE 'round\\_invitations%'"
            )
        )
        kinds = {kind for _, kind in columns}
        sequences = await connection.scalars(text("SELECT sequencename FROM pg_sequences"))
        histories = await connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE tablename ~ '^round_(answers|invitations)_.*history'")
        )
    assert kinds <= {"uuid", "jsonb", "text", "character varying", "boolean"}
    assert histories == 0
    # It numbers what programmes have in common, and no answer touches it.
    assert list(sequences) == ["programme_kinds_id_seq"]


async def test_no_token_is_kept_anywhere(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    said = str([row.values for row in await everything(it.database)])
    assert len(it.tokens) == 12
    assert not any(token in said for token in it.tokens.values())


async def test_ids_of_answers_are_random(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    rows = [row for row in await everything(it.database) if row.table == "round_answers"]
    assert {row.values["id"][14] for row in rows} == {"4"}


async def test_published_no_answer_is_left(open_round: tuple[Asked, Round]) -> None:
    it, row = open_round
    await it.close(row)
    await it.publish(row)
    kept = await everything(it.database)
    assert not [each for each in kept if each.table == "round_answers"]


async def _unanswered(it: Asked) -> list[UUID]:
    async with acting(it.database) as work:
        rows = await work.session.execute(
            text("SELECT person_id FROM round_invitations WHERE NOT answered ORDER BY person_id")
        )
        return [row[0] for row in rows]


async def test_a_link_works_once_and_a_repeat_changes_nothing(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    [person, _] = await _unanswered(it)
    await it.answer(person, both(3, 3))
    for again in (both(3, 3), both(1, 1)):
        async with refused(it.database, "ALREADY_ANSWERED"):
            await it.answer(person, again)


async def test_two_answers_through_one_link_at_the_same_moment_are_one(
    open_round: tuple[Asked, Round],
) -> None:
    it, _ = open_round
    person = (await _unanswered(it))[0]

    async def send(work: Work) -> None:
        await answering.answer(work, token=it.tokens[person], answers=both(2, 2))

    assert await race(it.database, send, send) == "ALREADY_ANSWERED"
    assert sum(row.table == "round_answers" for row in await everything(it.database)) == 11


async def test_two_people_at_the_same_moment_are_both_kept(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    first, second = await _unanswered(it)

    async def send(person: UUID) -> Act:
        async def sent(work: Work) -> None:
            await answering.answer(work, token=it.tokens[person], answers=both(2, 2))

        return sent

    assert await race(it.database, await send(first), await send(second)) == "done"
    assert sum(row.table == "round_answers" for row in await everything(it.database)) == 12


async def test_nothing_comes_late(open_round: tuple[Asked, Round]) -> None:
    it, row = open_round
    await it.close(row)
    async with refused(it.database, "ROUND_NOT_OPEN"):
        await it.answer((await _unanswered(it))[0], both(3, 3))


async def test_a_link_shows_what_is_asked_and_changes_nothing(open_round: tuple[Asked, Round]) -> None:
    it, row = open_round
    person = (await _unanswered(it))[0]
    before = await contents(it.database)
    async with acting(it.database) as work:
        shown = await answering.asked(work, it.tokens[person])
        with pytest.raises(NotFound):
            await answering.asked(work, "x" * 43)
    assert (shown.title, shown.is_open, shown.answered) == (row.title, True, False)
    assert shown.notice == row.notice
    assert [item.key for item in shown.instrument.items] == ["listen", "rush"]
    assert await contents(it.database) == before


async def test_who_is_in_too_small_a_group_is_not_marked_by_it(database: Database) -> None:
    it = await asked_team(database, 7)
    row = await it.draft(k=4)
    async with acting(it.database, on=ONCE) as work:
        await rounds.group(work, row.id, grouping="Side", name="Staff", person_ids=it.people[:3])
        await rounds.group(work, row.id, grouping="Side", name="Management", person_ids=it.people[3:])
    await it.start(row)
    await it.all_answer([both(3, 3)] * 7)
    async with acting(it.database) as work:
        kept = await work.session.execute(text("SELECT groups FROM round_answers"))
        assert sorted(str(groups) for (groups,) in kept) == ["{'Side': 'Management'}"] * 4 + ["{}"] * 3


async def test_what_is_refused_leaves_the_link_as_it_was(open_round: tuple[Asked, Round]) -> None:
    it, _ = open_round
    person = (await _unanswered(it))[0]
    for wrong in ({"listen": 9}, {"nothing": 1}, {}):
        with pytest.raises(Refused):
            await it.answer(person, wrong)
    await it.answer(person, both(3, None))


async def test_an_error_of_the_database_quotes_neither_answer_nor_invitation(
    open_round: tuple[Asked, Round], monkeypatch: pytest.MonkeyPatch
) -> None:
    it, _ = open_round
    person = (await _unanswered(it))[0]
    wrong = text("SELECT 1 / 0 WHERE CAST(:comments AS text) <> ''").bindparams(
        bindparam("comments", type_=JSONB)
    )
    monkeypatch.setattr(answering, "_rewritten", lambda _: wrong)
    with pytest.raises(DBAPIError) as failed:
        await it.answer(person, both(2, 2), listen="Words of nobody")
    assert "Words of nobody" not in str(failed.value)
    assert "SQL parameters hidden" in str(failed.value)
