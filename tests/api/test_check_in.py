"""The page of a check-in link: looking changes nothing, the button checks in once, and it needs no script."""

from __future__ import annotations

import json
import re
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from domain.calendar import LONDON, now
from domain.database import Database
from domain.models import CheckInLink, JournalEntry, metadata
from domain.sessions import check_in, commands
from domain.sessions.models import SessionMode
from domain.sessions.presence import Attendance, AttendanceMode, AttendanceStatus
from tests.api.conftest import Reach
from tests.domain.sessions.scenes import Meeting, meeting
from tests.factories import acting
from tests.refusals import contents

HTML = {"Accept": "text/html"}
_CHECKED_IN = select(JournalEntry).where(JournalEntry.command == "attendance.checked_in")


async def _link(
    database: Database, mode: SessionMode = SessionMode.IN_PERSON, ago: timedelta = timedelta(0)
) -> tuple[Meeting, str]:
    """A session that began so long ago, three hours long, and Ada's token for it."""
    shown = (now() - ago).astimezone(LONDON)
    async with acting(database, now=now()) as work:
        it = await meeting(
            work,
            title="What <now>?",
            mode=mode,
            link="https://meet.example.org/a",
            held_on=shown.date(),
            begins=time(shown.hour, shown.minute),
            minutes=180,
        )
        await check_in.issue(work, it.session.id, person_ids=[it.ada.id])
        [issued] = work.handed["links"]
    return it, issued.token


async def _attendances(database: Database) -> list[Attendance]:
    async with acting(database) as work:
        return list(await work.session.scalars(select(Attendance)))


async def test_looking_shows_a_button_and_changes_nothing(reach: Reach, database: Database) -> None:
    _, token = await _link(database)
    before = await contents(database)
    async with reach(token="the server's", client="203.0.113.9", host="tandem.example.org") as reached:
        for answer in (
            await reached.get("/check-in", params={"token": token}, headers=HTML),
            await reached.head("/check-in", params={"token": token}),
        ):
            assert answer.status_code == 200
        shown = await reached.get("/check-in", params={"token": token}, headers=HTML)
    assert await contents(database) == before
    assert "What &lt;now&gt;?" in shown.text
    assert "Ada King" in shown.text
    assert re.search(r'<form method="post" action="/check-in">', shown.text)
    assert "script" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'")
    assert "form-action 'self'" in policy
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"


async def test_the_button_checks_in_once(reach: Reach, database: Database) -> None:
    it, token = await _link(database)
    async with reach(token="the server's", client="203.0.113.9", host="tandem.example.org") as reached:
        done = await reached.post("/check-in", data={"token": token}, headers={"Origin": "null"})
        again = await reached.post("/check-in", data={"token": token})
        looked = await reached.get("/check-in", params={"token": token})
    assert (done.status_code, again.status_code, looked.status_code) == (200, 400, 200)
    assert "<h1>You are checked in</h1>" in done.text
    for answer in (again, looked):
        assert "You checked in at" in answer.text
        assert "<button" not in answer.text
    [attendance] = await _attendances(database)
    assert (attendance.person_id, attendance.status, attendance.mode) == (
        it.ada.id,
        AttendanceStatus.PRESENT,
        AttendanceMode.IN_PERSON,
    )
    async with acting(database) as work:
        entry = (await work.session.execute(_CHECKED_IN)).scalar_one()
        assert entry.actor_id == it.ada.id


async def test_who_can_come_or_call_says_which(reach: Reach, database: Database) -> None:
    _, token = await _link(database, SessionMode.HYBRID)
    async with reach() as reached:
        shown = await reached.get("/check-in", params={"token": token})
        unsaid = await reached.post("/check-in", data={"token": token})
        wrong = await reached.post("/check-in", data={"token": token, "mode": "BY_OWL"})
        assert await _attendances(database) == []
        done = await reached.post("/check-in", data={"token": token, "mode": "VIRTUAL"})
    assert shown.text.count('type="radio"') == 2
    for answer in (unsaid, wrong):
        assert answer.status_code == 400
        assert "say which it is" in answer.text
        assert "<button" in answer.text
    assert done.status_code == 200
    assert [each.mode for each in await _attendances(database)] == [AttendanceMode.VIRTUAL]


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 64, "A" * 5000, "%00", "🚂"])
async def test_what_is_no_link_is_told_so(reach: Reach, token: str) -> None:
    async with reach() as reached:
        looked = await reached.get("/check-in", params={"token": token}, headers=HTML)
        used = await reached.post("/check-in", data={"token": token}, headers=HTML)
    for answer in (looked, used):
        assert answer.status_code == 404
        assert "<h1>This link does not work</h1>" in answer.text


async def test_a_token_of_which_a_bit_is_wrong_does_not_work(reach: Reach, database: Database) -> None:
    _, token = await _link(database)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    async with reach() as reached:
        answer = await reached.post("/check-in", data={"token": wrong})
    assert answer.status_code == 404
    assert await _attendances(database) == []


async def test_a_session_that_is_off_or_over_says_so(reach: Reach, database: Database) -> None:
    it, token = await _link(database)
    async with acting(database) as work:
        await commands.cancel(work, it.session.id, because="Snow")
    async with reach() as reached:
        off = await reached.get("/check-in", params={"token": token})
        assert "was cancelled" in off.text
        assert "<button" not in off.text
        assert (await reached.post("/check-in", data={"token": token})).status_code == 400


async def test_the_token_is_in_no_log_and_nowhere_in_the_database(
    reach: Reach, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    _, token = await _link(database)
    async with reach() as reached:
        await reached.get("/check-in", params={"token": token})
        await reached.post("/check-in", data={"token": token})
    logged = capsys.readouterr().err
    assert [json.loads(line)["path"] for line in logged.splitlines() if '"request"' in line] == [
        "/check-in"
    ] * 2
    assert token not in logged
    secret = token[22:]
    async with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                assert token not in str(row)
                assert secret not in str(row)
        [link] = (await connection.execute(select(CheckInLink.secret_hash))).scalars()
        assert re.fullmatch(r"[0-9a-f]{64}", link)


async def test_a_form_that_is_too_large_is_not_read(reach: Reach) -> None:
    async with reach() as reached:
        answer = await reached.post("/check-in", data={"token": "x" * 1_100_000})
    assert answer.status_code == 413
