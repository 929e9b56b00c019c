"""A newer bundle takes over the models that an older one has beyond it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.bundle import BundleManifest, ModelName
from edge_runtime.domain import Exam, Person, PhotographFile, Sex
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from edge_runtime.stages import ForecastRead
from export.bundle_folder import with_hashes, write_bundle
from export.carrying import carry
from export.errors import ExportError
from export.signing_key import public_key

pytestmark = pytest.mark.slow

KEY = Ed25519PrivateKey.generate()
FUTURE: tuple[ModelName, ...] = ("forecast", "signs", "progression")


def of_today(bundle: Bundle) -> BundleManifest:
    """Return the bundle's record without what looks ahead."""
    manifest = bundle.manifest
    models = {name: entry for name, entry in manifest.models.items() if name not in FUTURE}
    golden = [
        sample.model_copy(
            update={"expected": {m: f for m, f in sample.expected.items() if m in models}}
        )
        for sample in manifest.golden
    ]
    return manifest.model_copy(
        update={
            "models": models,
            "golden": golden,
            "horizons_years": [],
            "learned_spans": None,
            "evaluations": [n for n in manifest.evaluations or [] if "forecast" not in n],
        }
    )


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    bundle = open_bundle(None)
    manifest, folder = of_today(bundle), tmp_path_factory.mktemp("today") / "bundle"
    files = {name: bundle.read(name) for name in manifest.named_files()}
    write_bundle(folder, files, lambda hashes: with_hashes(manifest, hashes), KEY)
    return open_bundle(folder, (public_key(KEY),))


@pytest.fixture(scope="module")
def carried(today: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    out = tmp_path_factory.mktemp("carried") / "bundle"
    carry(today, open_bundle(None), out, KEY)
    return open_bundle(out, (public_key(KEY),))


def forecast_with(bundle: Bundle) -> list[float | None]:
    keys = public_key(KEY) if bundle.path != open_bundle(None).path else ""
    pipeline = Pipeline.open(Settings(bundle=str(bundle.path), trusted_keys=keys))
    photograph = bundle.manifest.golden[0].photograph
    file = PhotographFile(photograph, bundle.read(photograph))
    exam = Exam("exam", (file,), Person(age_years=61.0, sex=Sex("F")))
    (read,) = (event for event in pipeline.screen(exam) if isinstance(event, ForecastRead))
    pipeline.close()
    return [forecast.cumulative_incidence for forecast in read.forecast]


def test_forecasts_signs_and_simulated_visits_come_with_figures_counts_and_samples(
    today: Bundle, carried: Bundle
):
    theirs, ours = open_bundle(None).manifest, carried.manifest

    assert not set(FUTURE) & set(today.manifest.models)
    for name in FUTURE:
        assert ours.models[name] == theirs.models[name]
        assert ours.data_statement.models[name] == theirs.data_statement.models[name]
        assert all(name in sample.expected for sample in ours.golden)
    assert ours.horizons_years == theirs.horizons_years
    assert ours.learned_spans == theirs.learned_spans
    assert ours.evaluations == theirs.evaluations
    assert "late_amd" in carried.model_card


def test_a_person_is_forecast_the_same_as_before(carried: Bundle):
    before, after = forecast_with(open_bundle(None)), forecast_with(carried)

    known = [(a, b) for a, b in zip(before, after, strict=True) if a is not None and b is not None]
    assert len(known) > 40
    was, is_now = np.array(known).T
    np.testing.assert_allclose(is_now, was, rtol=1e-3)


def test_a_model_that_both_have_is_taken_over_if_asked_for(today: Bundle, tmp_path: Path):
    manifest, theirs = today.manifest, open_bundle(None).manifest
    cautious = manifest.models["findings"].model_copy(update={"thresholds": {"referable": 0.01}})
    changed = manifest.model_copy(update={"models": {**manifest.models, "findings": cautious}})
    files = {name: today.read(name) for name in manifest.files}
    write_bundle(tmp_path / "in", files, lambda hashes: with_hashes(changed, hashes), KEY)

    carry(
        open_bundle(tmp_path / "in", (public_key(KEY),)),
        open_bundle(None),
        tmp_path / "out",
        KEY,
        ["findings"],
    )

    carried = open_bundle(tmp_path / "out", (public_key(KEY),)).manifest
    assert carried.models["findings"] == theirs.models["findings"]


def test_whoever_takes_over_findings_alone_keeps_its_own_forecast_and_evaluations(tmp_path: Path):
    whole = open_bundle(None)

    carry(whole, whole, tmp_path / "out", KEY, ["findings"])

    carried = open_bundle(tmp_path / "out", (public_key(KEY),)).manifest
    assert carried.evaluations == whole.manifest.evaluations
    assert carried.horizons_years == whole.manifest.horizons_years
    assert set(carried.files) == set(whole.manifest.files)


def test_a_bundle_that_lacks_nothing_is_refused(tmp_path: Path):
    whole = open_bundle(None)

    with pytest.raises(ExportError, match="has no model that"):
        carry(whole, whole, tmp_path / "out", KEY)


def test_other_sample_eyes_are_refused(today: Bundle, tmp_path: Path):
    manifest, folder = today.manifest, tmp_path / "other"
    files = {name: today.read(name) for name in manifest.files}
    files[manifest.golden[0].photograph] += b"\0"
    write_bundle(folder, files, lambda hashes: with_hashes(manifest, hashes), KEY)

    with pytest.raises(ExportError, match="is another eye"):
        carry(open_bundle(folder, (public_key(KEY),)), open_bundle(None), tmp_path / "out", KEY)
    assert not (tmp_path / "out").exists()
