"""What each command leaves behind: the row, its ledger, its baselines, its programme, the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from domain.milestones import commands, evidence
from domain.milestones.models import Baseline, Criticality, LedgerEntry, Milestone, ReasonCode
from domain.models import JournalEntry, Programme
from domain.work import Work
from tests.domain.milestones.scenes import BEGAN, NOW, Scene
from tests.races import race

AGREED, LATER, LATEST = date(2024, 6, 30), date(2024, 7, 31), date(2024, 9, 30)
MARCH, APRIL, MAY = date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 1)


async def ledger_of(here: Scene, milestone: Milestone) -> list[tuple[Any, ...]]:
    columns = (LedgerEntry.from_on, LedgerEntry.to_on, LedgerEntry.days, LedgerEntry.reason, LedgerEntry.note)
    return [
        tuple(row)
        for row in await here.look(
            select(*columns).where(LedgerEntry.milestone_id == milestone.id).order_by(LedgerEntry.id)
        )
    ]


async def baselines_of(here: Scene, milestone: Milestone) -> list[tuple[Any, ...]]:
    columns = (Baseline.valid_from, Baseline.baseline_on, Baseline.approved_by_id, Baseline.note)
    return [
        tuple(row)
        for row in await here.look(
            select(*columns).where(Baseline.milestone_id == milestone.id).order_by(Baseline.id)
        )
    ]


async def test_a_milestone_begins_on_its_baseline(here: Scene) -> None:
    made = await here.milestone(
        baseline_on=AGREED,
        title="  Shared rota agreed ",
        criticality=Criticality.HIGH,
        owner_organisation_id=here.organisation_id,
        owner_person_id=here.approver_id,
    )
    row = await here.row(Milestone, made.id)
    assert (row.title, row.baseline_on, row.forecast_on, row.slip_days) == (
        "Shared rota agreed",
        AGREED,
        AGREED,
        0,
    )
    assert (row.version, row.valid_from, row.criticality) == (1, BEGAN, Criticality.HIGH)
    assert (row.owner_organisation_id, row.owned_from, row.owner_person_id) == (
        here.organisation_id,
        BEGAN,
        here.approver_id,
    )
    assert await ledger_of(here, made) == []
    assert await baselines_of(here, made) == [(BEGAN, AGREED, None, None)]
    assert await here.journal() == ["milestone.created"]


async def test_a_milestone_that_begins_late_says_so_in_its_ledger(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED, forecast_on=LATER)
    assert made.slip_days == 31
    [(from_on, to_on, days, reason, note)] = await ledger_of(here, made)
    assert (from_on, to_on, days, reason) == (AGREED, LATER, 31, ReasonCode.REPORTED)
    assert note == "It was expected on this date when it was first recorded."


async def test_a_forecast_given_as_the_baseline_is_no_move(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED, forecast_on=AGREED)
    assert await ledger_of(here, made) == []


async def test_a_forecast_moves_with_its_reason(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED)
    async with here.at(MARCH) as doing:
        await commands.reforecast(
            doing,
            made.id,
            forecast_on=LATER,
            reason=ReasonCode.FUNDING,
            note="Grant is late",
            expected_version=1,
        )
    row = await here.row(Milestone, made.id)
    assert (row.forecast_on, row.baseline_on, row.version, row.valid_from) == (LATER, AGREED, 2, MARCH)
    assert await ledger_of(here, made) == [(AGREED, LATER, 31, ReasonCode.FUNDING, "Grant is late")]
    [_, (entry,)] = await here.look(
        select(JournalEntry).where(JournalEntry.subject_id == made.id).order_by(JournalEntry.id)
    )
    assert entry.command == "milestone.reforecast"
    assert entry.changes == {
        "forecast_on": ["2024-06-30", "2024-07-31"],
        "reason": [None, "FUNDING"],
        "note": [None, "Grant is late"],
    }
    assert (entry.programme_id, entry.subject_id) == (here.programme_id, made.id)


async def test_the_ledger_knows_who_moved_a_date_and_when(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED, forecast_on=LATER)
    [(entry,)] = await here.look(select(LedgerEntry).where(LedgerEntry.milestone_id == made.id))
    assert (entry.recorded_at, entry.recorded_by_id, entry.valid_from) == (NOW, None, BEGAN)


async def test_a_report_moves_a_forecast_without_a_reason(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED)
    async with here.at(MARCH) as doing:
        await commands.report_forecast(doing, made.id, forecast_on=LATER)
    assert await ledger_of(here, made) == [(AGREED, LATER, 31, ReasonCode.REPORTED, None)]


async def test_a_new_baseline_keeps_the_older_ones(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED, forecast_on=LATEST)
    for on, agreed in ((MARCH, LATER), (APRIL, LATEST)):
        async with here.at(on) as doing:
            await commands.rebaseline(
                doing, made.id, baseline_on=agreed, approved_by_id=here.approver_id, note="Board, item 4"
            )
    assert await baselines_of(here, made) == [
        (BEGAN, AGREED, None, None),
        (MARCH, LATER, here.approver_id, "Board, item 4"),
        (APRIL, LATEST, here.approver_id, "Board, item 4"),
    ]
    assert [(days, reason) for _, _, days, reason, _ in await ledger_of(here, made)] == [
        (92, ReasonCode.REPORTED),
        (-31, ReasonCode.REBASELINED),
        (-61, ReasonCode.REBASELINED),
    ]
    assert (await here.row(Milestone, made.id)).slip_days == 0


async def test_an_achievement_keeps_its_date_and_its_evidence(here: Scene) -> None:
    made = await here.milestone(evidence_required=True)
    async with here.at(MAY) as doing:
        await commands.achieve(doing, made.id, achieved_on=APRIL, evidence_url="https://example.org/rota")
    row = await here.row(Milestone, made.id)
    assert (row.achieved_on, row.forecast_on, row.slip_days) == (APRIL, AGREED, 0)
    async with here.at(MAY) as doing:
        assert await evidence.count(doing, row) == 1


async def test_evidence_that_is_there_already_is_enough(here: Scene) -> None:
    made = await here.milestone(evidence_required=True)
    async with here.at(MARCH) as doing:
        await evidence.add(doing, made.id, title="Minutes", url="https://example.org/minutes")
        await commands.achieve(doing, made.id, achieved_on=MARCH)
    assert (await here.row(Milestone, made.id)).achieved_on == MARCH


async def test_an_achievement_is_withdrawn_and_the_past_keeps_it(here: Scene) -> None:
    made = await here.milestone()
    async with here.at(MARCH) as doing:
        await commands.achieve(doing, made.id, achieved_on=MARCH)
    async with here.at(MAY) as doing:
        await commands.withdraw_achievement(doing, made.id, note="The union had not signed")
    assert (await here.row(Milestone, made.id)).achieved_on is None
    assert (await here.as_of(Milestone, made.id, APRIL)).achieved_on == MARCH


async def test_a_milestone_is_cancelled_and_reinstated(here: Scene) -> None:
    made = await here.milestone()
    async with here.at(MARCH) as doing:
        await commands.cancel(doing, made.id, note="Not needed")
    assert (await here.row(Milestone, made.id)).cancelled_on == MARCH
    async with here.at(MAY) as doing:
        await commands.reinstate(doing, made.id, note="Needed after all")
    assert (await here.row(Milestone, made.id)).cancelled_on is None
    assert (await here.as_of(Milestone, made.id, APRIL)).cancelled_on == MARCH


async def test_an_update_changes_what_is_given_and_nothing_else(here: Scene) -> None:
    made = await here.milestone(criticality=Criticality.LOW)
    async with here.at(MARCH) as doing:
        await commands.update(doing, made.id, title="Rota signed", evidence_required=True)
    row = await here.row(Milestone, made.id)
    assert (row.title, row.criticality, row.evidence_required) == ("Rota signed", Criticality.LOW, True)
    async with here.at(APRIL) as doing:
        await commands.update(doing, made.id, criticality=Criticality.CRITICAL)
    row = await here.row(Milestone, made.id)
    assert (row.title, row.criticality, row.evidence_required) == ("Rota signed", Criticality.CRITICAL, True)


async def test_an_owner_is_assigned_and_taken_away(here: Scene) -> None:
    made = await here.milestone(owner_person_id=here.approver_id)
    async with here.at(MARCH) as doing:
        await commands.assign_owner(doing, made.id, organisation_id=here.organisation_id)
    row = await here.row(Milestone, made.id)
    assert (row.owner_organisation_id, row.owned_from) == (here.organisation_id, MARCH)
    assert row.owner_person_id == here.approver_id
    async with here.at(APRIL) as doing:
        await commands.assign_owner(doing, made.id, organisation_id=None, person_id=None)
    row = await here.row(Milestone, made.id)
    assert (row.owner_organisation_id, row.owned_from, row.owner_person_id) == (None, None, None)


async def test_a_programme_ends_when_its_end_is_expected(here: Scene) -> None:
    end = await here.milestone(title="Planned end", baseline_on=AGREED, forecast_on=LATER, marks_end=True)
    assert (await here.row(Programme, here.programme_id)).ends_on == LATER
    async with here.at(MARCH) as doing:
        await commands.reforecast(doing, end.id, forecast_on=LATEST, reason=ReasonCode.SCOPE)
    assert (await here.row(Programme, here.programme_id)).ends_on == LATEST
    async with here.at(APRIL) as doing:
        await commands.rebaseline(
            doing, end.id, baseline_on=LATEST, approved_by_id=here.approver_id, note="Board"
        )
    assert (await here.row(Programme, here.programme_id)).ends_on == LATEST
    assert (await here.as_of(Programme, here.programme_id, BEGAN)).ends_on == LATER


async def test_other_milestones_leave_the_end_of_a_programme_alone(here: Scene) -> None:
    await here.milestone()
    assert (await here.row(Programme, here.programme_id)).ends_on is None


async def test_a_programme_was_heard_when_a_milestone_of_it_changed(here: Scene) -> None:
    made = await here.milestone(BEGAN)
    programme = await here.row(Programme, here.programme_id)
    assert (programme.heard_on, programme.version) == (BEGAN, 1)
    async with here.at(MARCH) as doing:
        await evidence.add(doing, made.id, title="Minutes", url="https://example.org/minutes")
    assert (await here.row(Programme, here.programme_id)).heard_on == MARCH


async def test_news_of_an_earlier_date_does_not_make_it_heard_earlier(here: Scene) -> None:
    made = await here.milestone(BEGAN)
    async with here.at(MAY) as doing:
        await commands.update(doing, (await here.milestone(MARCH)).id, title="Another")
    async with here.at(APRIL) as doing:
        await commands.update(doing, made.id, title="Rota signed")
    assert (await here.row(Programme, here.programme_id)).heard_on == MAY


async def test_several_commands_in_one_transaction_add_up(here: Scene) -> None:
    async with here.at(MARCH) as doing:
        made = await commands.create(doing, programme_id=here.programme_id, title="Rota", baseline_on=AGREED)
        await commands.reforecast(doing, made.id, forecast_on=LATER, reason=ReasonCode.SCOPE)
        await commands.reforecast(doing, made.id, forecast_on=LATEST, reason=ReasonCode.SCOPE)
    assert [days for _, _, days, _, _ in await ledger_of(here, made)] == [31, 61]


async def test_two_people_move_the_same_date(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED)

    def move(day: date) -> Callable[[Work], Awaitable[object]]:
        return lambda doing: commands.reforecast(
            doing, made.id, forecast_on=day, reason=ReasonCode.SCOPE, expected_version=1
        )

    assert await race(here.database, move(LATER), move(LATEST)) == "STALE"
    assert [days for _, _, days, _, _ in await ledger_of(here, made)] == [31]


async def test_two_moves_that_expect_nothing_follow_each_other(here: Scene) -> None:
    made = await here.milestone(baseline_on=AGREED)

    def move(day: date) -> Callable[[Work], Awaitable[object]]:
        return lambda doing: commands.report_forecast(doing, made.id, forecast_on=day)

    assert await race(here.database, move(LATER), move(LATEST)) == "done"
    assert [days for _, _, days, _, _ in await ledger_of(here, made)] == [31, 61]


async def test_two_people_plan_the_end_of_one_programme(here: Scene) -> None:
    def plan(doing: Work) -> Awaitable[object]:
        return commands.create(
            doing, programme_id=here.programme_id, title="Planned end", baseline_on=AGREED, marks_end=True
        )

    assert await race(here.database, plan, plan) == "END_ALREADY_MARKED"
