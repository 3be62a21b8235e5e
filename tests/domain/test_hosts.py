"""URLs that name several servers, and which of those is written to."""

from __future__ import annotations

import pytest

from domain.hosts import hosts_of


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://me@db/tandem", ["postgresql://me@db/tandem"]),
        (
            "postgresql+asyncpg://me:s%40@a:5432,b:5433/tandem?target_session_attrs=primary",
            ["postgresql://me:s%40@a:5432/tandem", "postgresql://me:s%40@b:5433/tandem"],
        ),
        (
            "postgresql://me@a,b/tandem?ssl=require&application_name=tandem",
            [
                "postgresql://me@a/tandem?sslmode=require&application_name=tandem",
                "postgresql://me@b/tandem?sslmode=require&application_name=tandem",
            ],
        ),
        ("postgresql://me@/tandem?host=/run/pg", ["postgresql://me@/tandem?host=%2Frun%2Fpg"]),
        (
            "postgresql://me@/tandem?host=/run/a,b&port=5432,5433",
            [
                "postgresql://me@/tandem?host=%2Frun%2Fa&port=5432",
                "postgresql://me@/tandem?host=b&port=5433",
            ],
        ),
        (
            "postgresql://me@/tandem?host=a,b&port=5433",
            ["postgresql://me@/tandem?host=a&port=5433", "postgresql://me@/tandem?host=b&port=5433"],
        ),
        ("postgresql:///tandem", ["postgresql:///tandem"]),
    ],
)
def test_each_host_has_a_url(url: str, hosts: list[str]) -> None:
    assert hosts_of(url) == hosts
