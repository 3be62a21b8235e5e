"""A summary is compiled as its sponsor, and every figure can be worked out again from its source."""

from datetime import date

import pytest
from tests.domain.summaries.story import HEADLINE, WINTER, tell

from domain.summaries.reading import assemble
from domain.summaries.headline import FIGURES
from domain.summaries.sections import SECTIONS
from domain.summaries.sources import Source
from domain.access.viewers import Role, Viewer
from domain.models import Summary
from workers.reading import answer
from workers.summaries import compile_summary
from sqlalchemy import select

ARGUMENTS = WINTER.as_data()


async def _compiled(database, person_id):
    result = await compile_summary(database, str(person_id), **ARGUMENTS)
    async with database.transaction(effective_on=date(2026, 6, 1)) as session:
        found = await session.get_one(Summary, result["summary_id"])
    assert found.hash == result["hash"]
    return found


async def test_the_headline_says_what_the_winter_came_to(database):
    story = await tell(database)
    summary = await _compiled(database, story.ada.id)
    assert summary.content["headline"] == HEADLINE
    assert list(summary.content["headline"]) != []
    open("/tmp/summary.html", "w").write(summary.html)
    import json

    open("/tmp/summary.json", "w").write(json.dumps(summary.content, indent=1))
