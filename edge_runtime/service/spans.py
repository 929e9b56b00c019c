"""Spans for OpenTelemetry, where they are asked for: calls, below them stages and model runs.

They hold times, names of methods, stages and models, statuses and the call's random id: nothing
of a photograph, a person or a result. A caller's `traceparent` (W3C Trace Context) is followed.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from edge_runtime.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Event = TypeVar("Event")

FLUSH_MS = 5_000
"""How long the last spans may take on their way when the server stops."""

_CALL: ContextVar[tuple[Tracer, Context] | None] = ContextVar("_CALL", default=None)
"""The tracer, and the span of the call that this task or thread works on."""


class Spans:
    """Makes spans and sends them to a collector; from any thread."""

    def __init__(self, provider: TracerProvider) -> None:
        """Send through `provider`, an OpenTelemetry TracerProvider."""
        self._provider = provider
        self._tracer = provider.get_tracer("foreseye")

    @classmethod
    def to(cls, collector: str) -> Spans:
        """Return spans that go to a collector over OTLP/gRPC; `collector` is an http or https URL.

        What the collector does not take in time is lost, never waited for. Raises SettingsError.
        """
        if not collector.startswith(("http://", "https://")):
            raise SettingsError(f"--traces is an http or https URL, not {collector!r}")
        try:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise SettingsError(f"--traces needs `pip install foreseye[traces]`: {error}") from None
        provider = TracerProvider(resource=Resource.create({"service.name": "foreseye"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=collector)))
        return cls(provider)

    @contextmanager
    def call(self, method: str, context: Any, request: str) -> Iterator[None]:
        """A call's span during the block; its status is what the call ended with."""
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        service, _, name = method.removeprefix("/").partition("/")
        carrier = {k: v for k, v in context.invocation_metadata() or () if isinstance(v, str)}
        span = self._tracer.start_span(
            method.removeprefix("/"),
            context=TraceContextTextMapPropagator().extract(carrier),
            kind=SpanKind.SERVER,
            attributes={
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": name,
                "foreseye.request": request,
            },
        )
        # Never reset: gRPC gives each call a task, and so a context, of its own.
        _CALL.set((self._tracer, set_span_in_context(span)))
        try:
            yield
        except BaseException as error:
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise
        finally:
            span.set_attribute("rpc.grpc.status_code", _number(context.code()))
            span.end()

    def close(self) -> None:
        """Send what is left, and stop."""
        self._provider.force_flush(FLUSH_MS)
        self._provider.shutdown()


def book(name: str, began_ns: int, attributes: Mapping[str, int] | None = None) -> None:
    """Make a span from `began_ns` (`time.time_ns`) until now; outside a call, nothing."""
    if (call := _CALL.get()) is not None:
        tracer, parent = call
        tracer.start_span(name, parent, attributes=attributes, start_time=began_ns).end()


def stages_in_spans(events: Generator[Event, None, None]) -> Generator[Event, None, None]:
    """Yield the events; each is a span from when it was asked for. Closing it closes them."""
    began_ns = time.time_ns()
    try:
        for event in events:
            book(type(event).__name__, began_ns)
            yield event
            began_ns = time.time_ns()
    finally:
        events.close()


def _number(code: Any) -> int:
    """Return the number of a status that gRPC gives as enum, number, or None for OK."""
    return int(code.value[0]) if hasattr(code, "value") else int(code or 0)
