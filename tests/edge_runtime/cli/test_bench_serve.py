"""`foreseye bench serve`: what is measured, never how fast; on tiny models, with a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge_runtime.cli.command_line import foreseye_afresh
from tests.edge_runtime.service.tiny_bundle import tiny_bundle

pytestmark = pytest.mark.slow


def test_the_short_form_measures_here_and_there_and_in_overload(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "tiny")
    environment = {
        "FORESEYE_BUNDLE": str(bundle.folder),
        "FORESEYE_TRUSTED_KEYS": bundle.settings.trusted_keys,
        "FORESEYE_MAX_QUEUED_EXAMS": "1",
        "FORESEYE_EXAM_WORKERS": "1",
    }

    told = foreseye_afresh(
        *("bench", "serve", "--seconds", "0.5", "--concurrency", "1,2"),
        *("--overload-seconds", "1", "--json"),
        environment=environment,
    )

    assert told.code == 0, told.err
    report = told.json
    assert report["schema"] == "foreseye.bench-serve/1"
    assert set(report["in_process"]) == {
        "quality_ms",
        "exams_1_at_once_per_s",
        "anatomy_per_s",
        "findings_per_s",
    }
    (served,) = report["served"]
    for name in ("screen", "anatomy", "findings"):
        for callers in ("1", "2"):
            load = served[name][callers]
            assert load["answered"] > 0
            assert load["failed"] == 0
            assert 0 < load["p50_ms"] <= load["p99_ms"]
    assert 0 < served["screen"]["1"]["first_event_ms"] <= served["screen"]["1"]["p99_ms"]
    flood = served["overload"]
    assert flood["callers"] == 20
    assert flood["refused"] > 0  # two places for twenty callers
    assert flood["answered"] > 0
    assert flood["failed"] == 0
    assert flood["at_capacity"]["callers"] == 2
    assert flood["at_capacity"]["failed"] == 0
    assert flood["at_capacity"]["refused"] == 0
    assert flood["seconds"] >= 1.0
    assert flood["recovery_s"] > 0
    assert 0 < flood["first_pss_mb"] <= flood["most_pss_mb"]


@pytest.mark.parametrize("callers", ["", "0", "many"])
def test_callers_are_whole_numbers(callers: str) -> None:
    told = foreseye_afresh("bench", "serve", "--concurrency", callers)

    assert told.code == 2
    assert "is a list such as 1,4,16" in told.err
