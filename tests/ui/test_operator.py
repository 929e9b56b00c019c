"""The operator's page: the bundle's own figures and the service's numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from edge_runtime.domain import Evidence
from edge_runtime.wire.records import BundleDescription, ModelDescription
from tests.ui.fake_service import SHA256, FakeClient
from ui import gateway
from ui.bundle_facts import judged, learned, terms
from ui.service_metrics import counted, read
from ui.views.operator import counted_rows

REFERENCE = Path(__file__).resolve().parents[2] / "edge_runtime" / "reference_bundle"
APP = Path(__file__).resolve().parents[2] / "ui" / "app.py"
METRICS = """# HELP foreseye_exams Exams that wait, run or are being sent.
# TYPE foreseye_exams gauge
foreseye_exams 2.0
# TYPE foreseye_exams_ended counter
foreseye_exams_ended_total{outcome="done"} 7.0
foreseye_exams_ended_total{outcome="Cancelled"} 1.0
# TYPE foreseye_memory_available_bytes gauge
foreseye_memory_available_bytes 1.5e+09
# TYPE foreseye_stage_seconds histogram
foreseye_stage_seconds_bucket{stage="quality",le="+Inf"} 4.0
foreseye_stage_seconds_count{stage="quality"} 4.0
foreseye_stage_seconds_sum{stage="quality"} 0.06
"""


@pytest.fixture
def bundle_json() -> str:
    return (REFERENCE / "bundle.json").read_text(encoding="utf-8")


def test_people_are_counted_by_the_bundles_own_data_statement(bundle_json: str) -> None:
    statement = json.loads(bundle_json)["data_statement"]["models"]

    for each in learned(bundle_json):
        sets = [s for s in statement[each.model] if s["evidence_kind"] == "real"]
        counted_here = sum(s["people"].get(role, 0) for s in sets for role in ("train", "tune"))
        assert each.people["real"] == counted_here
        assert "drawn" in each.people


def test_every_figure_of_the_bundle_is_there_with_its_baseline(bundle_json: str) -> None:
    figures = judged(bundle_json)
    metrics = json.loads(bundle_json)["models"]["anatomy"]["metrics"]

    own = [figure for figure in figures if figure.model == "anatomy"]
    assert [f.value for f in own] == [m["value"] for m in metrics]
    assert [f.baseline for f in own] == [m.get("baseline") for m in metrics]
    assert terms(bundle_json)


def test_a_bundle_that_says_nothing_gives_nothing() -> None:
    assert learned("{}") == judged("{}") == []
    assert terms("{}") == ""


def test_the_services_numbers_are_read_from_its_page() -> None:
    found = counted(METRICS)

    assert (found.exams_now, found.memory_available_mb) == (2, 1500)
    assert found.exams_ended == {"done": 7, "Cancelled": 1}
    assert found.stage_ms == {"quality": pytest.approx(15.0)}
    assert found.decoder_deaths is None
    assert ("Exams: done", "7") in counted_rows(found)


def test_where_nobody_answers_there_are_no_numbers() -> None:
    assert read("http://127.0.0.1:9/metrics") is None
    assert read("no address") is None


def test_the_page_shows_the_bundle_and_leads_back_with_the_person_kept(
    bundle_json: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Described(FakeClient):
        def describe_bundle(self) -> BundleDescription:
            models = (ModelDescription("anatomy", "onnxruntime-cpu", "int8", Evidence.INTERNAL),)
            return BundleDescription(
                "foreseye-reference", "0.2.0", SHA256, models, (), "# Card", bundle_json, "0.1"
            )

    monkeypatch.setattr(gateway, "connect", Described)
    monkeypatch.setattr(gateway, "metrics_url", lambda: None)
    app = AppTest.from_file(APP, default_timeout=60.0).run()
    person = app.session_state["person"]

    next(b for b in app.button if b.label == "For the operator").click().run()
    shown = "\n".join(element.value for element in app.html)
    assert "onnxruntime-cpu, int8" in shown
    assert "What each model learned from" in shown
    assert "DRIVE" in shown
    next(b for b in app.button if b.label == "Back to the kiosk").click().run()

    assert app.session_state["person"] is person
    assert not app.exception
