"""What commands refuse, by whom it was asked and when; a refused one leaves nothing behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.errors import Refused
from domain.milestones import commands, dependencies, evidence
from domain.milestones.models import Milestone, ReasonCode
from domain.models import Programme
from domain.work import Work
from tests.domain.milestones.scenes import BEGAN, Scene
from tests.refusals import contents

AGREED, LATER = date(2024, 6, 30), date(2024, 7, 31)
MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)

Act = Callable[[Work, UUID, Scene], Awaitable[object]]


def a(command: Callable[..., Awaitable[object]], **given: Any) -> Act:
    return lambda doing, milestone_id, _: command(doing, milestone_id, **given)


def rebaseline(**given: Any) -> Act:
    def act(doing: Work, milestone_id: UUID, here: Scene) -> Awaitable[object]:
        approver = given.get("approver", here.approver_id)
        approver = getattr(here, approver) if isinstance(approver, str) else approver
        return commands.rebaseline(
            doing,
            milestone_id,
            baseline_on=LATER,
            approved_by_id=approver,
            note="Board",
            expected_version=given.get("expected_version"),
        )

    return act


def create(**given: Any) -> Act:
    def act(doing: Work, _: UUID, here: Scene) -> Awaitable[object]:
        usual: dict[str, Any] = {
            "programme_id": here.programme_id,
            "title": "Another",
            "baseline_on": AGREED,
        }
        return commands.create(doing, **(usual | given))

    return act


def depend(**given: Any) -> Act:
    return lambda doing, milestone_id, _: dependencies.add(
        doing, milestone_id, depends_on_id=given.get("on", milestone_id)
    )


EVERY_CHANGE: dict[str, Act] = {
    "create": create(),
    "update": a(commands.update, title="Another"),
    "assign an owner": a(commands.assign_owner, person_id=None),
    "reforecast": a(commands.reforecast, forecast_on=LATER, reason=ReasonCode.SCOPE),
    "report a forecast": a(commands.report_forecast, forecast_on=LATER),
    "rebaseline": rebaseline(),
    "achieve": a(commands.achieve, achieved_on=MARCH),
    "withdraw": a(commands.withdraw_achievement, note="Wrong"),
    "cancel": a(commands.cancel, note="Wrong"),
    "reinstate": a(commands.reinstate, note="Wrong"),
    "depend": depend(),
    "show evidence": a(evidence.add, title="Minutes", url="https://example.org"),
}

STALE = {
    "update": a(commands.update, title="Another", expected_version=7),
    "assign an owner": a(commands.assign_owner, person_id=None, expected_version=7),
    "reforecast": a(commands.reforecast, forecast_on=LATER, reason=ReasonCode.SCOPE, expected_version=7),
    "rebaseline": rebaseline(expected_version=7),
    "achieve": a(commands.achieve, achieved_on=MARCH, expected_version=7),
    "withdraw": a(commands.withdraw_achievement, note="Wrong", expected_version=7),
    "cancel": a(commands.cancel, note="Wrong", expected_version=7),
    "reinstate": a(commands.reinstate, note="Wrong", expected_version=7),
}

NOBODY = uuid4()
REFUSALS: list[tuple[str, Act, str, str | None]] = [
    ("a title says something", create(title="  "), "EMPTY_TITLE", "title"),
    ("a date that nobody can mean", create(baseline_on=date(1, 1, 1)), "BAD_DATE", "baselineOn"),
    ("an end at the start of time", create(forecast_on=date.min), "BAD_DATE", "forecastOn"),
    ("a programme that is not there", create(programme_id=NOBODY), "NOT_FOUND", "programmeId"),
    ("an owner that is not there", create(owner_organisation_id=NOBODY), "NOT_FOUND", "ownerOrganisationId"),
    ("a person who is not there", create(owner_person_id=NOBODY), "NOT_FOUND", "ownerPersonId"),
    ("an update keeps a title", a(commands.update, title=""), "EMPTY_TITLE", "title"),
    ("owners exist", a(commands.assign_owner, organisation_id=NOBODY), "NOT_FOUND", "organisationId"),
    ("people who own exist", a(commands.assign_owner, person_id=NOBODY), "NOT_FOUND", "personId"),
    (
        "only a report is a report",
        a(commands.reforecast, forecast_on=LATER, reason=ReasonCode.REPORTED),
        "REASON_RESERVED",
        "reason",
    ),
    (
        "a forecast is no baseline",
        a(commands.reforecast, forecast_on=LATER, reason=ReasonCode.REBASELINED),
        "REASON_RESERVED",
        "reason",
    ),
    ("a report brings news", a(commands.report_forecast, forecast_on=AGREED), "DATE_UNCHANGED", "forecastOn"),
    ("a decision has an approver", rebaseline(approver=None), "APPROVER_REQUIRED", "approvedById"),
    ("an approver is somebody", rebaseline(approver="placeholder_id"), "APPROVER_REQUIRED", "approvedById"),
    ("an approver is known", rebaseline(approver=NOBODY), "NOT_FOUND", "approvedById"),
    ("a cancellation has a reason", a(commands.cancel, note=" "), "NOTE_REQUIRED", "note"),
    (
        "evidence is a web page",
        a(commands.achieve, achieved_on=MARCH, evidence_url="minutes.pdf"),
        "BAD_EVIDENCE_URL",
        "evidenceUrl",
    ),
]


async def refused(here: Scene, act: Act, *, viewer: Viewer = ADMINISTRATOR, on: date = MARCH) -> Refused:
    """Why the command was refused; it left nothing behind."""
    made = await here.milestone(BEGAN, baseline_on=AGREED)
    before = await contents(here.database)
    with pytest.raises(Refused) as refusal:
        async with here.at(on, viewer) as doing:
            await act(doing, made.id, here)
    assert await contents(here.database) == before
    return refusal.value


@pytest.mark.parametrize(
    ("act", "code", "field"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
async def test_refusals(here: Scene, act: Act, code: str, field: str | None) -> None:
    refusal = await refused(here, act)
    assert (refusal.code, refusal.field) == (code, field)


@pytest.mark.parametrize("act", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
async def test_a_sponsor_may_look_and_not_change(here: Scene, act: Act) -> None:
    assert (await refused(here, act, viewer=here.sponsor)).code == "FORBIDDEN"


@pytest.mark.parametrize("act", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
async def test_a_stranger_is_told_that_it_does_not_exist(here: Scene, act: Act) -> None:
    assert (await refused(here, act, viewer=here.stranger)).code == "NOT_FOUND"


@pytest.mark.parametrize("act", STALE.values(), ids=STALE)
async def test_a_stale_version_is_refused(here: Scene, act: Act) -> None:
    assert (await refused(here, act)).code == "STALE"


async def test_the_past_of_a_milestone_is_not_rewritten(here: Scene) -> None:
    act = a(commands.update, title="Another")
    assert (await refused(here, act, on=date(2023, 12, 31))).code == "EARLIER_THAN_KNOWN"


@pytest.mark.parametrize("command", [commands.withdraw_achievement, commands.reinstate])
async def test_taking_back_needs_a_note(here: Scene, command: Callable[..., Awaitable[object]]) -> None:
    made = await here.milestone()
    async with here.at(MARCH) as doing:
        if command is commands.reinstate:
            await commands.cancel(doing, made.id, note="Not needed")
        else:
            await commands.achieve(doing, made.id, achieved_on=MARCH)
    with pytest.raises(Refused, match="Add a note") as refusal:
        async with here.at(APRIL) as doing:
            await command(doing, made.id, note=None)
    assert refusal.value.code == "NOTE_REQUIRED"
    assert (await here.row(Milestone, made.id)).version == 2


async def test_a_programme_has_one_end(here: Scene) -> None:
    await here.milestone(title="Planned end", marks_end=True)
    with pytest.raises(Refused) as refusal:
        await here.milestone(title="Another end", marks_end=True)
    assert (refusal.value.code, refusal.value.field) == ("END_ALREADY_MARKED", "marksEnd")


async def test_a_programme_does_not_end_before_it_starts(here: Scene) -> None:
    end = await here.milestone(title="Planned end", marks_end=True)
    async with here.at(BEGAN) as doing:
        (await doing.find(Programme, here.programme_id, for_update=True)).starts_on = MARCH
    with pytest.raises(Refused) as refusal:
        async with here.at(BEGAN) as doing:
            await commands.reforecast(doing, end.id, forecast_on=BEGAN, reason=ReasonCode.SCOPE)
    assert (refusal.value.code, refusal.value.field) == ("ENDS_BEFORE_START", "forecastOn")
    assert (await here.row(Milestone, end.id)).forecast_on == AGREED
