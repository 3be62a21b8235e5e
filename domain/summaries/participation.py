"""Who was at the sessions of a period, programme by programme and organisation by organisation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.sessions.models import SessionMode
from domain.sessions.presence import AttendanceMode, AttendanceStatus
from domain.summaries.people import Attended, Organisation, Session
from domain.summaries.reading import Owner, Reading

Item = dict[str, Any]
_MILLIONTH = Decimal("0.000001")


@dataclass(slots=True)
class _Tally:
    """How many were there and how, and how many were not."""

    people: Counter[tuple[AttendanceStatus, AttendanceMode | None]] = field(default_factory=Counter)

    def add(self, attended: Attended) -> None:
        self.people[attended.status, attended.mode] += attended.people

    def of(self, status: AttendanceStatus, mode: AttendanceMode | None = None) -> int:
        return self.people[status, mode]

    @property
    def noted(self) -> int:
        """Of how many it was noted whether they were there, each time."""
        return self.people.total()

    @property
    def present(self) -> int:
        return sum(self.of(AttendanceStatus.PRESENT, mode) for mode in AttendanceMode)

    @property
    def share(self) -> Decimal:
        """Of those of whom it was noted, the share who were there."""
        return (Decimal(self.present) / self.noted).quantize(_MILLIONTH, ROUND_HALF_UP)


@dataclass(slots=True)
class _Held:
    """The sessions of one programme in one stretch of time."""

    sessions: list[Session] = field(default_factory=list)
    everybody: _Tally = field(default_factory=_Tally)
    of: dict[Organisation | None, _Tally] = field(default_factory=lambda: defaultdict(_Tally))

    def add(self, session: Session) -> None:
        self.sessions.append(session)
        for attended in session.attendance_counts:
            self.everybody.add(attended)
            self.of[attended.organisation].add(attended)


def participation(reading: Reading) -> list[Item]:
    """How many were at the sessions of each programme, for which organisation and how: by the programme's reference."""
    owners = {session.programme.id: session.programme for session in reading.sessions.values()}
    now, before = _by_programme(reading.sessions.values()), _by_programme(reading.sessions_before.values())
    return [
        _item(owner, now[owner.id], before.get(owner.id, _Held()))
        for owner in sorted(owners.values(), key=lambda owner: owner.ref)
    ]


def _by_programme(sessions: Iterable[Session]) -> dict[str, _Held]:
    held: dict[str, _Held] = defaultdict(_Held)
    for session in sessions:
        held[session.programme.id].add(session)
    return held


def _item(owner: Owner, now: _Held, before: _Held) -> Item:
    modes = Counter(session.mode for session in now.sessions)
    return {
        "programme": {"id": owner.id, "ref": owner.ref, "title": owner.title},
        "sessions": {
            "held": len(now.sessions),
            "heldBefore": len(before.sessions),
            "withAttendance": sum(bool(session.attendance_counts) for session in now.sessions),
            "modes": {mode.value: modes[mode] for mode in SessionMode},
        },
        "everybody": _counts(now.everybody, before.everybody) if now.everybody.noted else None,
        "organisations": [
            {
                "organisation": {"code": who.code, "name": who.name} if who else None,
                **_counts(now.of[who], before.of.get(who)),
            }
            for who in sorted(now.of, key=_by_name)
        ],
    }


def _counts(now: _Tally, before: _Tally | None) -> Mapping[str, Any]:
    """The counts, and those before, where anything was noted then: a change is said of nothing else."""
    known = before if before is not None and before.noted else None
    return {
        "inPerson": now.of(AttendanceStatus.PRESENT, AttendanceMode.IN_PERSON),
        "virtual": now.of(AttendanceStatus.PRESENT, AttendanceMode.VIRTUAL),
        "excused": now.of(AttendanceStatus.EXCUSED),
        "absent": now.of(AttendanceStatus.ABSENT),
        "present": now.present,
        "noted": now.noted,
        "share": str(now.share),
        "before": None
        if known is None
        else {"present": known.present, "noted": known.noted, "share": str(known.share)},
        "change": None if known is None else str(now.share - known.share),
    }


def _by_name(who: Organisation | None) -> tuple[bool, str, str]:
    return (True, "", "") if who is None else (False, who.name, who.code)
