"""Importing members of cohorts: the people, which organisation they belong to, and from when to when they take part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.calendar import in_words
from domain.cohorts import members
from domain.cohorts.models import CohortRole
from domain.database import Database
from domain.errors import Refused
from domain.imports.at_once import at_once
from domain.imports.directory import Directory, Known, directory
from domain.imports.members_rows import MemberRow, read_members
from domain.imports.members_state import (
    Cohorts,
    KnownAffiliation,
    KnownCohort,
    KnownMember,
    KnownPerson,
    Roll,
    cohorts,
    roll,
)
from domain.imports.problems import Problems
from domain.imports.results import Decision, DecisionCode, ImportResult, Kind, Outcome, Progress, silent
from domain.imports.runs import Run, attempt, dated
from domain.imports.spool import Spool
from domain.people import commands as people
from domain.work import Work

# The columns that the fields of a refusal stand in.
_COLUMNS = {
    "name": "name",
    "email": "email",
    "organisationId": "organisation",
    "personId": "organisation",
    "position": "position",
    "role": "role",
    "startsOn": "joined_on",
    "endsOn": "left_on",
}


async def import_members(
    database: Database,
    path: Path,
    *,
    viewer: Viewer = ADMINISTRATOR,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Import members of cohorts from a CSV file or a workbook. An empty cell changes nothing, nor does a second import.

    Its columns are `cohort` (a name), `name`, `email`, `organisation` (a code) and `joined_on`, and if wanted
    `programme` (a reference), `position`, `role` and `left_on`. People are told apart by their addresses. What is new
    holds from the day they joined, as far as their cohort was known then; what is changed, from today.

    Raises:
        ImportRefused: there are errors; nothing was written.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING.
    """
    run = Run(database, viewer, now, dry_run, progress)
    return await at_once(run, "members", path, MemberRow, read=read_members, apply=_apply)


async def _apply(
    work: Work, rows: Spool[MemberRow], result: ImportResult, problems: Problems, progress: Progress
) -> None:
    known = await directory(work.session), await cohorts(work.session)
    await _Task(work, rows, result, problems, progress, *known).apply()


