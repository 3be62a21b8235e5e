"""What can be done with cohorts and teams, and with those who are in them."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.cohorts import commands, members, teams
from domain.cohorts.models import CohortRole
from graph.cohorts import Cohort, CohortMember, Team, TeamMember
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.reads import subject

_UNTIL = "The day from which it is over, if that is known."


@strawberry.type(description="What became of the cohort.")
class CohortPayload(Payload):
    """The answer of every mutation that changes a cohort."""

    cohort: Cohort | None = subject()


@strawberry.type(description="What became of somebody's part in a cohort.")
class CohortMemberPayload(Payload):
    """The answer of every mutation that changes a member of a cohort."""

    member: CohortMember | None = subject()


@strawberry.type(description="What became of the team.")
class TeamPayload(Payload):
    """The answer of every mutation that changes a team."""

    team: Team | None = subject()


@strawberry.type(description="What became of somebody's part in a team.")
class TeamMemberPayload(Payload):
    """The answer of every mutation that changes a member of a team."""

    member: TeamMember | None = subject()


@asks
class CohortCreateInput(Request):
    """What a new cohort is called, and when it is."""

    programme_id: strawberry.ID = id_of("Programme")
    name: str = needed("Unique in the programme, for example `Executives`.")
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional(_UNTIL)


@asks
class CohortUpdateInput(Change):
    """What a cohort is called and when it is: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Cohort")
    name: str | None = optional()
    starts_on: date | None = optional()
    ends_on: date | None = optional("A later day, or null, has a cohort go on that was closed.")


@asks
class CohortCloseInput(Change):
    """Which cohort ends, and when."""

    id: strawberry.ID = id_of("Cohort")
    ends_on: date = needed("The day from which it is over.")


@asks
class CohortMemberJoinInput(Request):
    """Who is in which cohort, as what and when."""

    cohort_id: strawberry.ID = id_of("Cohort")
    person_id: strawberry.ID = id_of("Person")
    role: CohortRole = CohortRole.PARTICIPANT
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional(
        "The day from which it is over; left out, it lasts as long as the cohort."
    )


@asks
class CohortMemberLeaveInput(Change):
    """Whose part in a cohort ends, and when."""

    id: strawberry.ID = id_of("CohortMember")
    ends_on: date = needed("The day from which it is over.")


@asks
class TeamCreateInput(Request):
    """What a new team is called, what it belongs to, and when it is."""

    programme_id: strawberry.ID = id_of("Programme")
    name: str = needed("Unique in the programme.")
    cohort_id: strawberry.ID | None = optional_id_of(
        "Cohort",
        "The id of the Cohort that it is a team of; left out, it is one of the programme as a whole.",
    )
    organisation_id: strawberry.ID | None = optional_id_of(
        "Organisation",
        "The id of the Organisation whose team it is; left out, it is one across organisations.",
    )
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional(_UNTIL)


@asks
class TeamUpdateInput(Change):
    """What a team is called and when it is: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Team")
    name: str | None = optional()
    starts_on: date | None = optional()
    ends_on: date | None = optional("A later day, or null, has a team go on that was disbanded.")


@asks
class TeamDisbandInput(Change):
    """Which team is no more, and from when."""

    id: strawberry.ID = id_of("Team")
    ends_on: date = needed("The day from which it is no more.")


@asks
class TeamMemberAddInput(Request):
    """Who is in which team, and when."""

    team_id: strawberry.ID = id_of("Team")
    person_id: strawberry.ID = id_of("Person")
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional("The day from which it is over; left out, it lasts as long as the team.")


@asks
class TeamMemberRemoveInput(Change):
    """Whose part in a team ends, and when."""

    id: strawberry.ID = id_of("TeamMember")
    ends_on: date = needed("The day from which it is over.")


@strawberry.type
class CohortMutations:
    """What can be done with cohorts and teams."""

    cohort_create = mutation(commands.create, CohortCreateInput, CohortPayload)
    cohort_update = mutation(commands.update, CohortUpdateInput, CohortPayload)
    cohort_close = mutation(commands.close, CohortCloseInput, CohortPayload)
    cohort_member_join = mutation(members.join, CohortMemberJoinInput, CohortMemberPayload)
    cohort_member_leave = mutation(members.leave, CohortMemberLeaveInput, CohortMemberPayload)
    team_create = mutation(teams.create, TeamCreateInput, TeamPayload)
    team_update = mutation(teams.update, TeamUpdateInput, TeamPayload)
    team_disband = mutation(teams.disband, TeamDisbandInput, TeamPayload)
    team_member_add = mutation(teams.add_member, TeamMemberAddInput, TeamMemberPayload)
    team_member_remove = mutation(teams.remove_member, TeamMemberRemoveInput, TeamMemberPayload)
