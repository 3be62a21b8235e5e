"""Settings come from the environment, and what cannot be used is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import Refused
from domain.settings import Settings


def test_nothing_has_to_be_set() -> None:
    settings = Settings.read({})
    assert settings.data_dir == Path.cwd() / ".tandem"
    assert (settings.database_url, settings.redis_url, settings.admin_token) == (None, None, None)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.patience_s, settings.cost_per_minute, settings.keep_days) == (10, None, 90)


def test_what_is_empty_counts_as_not_set() -> None:
    names = (
        "DATA_DIR",
        "DATABASE_URL",
        "READ_DATABASE_URL",
        "REDIS_URL",
        "ADMIN_TOKEN",
        "HOST",
        "PORT",
        "QUERY_TIMEOUT",
        "COST_PER_MINUTE",
        "KEEP_DAYS",
    )
    assert Settings.read({f"TANDEM_{name}": "" for name in names}) == Settings.read({})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_is_reached_by_the_driver_that_is_there(scheme: str) -> None:
    settings = Settings.read({"TANDEM_DATABASE_URL": f"{scheme}://me:secret@db:5433/tandem?ssl=require"})
    assert settings.database_url == "postgresql+asyncpg://me:secret@db:5433/tandem?ssl=require"


@pytest.mark.parametrize("url", ["redis://:secret@queue:6379/1", "rediss://queue", "unix:///run/valkey.sock"])
def test_a_queue_may_be_anywhere(url: str) -> None:
    assert Settings.read({"TANDEM_REDIS_URL": url}).redis_url == url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TANDEM_DATABASE_URL", "mysql://db/tandem"),
        ("TANDEM_DATABASE_URL", "tandem"),
        ("TANDEM_DATABASE_URL", "postgresql://a,b/tandem?target_session_attrs=standby"),
        ("TANDEM_READ_DATABASE_URL", "mysql://db/tandem"),
        ("TANDEM_READ_DATABASE_URL", "postgresql://a,b/tandem?target_session_attrs=primary"),
        ("TANDEM_READ_DATABASE_URL", "postgresql://a,b/tandem"),  # without TANDEM_REDIS_URL
        ("TANDEM_REDIS_URL", "queue:6379"),
        ("TANDEM_KEEP_DAYS", "89"),
        ("TANDEM_KEEP_DAYS", "for ever"),
        ("TANDEM_KEEP_DAYS", "36501"),
        ("TANDEM_PORT", "0"),
        ("TANDEM_PORT", "65536"),
        ("TANDEM_PORT", "http"),
        ("TANDEM_PORT", "-1"),
        ("TANDEM_QUERY_TIMEOUT", "0"),
        ("TANDEM_QUERY_TIMEOUT", "nan"),
        ("TANDEM_QUERY_TIMEOUT", "3601"),
        ("TANDEM_QUERY_TIMEOUT", "a while"),
        ("TANDEM_COST_PER_MINUTE", "-1"),
        ("TANDEM_COST_PER_MINUTE", "much"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Refused, match=name) as refusal:
        Settings.read({name: value})
    assert refusal.value.code == "BAD_SETTING"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TANDEM_DATABASE_URL", "postgresql://tandem:hun/ter2@db:5432/tandem"),
        ("TANDEM_DATABASE_URL", "postgresql://tandem:hunter2@db:hunter/tandem"),
        ("TANDEM_DATABASE_URL", "postgresql://tandem:hunter2@a:5432,b:hunter/tandem"),
        ("TANDEM_DATABASE_URL", "postgresql://tandem:hunter2@[::1/tandem"),
        ("TANDEM_REDIS_URL", "redis://:hun#ter2@queue:6379"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_a_word_of_its_password(name: str, value: str) -> None:
    with pytest.raises(Refused, match=f"{name} cannot be read") as refusal:
        Settings.read({name: value})
    assert refusal.value.code == "BAD_SETTING"
    assert refusal.value.__cause__ is None
    assert "hun" not in refusal.value.message


def test_standbys_may_be_named_as_libpq_does() -> None:
    url = "postgresql://tandem@a:5432,b:5433/tandem?target_session_attrs=prefer-standby"
    given = {"TANDEM_READ_DATABASE_URL": url, "TANDEM_REDIS_URL": "redis://queue"}
    assert Settings.read(given).read_database_url == url.replace("postgresql", "postgresql+asyncpg")
