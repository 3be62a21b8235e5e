"""Traces, as a collector of OpenTelemetry's receives them from a real server."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.errors import Refused
from domain.tracing import tracing
from tests.api.processes import eventually, free_port, run
from tests.api.servers import GRANIAN, serving
from tests.collector import Collector, collecting

CREATE = """
mutation Secretive($code: String!) {
  organisationCreate(input: {code: $code, name: "Ada Lovelace", kind: CHARITY}) { userErrors { code } }
}
"""
_TRACE, _CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def _attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


async def test_a_request_and_its_statements_are_part_of_the_callers_trace(
    site_url: str, collector: Collector
) -> None:
    environment = {
        "TANDEM_DATABASE_URL": site_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    caller = {"traceparent": f"00-{_TRACE}-{_CALLER}-01"}
    async with serving(GRANIAN, **environment) as url, httpx.AsyncClient(base_url=url) as client:
        sent = {"query": CREATE, "variables": {"code": "CHOSEN"}}
        assert (await client.post("/graphql", json=sent, headers=caller)).status_code == 200
        await client.get("/answer/some-token")
        await client.request("CHOSEN", "/CHOSEN")
        assert eventually(lambda: bool(collector.named("POST /graphql")))
    (request,) = collector.named("POST /graphql")
    assert request.trace_id.hex() == _TRACE
    assert request.parent_span_id.hex() == _CALLER
    assert _attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
        "tandem.operation": "mutation",
    }
    writes = [span for span in collector.named("write") if span.trace_id == request.trace_id]
    assert len(writes) > 2
    assert {span.parent_span_id for span in writes} == {request.span_id}
    assert all(request.start_time_unix_nano <= span.start_time_unix_nano for span in writes)
    told = "".join(map(str, collector.received))
    assert 'string_value: "tandem-api"' in told
    assert not re.search("CHOSEN|Secretive|Ada|Lovelace|some-token|INSERT|answer", told)


async def test_of_answering_a_questionnaire_nothing_is_told(site_url: str, collector: Collector) -> None:
    environment = {
        "TANDEM_DATABASE_URL": site_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    async with serving(GRANIAN, **environment) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/answer/some-token")).status_code == 404
        await client.get("/metrics")
        await client.get("/healthz")
        assert eventually(lambda: bool(collector.named("GET /healthz")))
    statements = [span for span in collector.spans() if span.name in {"read", "write"}]
    (scraped,) = collector.named("GET /metrics")
    assert {span.parent_span_id for span in statements} == {scraped.span_id}


@pytest.mark.parametrize("command", ["api", "serve", "worker"])
def test_a_command_that_could_not_send_them_says_so_in_one_line(
    data_dir: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['opentelemetry'] = None")
    wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "PYTHONPATH": str(tmp_path)}
    done = run(data_dir, command, **wanted)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Error: Traces are wanted and OpenTelemetry is not installed: install tandem[tracing], or unset "
        "OTEL_EXPORTER_OTLP_ENDPOINT."
    ]


async def test_what_was_not_sent_yet_is_sent_at_the_end(site_url: str, collector: Collector) -> None:
    environment = {
        "TANDEM_DATABASE_URL": site_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
    }
    async with serving(GRANIAN, **environment) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert not collector.spans()
    assert collector.named("GET /healthz")


async def test_a_collector_that_is_away_keeps_nobody_waiting(site_url: str) -> None:
    environment = {
        "TANDEM_DATABASE_URL": site_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}",
    }
    async with serving(GRANIAN, **environment) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/healthz")).status_code == 200
        told = time.monotonic()
    # Granian itself takes a moment; the sender would try again for ten seconds.
    assert time.monotonic() - told < 6


def test_nothing_of_it_is_loaded_where_no_endpoint_is_set() -> None:
    assert tracing("tandem-api", {}) is None


def test_an_endpoint_without_what_sends_to_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(Refused, match=r"install tandem\[tracing\]") as refused:
        tracing("tandem-api", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    assert refused.value.code == "TRACING_NOT_INSTALLED"
