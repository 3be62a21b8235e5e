"""`tandem query`, `schema` and `stats`, as they are called from a shell."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.figures import figures
from api.cli.main import tandem as commands
from domain.database import Database
from tests.factories import acting, person, programme, sponsor

ASKED = "query A($ref: String) { programme(ref: $ref) { ref } viewer { role } } query B { __typename }"

Tandem = Callable[..., tuple[int, str, str]]
"""Exit code, standard output and standard error of a command."""


@pytest.fixture
def tandem(database: Database) -> Tandem:
    """Runs a command over the database of the test: exit code, standard output, standard error."""
    runner = CliRunner(env={"TANDEM_DATABASE_URL": database.url})

    def run(*words: str, text: str | bytes = "") -> tuple[int, str, str]:
        result = runner.invoke(commands, words, input=text)
        return result.exit_code, result.stdout, result.stderr

    return run


@pytest.fixture
async def sponsored(database: Database) -> None:
    """The programme `hub`, sponsored by ada.king@example.org, and `other`, which she knows nothing of."""
    async with acting(database) as work:
        hub = await programme(work, "hub")
        await programme(work, "other")
        await sponsor(work, hub, await person(work))


def test_a_query_is_read_from_a_file_and_answered_as_json(
    tandem: Tandem, sponsored: None, tmp_path: Path
) -> None:
    file = tmp_path / "question.graphql"
    file.write_text(ASKED)
    code, out, _ = tandem("query", str(file), "--variables", '{"ref": "other"}', "--operation", "A")
    assert code == 0
    assert json.loads(out)["data"] == {"programme": {"ref": "other"}, "viewer": {"role": "ADMINISTRATOR"}}


def test_a_person_sees_what_they_may_see(tandem: Tandem, sponsored: None, tmp_path: Path) -> None:
    variables = tmp_path / "variables.json"
    variables.write_text('{"ref": "other"}')
    words = [
        "query",
        "-",
        "--variables",
        f"@{variables}",
        "--operation",
        "A",
        "--as",
        " Ada.King@example.org",
    ]
    code, out, _ = tandem(*words, text=ASKED)
    assert code == 0
    assert json.loads(out)["data"] == {"programme": None, "viewer": {"role": "SPONSOR"}}


def test_a_trusted_document_is_asked_by_its_name(tandem: Tandem, sponsored: None) -> None:
    code, out, _ = tandem("query", "--document-id", "pages/index")
    assert (code, json.loads(out)["data"]["portfolio"]) == (0, {"programmes": 2})


@pytest.mark.parametrize(
    ("words", "text", "code"),
    [
        (["query", "-"], "{ nothing }", "BAD_REQUEST"),
        (["query", "-"], "{", "BAD_REQUEST"),
        (["query", "--document-id", "none"], "", "UNKNOWN_DOCUMENT"),
    ],
)
def test_what_cannot_be_answered_is_an_answer_and_exit_code_1(
    tandem: Tandem, words: list[str], text: str | bytes, code: str
) -> None:
    exit_code, out, err = tandem(*words, text=text)
    assert (exit_code, err) == (1, "")
    assert json.loads(out)["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("words", "text", "exit_code", "told"),
    [
        (["query"], "", 2, "either a FILE (or - for standard input) or --document-id"),
        (["query", "-", "--document-id", "pages/index"], "", 2, "either a FILE"),
        (["query", "no-such-file.graphql"], "", 2, "no-such-file.graphql"),
        (["query", "-", "--variables", "{"], "", 2, "this is not JSON"),
        (["query", "-", "--variables", "[]"], "", 2, "give a JSON object"),
        (["query", "-", "--variables", "@no-such-file"], "", 2, "no-such-file cannot be read"),
        (["query", "-"], b"\xff", 1, "is not text in UTF-8"),
        (["query", "-", "--as", "nobody@example.org"], "{ __typename }", 1, "Nobody has the address"),
    ],
)
def test_a_wrong_call_says_what_to_do(
    tandem: Tandem, words: list[str], text: str | bytes, exit_code: int, told: str
) -> None:
    code, out, err = tandem(*words, text=text)
    assert (code, out) == (exit_code, "")
    assert told in err
    assert "Traceback" not in err


def test_the_schema_is_printed_and_is_the_published_one(tandem: Tandem) -> None:
    code, out, _ = tandem("schema")
    assert code == 0
    assert "type Query" in out
    code, out, _ = tandem("schema", "--check")
    assert (code, out) == (0, "The published schema is the code's.\n")


def test_stats_count_what_is_there(tandem: Tandem, sponsored: None) -> None:
    code, out, _ = tandem("stats", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["records"]["programmes"] == 2
    assert found["records"]["sponsors"] == 1
    assert found["latest_report_on"] is None
    code, out, _ = tandem("stats")
    assert code == 0
    assert "none yet" in next(line for line in out.splitlines() if line.startswith("Latest report"))


async def test_figures_tell_what_is_waiting_and_what_failed(database: Database) -> None:
    async with acting(database) as work:
        await work.enqueue("nothing", "waiting")
        (await work.enqueue("nothing", "failed")).failed_at = work.now
        (await work.enqueue("nothing", "done")).done_at = work.now
        await work.session.flush()
    found = await figures(database)
    assert (found.jobs_waiting, found.jobs_failed) == (1, 1)
    assert found.database_bytes > 1_000_000
