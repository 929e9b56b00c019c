"""Simulated visits from training to a signed bundle: a tiny run, exported, proved, judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Evidence
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.errors import ExportError
from export.progression_bundle import PROGRESSION_FILE, add_progression
from export.signing_key import public_key
from tests.training.progression.tiny_run import tiny_run
from training.progression.judged import write_judged
from training.progression.judging import JudgingPlan
from training.progression.judging_bundle import judged_bundle

pytestmark = pytest.mark.slow

KEY = Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_run(tmp_path_factory.mktemp("progression"))


@pytest.fixture(scope="module")
def folder(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle") / "with-progression"
    add_progression(open_bundle(None), run, out, KEY, lambda _: None)
    return out


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Iterator[Pipeline]:
    opened = Pipeline.open(Settings(bundle=str(folder), trusted_keys=public_key(KEY)))
    yield opened
    opened.close()


def test_the_bundle_says_what_simulated_visits_are_and_were_made_from(pipeline: Pipeline):
    entry = pipeline.bundle.manifest.models["progression"]

    assert entry.evidence is Evidence.DRAWN
    assert entry.parity["fp32"].largest_difference <= 0.05
    (counts,) = pipeline.bundle.manifest.data_statement.models["progression"]
    assert counts.evidence_kind == "drawn"
    assert counts.photographs["train"] == 3 * counts.people["train"]
    assert len(pipeline.bundle.read(PROGRESSION_FILE)) < 4_000_000


def test_figures_are_sealed_with_the_graph_that_they_are_of(
    run: Path, folder: Path, tmp_path: Path
):
    metric = Metric(
        name="energy_score_share_of_gain", value=0.5, set="drawn", role=Role.TEST, people=3,
        photographs=3, evidence=Evidence.DRAWN,
    )  # fmt: skip
    sha256 = hashlib.sha256((folder / PROGRESSION_FILE).read_bytes()).hexdigest()
    bundle = open_bundle(None)

    judged = write_judged(tmp_path / "own", sha256, [metric])
    add_progression(bundle, run, tmp_path / "out", KEY, lambda _: None, judged)

    made = open_bundle(tmp_path / "out", [public_key(KEY)])
    assert made.manifest.models["progression"].metrics == [metric]
    other = write_judged(tmp_path / "other", "0" * 64, [metric])
    with pytest.raises(ExportError, match="another progression"):
        add_progression(bundle, run, tmp_path / "never", KEY, lambda _: None, other)
    assert not (tmp_path / "never").exists()


def test_a_bundle_is_judged_on_drawn_eyes_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FORESEYE_TRUSTED_KEYS", public_key(KEY))
    plan = JudgingPlan(
        years=5.0, samples=3, others=2, read=2, read_eyes=1, height_px=300, side_px=0
    )

    first = judged_bundle(folder, tmp_path, 2, plan, None, seed=1)
    kept = sorted((tmp_path / "judged_eyes").rglob("*.json"))
    before = [path.stat().st_mtime_ns for path in kept]
    again = judged_bundle(folder, tmp_path, 2, plan, None, seed=1)

    assert first == again
    assert len(kept) == 2
    assert [path.stat().st_mtime_ns for path in kept] == before
    figures = {metric.name: metric for metric in first}
    levels = figures["energy_score_levels"]
    assert {b.name for b in levels.beside or []} == {"copying", "true other futures"}
    assert all(metric.evidence is Evidence.DRAWN for metric in first)
