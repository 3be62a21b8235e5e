"""What can be done with strengths: frameworks, people's profiles, and their consents."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.assessments.cells import DEFAULT_K, LOWEST_K
from domain.strengths import consents, frameworks, profiles, releases
from domain.strengths.models import ConsentLevel
from graph.mutations.inputs import Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.reads import subject
from graph.strengths import StrengthsConsent, StrengthsFramework, StrengthsProfile, StrengthsRelease


@strawberry.type(description="What became of the framework.")
class StrengthsFrameworkPayload(Payload):
    """The answer of every mutation that stores a framework."""

    framework: StrengthsFramework | None = subject()


@strawberry.type(description="What became of the profile; null where it is not shown to whoever recorded it.")
class StrengthsProfilePayload(Payload):
    """The answer of every mutation that changes a profile."""

    profile: StrengthsProfile | None = subject()


@strawberry.type(description="What a person consents to now.")
class StrengthsConsentPayload(Payload):
    """The answer of every mutation that changes a consent."""

    consent: StrengthsConsent | None = subject()


@strawberry.type(
    description="The release: null here, so that a rehearsal tells nothing. Ask for it by its id, or in its map."
)
class StrengthsReleasePayload(Payload):
    """The answer of the mutation that tells of a whole team or cohort."""

    release: StrengthsRelease | None = subject()


@asks
class StrengthsFrameworkStoreInput(Request):
    """The file of a framework."""

    file: str = needed(
        "Its text: YAML as the published JSON Schema has it (domain/strengths/framework.schema.json)."
    )


@asks
class StrengthsProfileRecordInput(Request):
    """What somebody was found to be good at, when, and by which framework."""

    person_id: strawberry.ID = id_of("Person")
    framework_id: strawberry.ID = id_of("StrengthsFramework")
    assessed_on: date = needed("The day on which they were assessed.")
    strengths: list[str] = needed("The keys of the strengths, in order where the framework has one.")


@asks
class StrengthsProfileRemoveInput(Request):
    """Which profile is taken back: whose, by which framework and of which day."""

    person_id: strawberry.ID = id_of("Person")
    framework_id: strawberry.ID = id_of("StrengthsFramework")
    assessed_on: date = needed("The day on which they were assessed.")


@asks
class StrengthsConsentGiveInput(Request):
    """Who shows their strengths to whom."""

    person_id: strawberry.ID = id_of("Person")
    level: ConsentLevel = needed("The widest circle that may see them.")
    note: str | None = optional("When and how they said so: needed where somebody else records it.")


@asks
class StrengthsConsentWithdrawInput(Request):
    """Who shows their strengths to nobody any more."""

    person_id: strawberry.ID = id_of("Person")
    note: str | None = optional("When and how they said so.")


@asks
class StrengthsReleaseInput(Request):
    """Of which team or cohort it is told what its people are good at, by which framework."""

    team_id: strawberry.ID | None = optional_id_of("Team", "The team, or else `cohortId`.")
    cohort_id: strawberry.ID | None = optional_id_of(
        "Cohort", "The cohort, of which those count who take part in it."
    )
    framework_id: strawberry.ID = id_of("StrengthsFramework")
    k: int = strawberry.field(
        default=DEFAULT_K, description=f"About how many people anything told is at least; {LOWEST_K} or more."
    )


@strawberry.type
class StrengthsMutations:
    """What can be done with strengths."""

    strengths_framework_store = mutation(
        frameworks.store, StrengthsFrameworkStoreInput, StrengthsFrameworkPayload
    )
    strengths_profile_record = mutation(profiles.record, StrengthsProfileRecordInput, StrengthsProfilePayload)
    strengths_profile_remove = mutation(profiles.remove, StrengthsProfileRemoveInput, StrengthsProfilePayload)
    strengths_consent_give = mutation(consents.give, StrengthsConsentGiveInput, StrengthsConsentPayload)
    strengths_consent_withdraw = mutation(
        consents.withdraw, StrengthsConsentWithdrawInput, StrengthsConsentPayload
    )
    strengths_release = mutation(releases.release, StrengthsReleaseInput, StrengthsReleasePayload)
