"""The part of the story that tells of strengths."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.strengths import frameworks
from domain.strengths.reading import shipped
from tests.domain.strengths.test_frameworks import FILE, changed

if TYPE_CHECKING:
    from tests.graph.reads.story import Story

FILES = (FILE, changed(version=2, name="É small"), *shipped().values())


async def assess(story: Story) -> None:
    """Frameworks in several versions."""
    for number, file in enumerate(FILES):
        await story.attempt(
            "framework",
            lambda work, file=file: frameworks.store(work, file=file),
            on=date(2019 + number, 1, 1),
        )
