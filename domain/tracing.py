"""Traces by OpenTelemetry, where an endpoint for them is set; elsewhere nothing of it is loaded.

A span says which route, statement or job took how long, and nothing of what was asked or answered. How traces are sent
and sampled is said by OpenTelemetry's own variables:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from domain.errors import Refused

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The variables of which one says where traces go."""

_PATIENCE_S = 2.0


class Tracing:
    """What records spans, and sends them in the background."""

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - only where traces are wanted
            TraceContextTextMapPropagator,
        )

        self._provider = provider
        self._tracer = provider.get_tracer("tandem", version("tandem"))
        self._callers = TraceContextTextMapPropagator()

    @contextmanager
    def serving(self, name: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A span for a request, within the caller's trace if its headers name one (W3C Trace Context)."""
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        within = self._callers.extract(headers)
        # What went wrong is told by the status: an exception's words may quote what somebody sent.
        with self._tracer.start_as_current_span(
            name, within, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span

    @contextmanager
    def working(self, name: str) -> Iterator[Span]:
        """A span for a job."""
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        with self._tracer.start_as_current_span(
            name, kind=SpanKind.CONSUMER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span

    def took(self, name: str) -> Callable[[float], None]:
        """Records a span that has just ended, by the seconds that it took, within the one of its request or job.

        Where there is none nothing is recorded: of answering a questionnaire, not even that something was written then.
        """
        from opentelemetry.trace import SpanKind, get_current_span  # noqa: PLC0415

        def record(seconds: float) -> None:
            if not get_current_span().is_recording():
                return
            end = time.time_ns()
            span = self._tracer.start_span(
                name,
                kind=SpanKind.CLIENT,
                attributes={"db.system.name": "postgresql"},
                start_time=end - round(seconds * 1e9),
            )
            span.end(end)

        return record

    def close(self) -> None:
        """Send what is left, for two seconds at most: a collector that is away must not keep us from stopping."""
        # Left to itself, it tries again for ten seconds, and a connection for as long.
        sending = threading.Thread(target=self._provider.shutdown, daemon=True, name="last traces")
        sending.start()
        sending.join(_PATIENCE_S)


def is_wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether an endpoint for traces is set; what sends them is then there too.

    Raises:
        Refused: TRACING_NOT_INSTALLED.
    """
    where = [name for name in ENDPOINTS if environ.get(name)]
    if where:
        try:
            import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
            import_module("opentelemetry.sdk.trace.export")
        except ImportError as error:
            raise Refused(
                "TRACING_NOT_INSTALLED",
                f"Traces are wanted and OpenTelemetry is not installed: install tandem[tracing], or unset "
                f"{' and '.join(where)}.",
            ) from error
    return bool(where)


def tracing(service: str, environ: Mapping[str, str] = os.environ) -> Tracing | None:
    """What records the spans of a service, such as `tandem-api`; None where no endpoint is set.

    Raises:
        Refused: TRACING_NOT_INSTALLED.
    """
    if not is_wanted(environ):
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    # OTEL_SERVICE_NAME comes first, where it is set.
    named = {"service.version": version("tandem")}
    if "OTEL_SERVICE_NAME" not in environ:
        named["service.name"] = service
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider)
