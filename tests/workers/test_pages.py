"""The page of a summary: in plain words, for every reader, with nothing from outside."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

from domain.programmes.models import DeliveryConfidence
from domain.summaries.content import compose, hash_of
from domain.summaries.reading import Reader
from tests.domain.summaries.readings import milestone, programme, reading, snapshot
from workers import pages

ADA = Reader("Person:1", "Ada <King>", "ada.king@example.org")


class _Outline(HTMLParser):
    """The elements of a page, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


def _content(programmes: int = 3, late: int = 40) -> dict[str, Any]:
    before = [programme(f"p{n}", delivery_confidence=DeliveryConfidence.GREEN) for n in range(programmes)]
    after = [programme(f"p{n}", delivery_confidence=DeliveryConfidence.RED) for n in range(programmes)]
    was = tuple(milestone(f"m{n}", of="p0") for n in range(late))
    day = date(2026, 3, 1)
    is_ = tuple(milestone(f"m{n}", of="p0", title="Doors & windows", forecast_on=day) for n in range(late))
    return compose(ADA, reading(snapshot(*before, milestones=was), snapshot(*after, milestones=is_)), {})


def _page(**given: int) -> tuple[_Outline, dict[str, Any]]:
    content = _content(**given)
    return _Outline(pages.summary_page(content)), content


def test_dates_and_figures_are_written_as_people_write_them() -> None:
    page, _ = _page(programmes=1200)
    assert "31 December 2025 to 31 March 2026" in page.words
    assert "You sponsor 1,200 active programmes. 1,200 ratings got worse" in page.words
    assert "2026-" not in re.sub(r"tandem query.*", "", page.words)


def test_what_people_wrote_is_text() -> None:
    page, _ = _page()
    assert "Summary for Ada <King>" in page.words
    assert "Doors & windows" in page.words
    assert not page.all("king")


def test_it_stands_by_itself() -> None:
    page, _ = _page()
    assert not page.all("script") + page.all("link") + page.all("img") + page.all("iframe")
    assert all(link["href"].startswith("#") for link in [*page.all("a"), *page.all("use")])
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


def test_readers_of_every_kind_find_their_way() -> None:
    page, content = _page()
    assert page.all("html") == [{"lang": "en-GB"}]
    assert len(page.all("h1")) == 1
    assert len(page.all("h2")) == len(content["sections"]) + 2
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(heading.get("scope") in {"row", "col"} for heading in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(f"{label['label']}, " in page.words for label in content["figures"].values())


def test_a_rating_is_a_word_and_a_shape_and_a_colour() -> None:
    page, _ = _page()
    marks = [attributes for attributes in page.all("span") if "mark" in attributes.get("class", "")]
    assert {"class": "mark RED"} in marks
    assert {"href": "#RED"} in page.all("use")
    assert "Green → to Red" in page.words


def test_long_lists_begin_with_what_matters_and_unfold() -> None:
    page, _ = _page(programmes=30)
    assert "20 more programmes" in page.words
    assert "30 more milestones" in page.words


def test_a_quiet_period_says_so() -> None:
    page = _Outline(pages.summary_page(compose(ADA, reading(snapshot(), snapshot()), {})))
    assert "You sponsor 0 active programmes. No rating got worse and no milestone slipped." in page.words
    for said in ("Nothing got worse.", "Nothing is overdue.", "No programme joined.", "No milestone is due."):
        assert said in page.words


def test_it_names_the_hash_of_what_it_says() -> None:
    page, content = _page()
    assert hash_of(content) in page.words
