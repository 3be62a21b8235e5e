"""What can be done with those who take part in programmes, and with those who answer for them."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.programmes import partners, sponsors
from domain.programmes.models import PartnerRole
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional
from graph.mutations.performing import Payload, mutation
from graph.partners import Partner, Sponsor
from graph.reads import subject


@strawberry.type(description="What became of the partner.")
class PartnerPayload(Payload):
    """The answer of every mutation that changes a partner."""

    partner: Partner | None = subject()


@strawberry.type(description="What became of the sponsor's seat.")
class SponsorPayload(Payload):
    """The answer of every mutation that changes a sponsor's seat."""

    sponsor: Sponsor | None = subject()


@asks
class PartnerAddInput(Request):
    """Which organisation takes part in a programme, as what and when."""

    programme_id: strawberry.ID = id_of("Programme")
    organisation_id: strawberry.ID = id_of("Organisation")
    role: PartnerRole = needed("Not LEAD: a programme has one, see `programmeLeadChange`.")
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional("The day from which it is over, if that is known.")


@asks
class PartnerEndInput(Change):
    """Which partner leaves, and when."""

    id: strawberry.ID = id_of("Partner")
    ends_on: date = needed("The day from which it is over.")


@asks
class PartnerAssignInput(Request):
    """Which successor of an organisation that was split goes on for it."""

    id: strawberry.ID = id_of("Partner", "The id of the Partner that needs the decision.")
    organisation_id: strawberry.ID = id_of("Organisation", "The id of the successor that goes on.")


@asks
class ProgrammeLeadChangeInput(Request):
    """Which organisation leads a programme, and from when."""

    programme_id: strawberry.ID = id_of("Programme")
    organisation_id: strawberry.ID = id_of("Organisation", "The id of the Organisation that leads it then.")
    starts_on: date = needed("The first day on which it leads.")


@asks
class SponsorAppointInput(Request):
    """Who answers for a programme on behalf of which partner, and when."""

    programme_id: strawberry.ID = id_of("Programme")
    partner_id: strawberry.ID = id_of("Partner")
    person_id: strawberry.ID = id_of("Person")
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional("The day from which it is over, if that is known.")


@asks
class SponsorEndInput(Change):
    """Which sponsor's seat ends, and when."""

    id: strawberry.ID = id_of("Sponsor")
    ends_on: date = needed("The day from which it is over.")


@strawberry.type
class PartnerMutations:
    """What can be done with partners and sponsors."""

    partner_add = mutation(partners.add, PartnerAddInput, PartnerPayload)
    partner_end = mutation(partners.end, PartnerEndInput, PartnerPayload)
    partner_assign = mutation(partners.assign, PartnerAssignInput, PartnerPayload)
    programme_lead_change = mutation(partners.change_lead, ProgrammeLeadChangeInput, PartnerPayload)
    sponsor_appoint = mutation(sponsors.appoint, SponsorAppointInput, SponsorPayload)
    sponsor_end = mutation(sponsors.end, SponsorEndInput, SponsorPayload)