@dataclass(frozen=True, slots=True)
class _Task:
    work: Work
    rows: Spool[MemberRow]
    result: ImportResult
    problems: Problems
    progress: Progress
    organisations: Directory
    cohorts: Cohorts

    async def apply(self) -> None:
        """Bring in every row in the order in which people joined, or none."""
        self._require_known()
        self.problems.raise_if_full()
        # What is wrong in the other rows is told with it, though nothing is kept of them.
        wrong, done = self.problems.rows, 0
        for on in self.rows.days():
            for batch in self.rows.batches(on):
                called = await roll(self.work.session, {row.email for row in batch}, on)
                for row in batch:
                    if row.number not in wrong:
                        await self._attempt(row, called)
                done += len(batch)
                self.progress("Importing members", done, self.result.rows)
        self.problems.raise_if_any()

    def _require_known(self) -> None:
        for batch in self.rows.batches():
            for row in batch:
                if row.organisation is not None and row.organisation not in self.organisations:
                    code, message = self.organisations.advice(
                        row.organisation, otherwise="Give the code of the one that the person comes from."
                    )
                    self.problems.add(code, message, row=row.number, column="organisation")
                if len(self.cohorts.named(row.programme, row.cohort)) != 1:
                    code, message, column = self.cohorts.advice(row.programme, row.cohort)
                    self.problems.add(code, message, row=row.number, column=column)

    async def _attempt(self, row: MemberRow, called: Roll) -> None:
        [cohort] = self.cohorts.named(row.programme, row.cohort)
        work = await dated(self.work, self._effective(row, cohort, called.people.get(row.email)))
        async with attempt(work, self.problems, row.number, _COLUMNS):
            person_id = await self._person(work, row, called)
            if row.organisation is not None:
                await self._affiliate(work, row, person_id, self.organisations[row.organisation], called)
            outcome = await self._join(work, row, person_id, cohort, called)
            self.result.count(Kind.MEMBERS, outcome)

    def _effective(self, row: MemberRow, cohort: KnownCohort, person: KnownPerson | None) -> date:
        """From when what the row says is known: from the day they joined, if there was something to join by then."""
        since = [row.joined_on, cohort.known_since, *([] if person is None else [person.known_since])]
        return min(self.work.on, max(since))

    async def _person(self, work: Work, row: MemberRow, called: Roll) -> UUID:
        known = called.people.get(row.email)
        if known is None:
            person = await people.create(work, name=row.name, email=row.email)
            known = called.people[row.email] = KnownPerson(person.id, person.name, work.on)
            self.result.count(Kind.PEOPLE, Outcome.CREATED)
        elif known.name != row.name:
            await people.update(await dated(work, self.work.on), known.id, name=row.name)
            await dated(work, work.on)
            called.people[row.email] = KnownPerson(known.id, row.name, known.known_since)
            self.result.count(Kind.PEOPLE, Outcome.CHANGED)
            self._decide(row, DecisionCode.PERSON_RENAMED, f"{known.name} is called {row.name} now.")
        else:
            self.result.count(Kind.PEOPLE, Outcome.UNCHANGED)
        return known.id

    async def _affiliate(
        self, work: Work, row: MemberRow, person_id: UUID, organisation: Known, called: Roll
    ) -> None:
        """Have them belong to the organisation on the day they join, unless they do already."""
        stays = called.affiliations.setdefault(person_id, [])
        running = [stay for stay in stays if stay.runs(row.joined_on)]
        same = next((stay for stay in running if stay.held_by_id == organisation.id), None)
        if same is not None:
            self._compare_positions(row, same)
            self.result.count(Kind.AFFILIATIONS, Outcome.UNCHANGED)
            return
        later = [
            s.starts_on for s in stays if s.organisation_id == organisation.id and s.starts_on > row.joined_on
        ]
        made = await people.affiliate(
            work,
            person_id,
            organisation_id=organisation.id,
            starts_on=row.joined_on,
            ends_on=min(later, default=None),
            position=row.position,
        )
        stays.append(
            KnownAffiliation(organisation.id, organisation.id, made.starts_on, made.ends_on, made.position)
        )
        self.result.count(Kind.AFFILIATIONS, Outcome.CREATED)
        for stay in running:
            other = self.organisations.code_of(stay.held_by_id)
            message = (
                f"{row.name} belongs to {other} as well. If they have moved to {organisation.code}, end that."
            )
            self._decide(row, DecisionCode.EMPLOYER_ADDED, message)

    def _compare_positions(self, row: MemberRow, stay: KnownAffiliation) -> None:
        if row.position is not None and row.position != stay.position:
            known = "without a position" if stay.position is None else f"as \u201c{stay.position}\u201d"
            message = f"{row.name} is known at {row.organisation} {known}, and stays so."
            self._decide(row, DecisionCode.POSITION_KEPT, message)

    async def _join(
        self, work: Work, row: MemberRow, person_id: UUID, cohort: KnownCohort, called: Roll
    ) -> Outcome:
        known = called.members.get((cohort.id, person_id), ())
        same = next((member for member in known if member.starts_on == row.joined_on), None)
        if same is not None:
            return await self._bring_up_to_date(row, same)
        await members.join(
            work,
            cohort.id,
            person_id=person_id,
            role=row.role or CohortRole.PARTICIPANT,
            starts_on=row.joined_on,
            ends_on=row.left_on,
        )
        return Outcome.CREATED

    async def _bring_up_to_date(self, row: MemberRow, known: KnownMember) -> Outcome:
        if row.role is not None and row.role is not known.role:
            message = f"{row.name} is in the cohort as {known.role.value}. Have them leave first, and then join again."
            raise Refused("ROLE_DIFFERS", message, field="role")
        if row.left_on is None or row.left_on == known.ends_on:
            return Outcome.UNCHANGED
        if known.ends_on is not None and known.ends_on < row.left_on:
            message = f"{row.name} is known to leave on {in_words(known.ends_on)}. Give that date or an earlier one."
            raise Refused("LEAVING_DIFFERS", message, field="endsOn")
        await members.leave(await dated(self.work, self.work.on), known.id, ends_on=row.left_on)
        return Outcome.CHANGED

    def _decide(self, row: MemberRow, code: DecisionCode, message: str) -> None:
        self.result.decide(Decision(code, message, row=row.number, subject=row.email))
