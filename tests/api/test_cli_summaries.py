"""The commands about summaries: what they print, whom they refuse, how they end."""

import json
from collections.abc import Callable, Iterator

import pytest
import structlog
from click.testing import CliRunner, Result

from api.cli.main import tandem
from domain.database import Database
from domain.summaries.headline import FIGURES
from tests.domain.summaries.story import HEADLINE, WINTER, Story, tell

PERIOD = ["--from", WINTER.starts.isoformat(), "--to", WINTER.ends.isoformat()]
ADA = ["--sponsor", "ada.king@example.org"]

Run = Callable[..., Result]


@pytest.fixture
async def story(database: Database) -> Story:
    """Ada's winter."""
    return await tell(database)


@pytest.fixture
def run(database: Database, valkey: str, story: Story) -> Iterator[Run]:
    """Run `tandem summaries` on the story's database."""

    logs = structlog.get_config()

    def run(*words: str) -> Result:
        environment = {"TANDEM_DATABASE_URL": database.url, "TANDEM_REDIS_URL": valkey}
        return CliRunner().invoke(tandem, ["summaries", *words], env=environment)

    yield run
    # The command sets up the logs of its process, which here is everybody's.
    structlog.configure(**logs)


def test_a_compile_prints_what_programs_need(run: Run) -> None:
    done = run("compile", *ADA, *PERIOD, "--json")
    assert done.exit_code == 0, done.stderr
    (printed,) = json.loads(done.stdout)
    assert list(printed["headline"]) == [figure.key for figure in FIGURES]
    assert printed["headline"] == HEADLINE
    assert printed["sponsor"] == {"name": "Ada King", "email": "ada.king@example.org"}
    assert (printed["from"], printed["to"]) == ("2025-12-31", "2026-03-31")
    assert (printed["organisation"], printed["organisations"]) == (None, ["LEAD-LATE-START", "RX4"])
    assert (printed["revision"], printed["state"], len(printed["hash"])) == (1, "DRAFT", 64)


def test_a_compile_prints_what_people_read_and_can_be_repeated(run: Run) -> None:
    first, second = (run("compile", *PERIOD, "--organisation", "RX4") for _ in range(2))
    assert first.stdout == second.stdout
    assert "Ada King (LEAD-LATE-START, RX4), 31 December 2025 to 31 March 2026" in first.stdout
    assert "      122 days slipped" in first.stdout
    assert "Ben Okri" in first.stdout


def test_an_organisation_narrows_to_its_sponsors(run: Run) -> None:
    done = run("compile", *PERIOD, "--organisation", "LEAD-LATE-START", "--json")
    assert [each["sponsor"]["name"] for each in json.loads(done.stdout)] == ["Ada King"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--organisation", "NOWHERE", *PERIOD], "no organisation NOWHERE that you can see"),
        (["--sponsor", "nobody@example.org", *PERIOD], "no person nobody@example.org that you can see"),
        (["--from", "2026-03-31", "--to", "2026-03-31"], "Give a start that is earlier than the end."),
        (["--from", "2026-03-31", "--to", "2026-01-31"], "Give a start that is earlier than the end."),
        (["--from", "2026-03-31", "--to", "2999-01-01"], "has not come. Choose an end up to"),
        (["--from", "2001-03-31", "--to", "2001-06-30"], "Nobody sponsors a programme at either end"),
        (
            [*ADA, "--from", "2001-03-31", "--to", "2001-06-30"],
            "Choose another period, or appoint them first.",
        ),
    ],
)
def test_a_refusal_is_one_line_that_says_what_to_do(run: Run, words: list[str], said: str) -> None:
    done = run("compile", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing option '--from'."),
        (["--from", "30/9/2015", "--to", "2026-01-01"], "30/9/2015 is not a date: write it as 2015-09-30."),
        (["--from", "2015-09-31", "--to", "2026-01-01"], "2015-09-31 is not a date: write it as 2015-09-30."),
    ],
)
def test_a_call_that_is_not_understood_says_how(run: Run, words: list[str], said: str) -> None:
    done = run("compile", *words)
    assert done.exit_code == 2
    assert "Usage:" in done.stderr
    assert said in done.stderr


def test_summaries_are_listed_and_shown(run: Run) -> None:
    assert "No summary has been compiled yet" in run("list").stderr
    (compiled,) = json.loads(run("compile", *ADA, *PERIOD, "--json").stdout)
    listed = run("list").stdout
    assert compiled["id"] in listed
    assert "Ada King" in listed
    assert json.loads(run("list", "--json").stdout) == [compiled]
    assert "122 days slipped" in run("show", compiled["id"]).stdout
    assert run("show", compiled["id"], "--html").stdout.startswith("<!doctype html>")
    assert json.loads(run("show", compiled["id"], "--json").stdout)["headline"] == HEADLINE


def test_a_summary_that_is_not_there(run: Run) -> None:
    done = run("show", "00000000-0000-0000-0000-000000000001")
    assert done.exit_code == 1
    assert "no summary that you can see" in done.stderr


def test_help_has_examples(run: Run) -> None:
    assert "tandem summaries compile --organisation MOD" in run("--help").stdout
