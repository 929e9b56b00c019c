"""Spans go to a collector over a real socket, follow the caller's trace, say nothing private."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from edge_runtime.domain import Person
from edge_runtime.errors import SettingsError
from edge_runtime.service.logs import REQUEST_KEY
from edge_runtime.service.spans import Spans, book
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import InvalidField, ScreeningClient
from tests.edge_runtime.cli.command_line import opened_once, sample_eye
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle, an_exam
from tests.edge_runtime.service.live_server import live_server

CANARY = "Mustermann-1957"


class Collector(TraceServiceServicer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.spans: list[Any] = []
        self._lock = threading.Lock()

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        del context
        with self._lock:
            self.sent.append(request.SerializeToString())
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    self.spans.extend(scope.spans)
        return otlp.ExportTraceServiceResponse()

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


@contextmanager
def collecting() -> Iterator[tuple[Collector, Spans]]:
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield collector, Spans.to(f"http://127.0.0.1:{port}")
    server.stop(0).wait()


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


def test_an_exam_is_a_span_with_its_stages_below_it_in_the_callers_trace(tmp_path: Path) -> None:
    trace, parent = os.urandom(16).hex(), os.urandom(8).hex()
    metadata = (("traceparent", f"00-{trace}-{parent}-01"),)
    request = pb.ScreenRequest(exam_id="e1")
    request.photographs.add(name="a.jpg", content=b"an eye")
    with collecting() as (collector, spans):
        with (
            live_server(HeldScreener(a_bundle(tmp_path)), spans=spans) as live,
            grpc.insecure_channel(live.address) as channel,
        ):
            screen = channel.unary_stream(
                "/foreseye.v1.Screening/Screen",
                request_serializer=pb.ScreenRequest.SerializeToString,
                response_deserializer=pb.ScreenEvent.FromString,
            )
            answers = screen(request, metadata=metadata)
            assert len(list(answers)) > 3
            number = dict(answers.trailing_metadata())[REQUEST_KEY]
        spans.close()

    [call] = collector.named("foreseye.v1.Screening/Screen")
    assert call.trace_id.hex() == trace
    assert call.parent_span_id.hex() == parent
    assert attributes(call)["foreseye.request"] == number
    assert attributes(call)["rpc.method"] == "Screen"
    for stage in ("QualityRead", "AnatomySeen", "BiomarkersRead", "PhotographDone", "ExamDone"):
        [span] = collector.named(stage)
        assert span.parent_span_id == call.span_id
        assert call.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano


def test_a_refused_call_is_a_span_with_its_status_and_no_word_of_the_person(
    tmp_path: Path,
) -> None:
    exam = an_exam(exam_id=CANARY, person=Person(person_id=CANARY))
    with collecting() as (collector, spans):
        with (
            live_server(
                HeldScreener(a_bundle(tmp_path)),
                Settings(max_photographs_per_exam=0),
                spans=spans,
            ) as live,
            ScreeningClient(live.address) as client,
            pytest.raises(InvalidField),
        ):
            list(client.screen(exam))
        spans.close()

    [call] = collector.named("foreseye.v1.Screening/Screen")
    assert attributes(call)["rpc.grpc.status_code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert not any(CANARY.encode() in sent for sent in collector.sent)


@pytest.mark.slow
def test_the_models_runs_are_spans_with_what_they_waited_and_took() -> None:
    exam = an_exam(sample_eye(), exam_id=CANARY)
    with collecting() as (collector, spans):
        with (
            live_server(opened_once(), spans=spans) as live,
            ScreeningClient(live.address) as client,
        ):
            list(client.screen(exam))
        spans.close()

    [call] = collector.named("foreseye.v1.Screening/Screen")
    [anatomy] = collector.named("model anatomy")
    assert anatomy.parent_span_id == call.span_id
    took_ns = anatomy.end_time_unix_nano - anatomy.start_time_unix_nano
    assert 0 < attributes(anatomy)["compute_infer_ns"] <= took_ns
    assert not any(CANARY.encode() in sent for sent in collector.sent)


def test_what_happens_outside_a_call_is_no_span() -> None:
    with collecting() as (collector, spans):
        book("nothing", 0)
        spans.close()
    assert collector.spans == []


def test_a_collector_that_is_no_address_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=re.escape("http or https URL, not 'collector:4317'")):
        Spans.to("collector:4317")
