"""Who is looking, what their roles allow, and which rows they can see.

Seen and allowed are two questions. What may not be seen is absent (`visible`); what may be seen and not done
is forbidden (`PERMISSIONS`). Each stands in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """In what capacity somebody acts."""

    ADMINISTRATOR = "ADMINISTRATOR"
    SPONSOR = "SPONSOR"


class Permission(StrEnum):
    """What can be allowed."""

    READ = "READ"
    EDIT_ORGANISATIONS = "EDIT_ORGANISATIONS"
    EDIT_PEOPLE = "EDIT_PEOPLE"
    EDIT_PROGRAMMES = "EDIT_PROGRAMMES"
    EDIT_MILESTONES = "EDIT_MILESTONES"
    EDIT_COHORTS = "EDIT_COHORTS"
    EDIT_STRENGTHS = "EDIT_STRENGTHS"
    EDIT_INSTRUMENTS = "EDIT_INSTRUMENTS"
    EDIT_ROUNDS = "EDIT_ROUNDS"
    EDIT_SESSIONS = "EDIT_SESSIONS"
    APPROVE_BASELINES = "APPROVE_BASELINES"
    COMPILE_SUMMARIES = "COMPILE_SUMMARIES"
    REVIEW_SUMMARIES = "REVIEW_SUMMARIES"
    IMPORT = "IMPORT"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.SPONSOR: frozenset({Permission.READ, Permission.COMPILE_SUMMARIES}),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who reads or acts; `person_id` is None for the built-in administrator alone."""

    role: Role
    person_id: UUID | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it."""
        return permission in PERMISSIONS[self.role]


ADMINISTRATOR = Viewer(Role.ADMINISTRATOR)
