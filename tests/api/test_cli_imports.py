"""`tandem import` as people call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from api.cli.imports import imports
from api.cli.main import tandem
from domain.database import Database

ORGANISATIONS = "code,name,kind,opened_on,closed_on\nDFT,Transport,OTHER,,\nOLD,Old,OTHER,,2014-01-01\n"
SUCCESSIONS = "predecessor,successor,on\nOLD,DFT,2014-01-01\n"
HEADER = (
    "reported_on,programme_ref,programme,lead_organisation,category,delivery_confidence,starts_on,ends_on,"
    "whole_life_cost_gbp_m\n"
)
PORTFOLIO = (
    HEADER + "2015-09-30,rail,Rail,DFT,,AMBER,2010-04-01,2020-03-31,12.5\n"
    "2015-09-30,road,Road,OLD,,,,,\n"
    "2016-09-30,rail,Railway,DFT,,RED,,2021-03-31,\n"
)

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, empty_data_dir: Path, tmp_path: Path) -> Run:
    """Call `tandem import` with the content of a file, in a database of its own."""

    def run(kind: str, content: str, *options: str) -> Result:
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        environment = {"TANDEM_DATABASE_URL": database.url, "TANDEM_DATA_DIR": str(empty_data_dir)}
        arguments = ["import", kind, str(path), *options]
        return CliRunner().invoke(tandem, arguments, env=environment, catch_exceptions=False)

    return run


@pytest.fixture
def loaded(run: Run) -> Run:
    """The same, where the organisations are there."""
    assert run("organisations", ORGANISATIONS).exit_code == 0
    assert run("successions", SUCCESSIONS).exit_code == 0
    return run


def test_a_framework_is_stored_once(run: Run) -> None:
    from tests.domain.strengths.test_frameworks import FILE, changed  # noqa: PLC0415

    assert "frameworks               1         0         0" in run("framework", FILE, "--dry-run").stdout
    assert "frameworks               1         0         0" in run("framework", FILE).stdout
    assert "frameworks               0         0         1" in run("framework", FILE).stdout
    told = run("framework", changed(licence=None, owner=None), "--json")
    assert told.exit_code == 1
    assert [error["code"] for error in json.loads(told.stdout)["errors"]] == ["MISSING", "MISSING"]
    assert (
        json.loads(run("framework", changed(name="X"), "--json").stdout)["errors"][0]["code"]
        == "VERSION_STORED"
    )


def test_the_shipped_framework_goes_by_its_name(database: Database, empty_data_dir: Path) -> None:
    environment = {"TANDEM_DATABASE_URL": database.url, "TANDEM_DATA_DIR": str(empty_data_dir)}
    stored = CliRunner().invoke(tandem, ["import", "framework", "working-together"], env=environment)
    assert "frameworks               1         0         0" in stored.stdout
    missing = CliRunner().invoke(tandem, ["import", "framework", "nowhere.yaml"], env=environment)
    assert missing.exit_code == 1
    assert "or the name of a shipped one: working-together" in missing.stderr


def test_what_was_imported_and_decided_is_said(loaded: Run) -> None:
    done = loaded("portfolio", PORTFOLIO)
    assert done.exit_code == 0
    assert done.stderr == ""
    path, *lines = done.stdout.splitlines()
    assert path.endswith("portfolio.csv: 3 rows")
    assert lines == [
        "",
        "                   created   changed unchanged",
        "programmes               2         2         0",
        "leads                    2         0         1",
        "status reports           3         0         0",
        "milestones               1         1         0",
        "people                   2         0         0",
        "sponsors                 2         0         0",
        "reports                  2         0         0",
        "",
        "30 September 2015: 2 programmes, 2 new",
        "30 September 2016: 1 programme, 1 changed, 1 left",
        "",
        "Decided by the import (5):",
        "  Renamed (1)",
        "    30 September 2016, row 4: “Rail” is called “Railway” now.",
        "  Not in the report any more, closed (1)",
        "    30 September 2016: Road is not in the report any more and was closed.",
        "  Led by an organisation that had closed (1)",
        "    30 September 2015, row 3: OLD had closed on 1 January 2014; it leads Road as reported.",
        "  Sponsors to be named (2)",
        "    30 September 2015, row 2: A placeholder holds the sponsor's seats of Transport until somebody is named.",
        "    30 September 2015, row 3: A placeholder holds the sponsor's seats of Old until somebody is named.",
    ]


def test_members_come_from_a_workbook_too(loaded: Run, database: Database, tmp_path: Path) -> None:
    loaded("portfolio", PORTFOLIO)
    environment = {"TANDEM_DATABASE_URL": database.url, "TANDEM_DATA_DIR": str(tmp_path / "data")}
    found = _ask(environment, '{ programmes(filter: {ref: {eq: "rail"}}) { nodes { id } } }')
    create = """mutation($id: ID!) {
        cohortCreate(input: {programmeId: $id, name: "Executives", startsOn: "2016-10-01"}) {
        cohort { name } userErrors { message } } }"""
    made = _ask(environment, create, id=found["programmes"]["nodes"][0]["id"])
    assert made["cohortCreate"] == {"cohort": {"name": "Executives"}, "userErrors": []}

    book = Workbook()
    assert book.active is not None
    book.active.append(("cohort", "name", "email", "organisation", "joined_on"))
    book.active.append(("Executives", "Ada King", "ada@example.org", "DFT", date(2016, 10, 1)))
    path = tmp_path / "members.xlsx"
    book.save(path)
    dry = _tandem(environment, "import", "members", str(path), "--dry-run")
    done = _tandem(environment, "import", "members", str(path))
    assert dry.stdout.splitlines()[1:] == done.stdout.splitlines()
    assert done.stdout.splitlines() == [
        f"{path}: 1 row",
        "",
        "                   created   changed unchanged",
        "people                   1         0         0",
        "affiliations             1         0         0",
        "members                  1         0         0",
    ]
    found = _ask(
        environment,
        "{ cohorts { nodes { name members { nodes { person { email } organisation { code } } } } } }",
    )
    member = {"person": {"email": "ada@example.org"}, "organisation": {"code": "DFT"}}
    assert found["cohorts"]["nodes"] == [{"name": "Executives", "members": {"nodes": [member]}}]


def _ask(environment: dict[str, str], question: str, **variables: str) -> Any:
    arguments = ("query", "-", "--variables", json.dumps(variables))
    return json.loads(_tandem(environment, *arguments, typed=question).stdout)["data"]


def _tandem(environment: dict[str, str], *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(tandem, list(arguments), env=environment, input=typed, catch_exceptions=False)


def test_a_dry_run_says_so(loaded: Run) -> None:
    dry = loaded("portfolio", PORTFOLIO, "--dry-run")
    assert dry.exit_code == 0
    first, *rest = dry.stdout.splitlines()
    assert first == "Dry run: nothing was written. The import would do this."
    assert loaded("portfolio", PORTFOLIO).stdout.splitlines() == rest


def test_json_has_stable_keys(loaded: Run) -> None:
    told = json.loads(loaded("portfolio", PORTFOLIO, "--json").stdout)
    assert list(told) == [
        "import",
        "file",
        "dryRun",
        "rows",
        "created",
        "changed",
        "unchanged",
        "counts",
        "reports",
        "decisions",
        "decisionCount",
        "errors",
        "errorCount",
    ]
    assert told["counts"]["statusReports"] == {"created": 3, "changed": 0, "unchanged": 0}
    assert told["reports"][1] == {
        "reportedOn": "2016-09-30",
        "rows": 1,
        "created": 0,
        "changed": 1,
        "unchanged": 0,
        "closed": 1,
        "returned": 0,
    }
    assert set(told["decisions"][0]) == {"code", "message", "row", "subject", "reportedOn"}
    again = json.loads(loaded("portfolio", PORTFOLIO, "--json").stdout)
    assert (again["created"], again["changed"], again["decisionCount"]) == (0, 0, 0)


def test_errors_are_printed_and_the_exit_code_is_1(loaded: Run) -> None:
    many = HEADER + "2015-09-30,rail,Rail,DTF,,AMBER,,31/03/2020,\n" + "2015-09-30,rail,,DFT,,BLUE,,,\n" * 60
    failed = loaded("portfolio", many)
    lines = failed.stderr.splitlines()
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert lines[0].startswith("row 2, column ends_on: “31/03/2020” is not a date")
    assert lines[-2] == "... and 22 more."
    assert lines[-1] == (
        "Error: The file has 122 errors. Nothing was imported. Correct them and import the file again."
    )

    failed = loaded("portfolio", HEADER + "2015-09-30,rail,Rail,DTF,,AMBER,,,\n")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert failed.stderr == (
        "Error: row 2, column lead_organisation: No organisation has the code “DTF”. Did you mean DFT? "
        "Nothing was imported.\n"
    )

    failed = loaded("portfolio", HEADER + "2015-09-30,rail,Rail,DTF,,AMBER,,,\n", "--json")
    assert failed.exit_code == 1
    told = json.loads(failed.stdout)
    assert told["errorCount"] == 1
    assert told["errors"][0]["code"] == "UNKNOWN_ORGANISATION"
    assert (told["errors"][0]["row"], told["errors"][0]["column"]) == (2, "lead_organisation")


def test_an_import_of_nothing_names_the_file(run: Run) -> None:
    failed = run("organisations", "")
    assert failed.exit_code == 1
    assert failed.stderr.endswith("is empty. Check that it was saved. Nothing was imported.\n")


def test_without_a_file_the_command_is_wrongly_called() -> None:
    done = CliRunner().invoke(tandem, ["import", "portfolio"])
    assert done.exit_code == 2
    assert "Missing argument 'FILE'" in done.stderr


def test_help_has_examples() -> None:
    done = CliRunner().invoke(tandem, ["import", "--help"])
    assert done.exit_code == 0
    assert "tandem import portfolio reports.csv --dry-run" in done.stdout
    assert "reported_on" in CliRunner().invoke(tandem, ["import", "portfolio", "--help"]).stdout


@pytest.mark.parametrize("name", sorted(imports.commands))
def test_help_of_each_import_has_an_example(name: str) -> None:
    assert f"  tandem import {name} " in CliRunner().invoke(tandem, ["import", name, "--help"]).stdout


def test_a_terminal_sees_how_far_it_has_come(
    loaded: Run, database: Database, empty_data_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "portfolio.csv"
    path.write_text(PORTFOLIO, encoding="utf-8")
    ours, theirs = os.openpty()
    environment = os.environ | {"TANDEM_DATABASE_URL": database.url, "TANDEM_DATA_DIR": str(empty_data_dir)}
    environment |= {"TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "api.cli", "import", "portfolio", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = _all_of(ours)
        stdout, _ = process.communicate()
    assert process.returncode == 0
    assert "Importing the report of" in seen
    assert b"Importing" not in stdout


def _all_of(terminal: int) -> str:
    seen = b""
    while True:
        try:
            seen += os.read(terminal, 1024)
        except OSError:  # how a terminal says that the other end is closed
            os.close(terminal)
            return seen.decode()


def test_profiles_come_in_from_the_command_line(run: Run) -> None:
    from tests.domain.strengths.test_frameworks import FILE  # noqa: PLC0415

    assert run("framework", FILE).exit_code == 0
    refused = run(
        "strengths", "email,framework,assessed_on,strengths\neve@example.org,small,2021-03-01,making\n"
    )
    assert refused.exit_code == 1
    assert "Nobody has the address eve@example.org" in refused.stderr
