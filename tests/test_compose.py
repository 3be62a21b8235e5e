"""The files of docker compose hold together as far as that can be seen without an engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parent.parent
_FILE = _ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    return read


def test_services_refer_to_what_there_is(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        named = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(compose["volumes"])
        assert {used["source"] for used in service.get("configs", [])} <= set(compose["configs"])


def test_a_standby_is_there_when_it_is_asked_for(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "replica" in service.get("profiles", [])] == [
        "replica"
    ]
    assert services["replica"]["image"] == services["postgres"]["image"]
    assert services["replica"]["volumes"] != services["postgres"]["volumes"]
    # The image lets nobody follow from another machine; this file does.
    assert "host replication all all scram-sha-256" in compose["configs"]["pg_hba"]["content"]


def test_every_value_that_is_asked_for_is_in_the_example(compose: dict[str, Any]) -> None:
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", _FILE.read_text()))
    named = set(re.findall(r"^(?:# )?(\w+)=", (_ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked - named == {"TANDEM_VERSION"}
