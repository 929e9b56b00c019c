"""Metrics over HTTP: Triton's names, our stages, and nothing about a person."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import tritonclient.grpc as triton

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.domain import Exam, Person, PhotographFile
from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.service.metrics_server import MetricsServer
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.service.live_server import LiveServer
from tests.edge_runtime.service.open_inference.tiny_server import inferred, tiny_server
from tests.edge_runtime.service.tiny_bundle import images, tiny_bundle

pytestmark = pytest.mark.slow

CANARY = "canary-7f3a"
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    with tiny_server(tiny_bundle(tmp_path / "tiny")) as live:
        yield live


@pytest.fixture
def metrics(live: LiveServer) -> Iterator[MetricsServer]:
    server = MetricsServer("127.0.0.1:0", live.server.metrics, anywhere=False)
    yield server
    server.close()


def scraped(metrics: MetricsServer) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics.port}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return str(answer.read().decode())


def samples(text: str) -> dict[str, float]:
    """Each sample as it stands; the library's own parser renames Triton's counters."""
    told = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()  # type: ignore[union-attr]
            told[name + str(sorted(LABEL.findall(labels or "")))] = float(value)
    return told


def of(model: str, **more: str) -> str:
    return str(sorted({"model": model, "version": "1.0.0", **more}.items()))


def test_requests_are_counted_under_tritons_names(live: LiveServer, metrics: MetricsServer) -> None:
    with triton.InferenceServerClient(live.address) as client:
        inferred(client, "findings", images(3))
        inferred(client, "findings", images(1))

    text = scraped(metrics)

    told = samples(text)
    assert told["nv_inference_request_success" + of("findings")] == 2
    assert told["nv_inference_count" + of("findings")] == 4
    assert told["nv_inference_request_success" + of("anatomy")] == 0
    assert told["nv_inference_pending_request_count" + of("findings")] == 0
    for reason in ("REJECTED", "CANCELED", "BACKEND", "OTHER"):
        assert told["nv_inference_request_failure" + of("findings", reason=reason)] == 0
    for part in ("request", "queue", "compute_input", "compute_infer", "compute_output"):
        assert told[f"nv_inference_{part}_duration_us" + of("findings")] > 0
    assert "# TYPE nv_inference_request_success counter\n" in text
    assert told["foreseye_inference_compute_infer_seconds_count" + of("findings")] == 2
    assert told["foreseye_inference_compute_infer_seconds_bucket" + of("findings", le="+Inf")] == 2


def test_exams_and_their_stages_are_measured_and_say_nothing_of_a_person(
    live: LiveServer, metrics: MetricsServer
) -> None:
    reference = open_bundle(None)
    eye = reference.read(reference.manifest.golden[0].photograph)
    person = Person(f"{CANARY}-person", 61.0)
    exam = Exam(f"{CANARY}-exam", (PhotographFile(f"{CANARY}.jpg", eye),), person)
    with ScreeningClient(live.address) as client:
        list(client.screen(exam))
        with pytest.raises(InvalidField):
            list(client.screen(Exam(CANARY, ())))

    text = scraped(metrics)

    told = samples(text)
    assert CANARY not in text
    assert told["foreseye_exams[]"] == 0
    assert told["foreseye_exams_ended_total[('outcome', 'done')]"] == 1
    assert told["foreseye_exams_ended_total[('outcome', 'InvalidField')]"] == 1
    for stage in ("decode", "field_of_view", "quality", "anatomy", "biomarkers", "findings"):
        assert told[f"foreseye_stage_seconds_count[('stage', '{stage}')]"] == 1
    assert told["nv_inference_count" + of("anatomy")] == 1  # exams run through the same engines
    assert told["process_resident_memory_bytes[]"] > 0


def test_nothing_else_is_served(metrics: MetricsServer) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(f"http://127.0.0.1:{metrics.port}/")
    raised.value.close()

    assert raised.value.code == 404


def test_metrics_are_for_this_machine_unless_said_otherwise(live: LiveServer) -> None:
    with pytest.raises(SettingsError, match="other machines"):
        MetricsServer("0.0.0.0:0", live.server.metrics, anywhere=False)
    MetricsServer("0.0.0.0:0", live.server.metrics, anywhere=True).close()


def test_a_taken_port_is_said_to_be_taken(live: LiveServer, metrics: MetricsServer) -> None:
    with pytest.raises(SettingsError, match="cannot listen"):
        MetricsServer(f"127.0.0.1:{metrics.port}", live.server.metrics, anywhere=False)
