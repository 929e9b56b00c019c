"""`foreseye bench`: what is measured, never how fast."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_runtime.cli.measuring_loads import batch_rates
from edge_runtime.domain import Eye
from edge_runtime.errors import InvalidField
from tests.edge_runtime.cli.command_line import foreseye, foreseye_afresh, sample_eye
from tests.edge_runtime.service.tiny_bundle import tiny_bundle

pytestmark = pytest.mark.slow


def test_each_stage_stands_beside_its_floor() -> None:
    told = foreseye("bench", "--repeat", "2", "--json")

    assert told.code == 0
    report = told.json
    stages = {"decode", "field_of_view", "quality", "anatomy", "biomarkers"}
    for model, stage in (("findings", "findings"), ("signs", "forecast")):
        stages |= {stage} if model in report["models"] else set()
    assert set(report["stages_ms"]) == stages
    assert set(report["floors_ms"]) == {"decode_full_size", "session_run"}
    assert set(report["floors_ms"]["session_run"]) == set(report["models"])
    spreads = [
        *report["stages_ms"].values(),
        report["end_to_end_ms"],
        report["floors_ms"]["decode_full_size"],
        *report["floors_ms"]["session_run"].values(),
    ]
    assert all(0 < spread["p50"] <= spread["p95"] <= spread["p99"] for spread in spreads)
    assert set(report["start_up"]["ms"]) == {"import", "open", "first_result"}
    assert report["photograph"]["gradable"]
    assert report["peak_memory_mb"] > 0
    assert report["simulated_visits"]["pictures"] == 12
    assert report["throughput_per_s"]["floor"] > 0
    assert "batch" not in report


def test_a_batch_and_a_process_after_many_screenings_are_measured_apart(tmp_path: Path) -> None:
    (photographs := tmp_path / "photographs").mkdir()
    for eye in Eye:
        (photographs / f"{eye.value}.jpg").write_bytes(sample_eye(eye))
    (photographs / "torn.jpg").write_bytes(b"no photograph")
    tiny = tiny_bundle(tmp_path / "tiny")

    told = foreseye_afresh(
        *("bench", "--repeat", "1", "--screenings", "2", "--batch", str(photographs), "--json"),
        environment={
            "FORESEYE_BUNDLE": str(tiny.folder),
            "FORESEYE_TRUSTED_KEYS": tiny.settings.trusted_keys,
        },
    )

    report = told.json
    assert report["start_up"]["shared_memory_mb"]["screenings"] == 2
    if Path("/proc/self/smaps_rollup").exists():
        assert report["start_up"]["shared_memory_mb"]["last"] > 0
    assert set(report["batch"]) == {"without_pictures", "with_pictures"}
    for rate in report["batch"].values():
        assert (rate["photographs"]["ok"], rate["photographs"]["failed"]) == (2, 1)
        assert rate["photographs_per_second"] > 0


def test_a_folder_that_is_none_ends_the_bench(tmp_path: Path) -> None:
    with pytest.raises(InvalidField, match="neither a folder"):
        batch_rates(tmp_path / "nowhere", os.environ)


def test_a_photograph_that_cannot_be_read_is_not_measured() -> None:
    told = foreseye("bench", "nowhere.jpg")

    assert told.code == 1
    assert "This file cannot be opened" in told.err
