"""How far the strengths of those in a programme's teams are known, in the schema."""

from __future__ import annotations

from sqlalchemy import and_

from domain import models
from domain.strengths import programmes as rules
from graph.reads import Connection, computed, listed, many, reads
from graph.strengths import StrengthsRelease
from graph.strengths_maps import ClusterOnMap


@reads(models.Programme)
class ProgrammeStrengths:
    """Those who are in a team of a programme on the date of the question, each counted once."""

    people: int = computed(rules.people, description="How many there are, whether or not they show anything.")
    with_profile: int = computed(
        rules.with_profile,
        description="How many of them had been assessed, whether or not they show it.",
    )
    shown: int = computed(
        rules.shown,
        description="How many of those show it to the programme: both on the date of the question and today.",
    )
    clusters: list[ClusterOnMap] = listed(
        rules.clusters,
        description="By framework and place: what they can draw on, as far as it is shown to whoever asks.",
    )
    releases: Connection[StrengthsRelease] = many(
        lambda row, other, _at: and_(other.programme_id == row.id, other.team_id.is_not(None)),
        order=("-valid_from",),
        description="What was told of its whole teams up to the date of the question, the latest first.",
    )
