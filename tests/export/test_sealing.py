"""What was measured with a finished bundle is sealed into it, and into no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.evaluation import Evaluation
from edge_runtime.contracts.repeatability import Repeatability, SmallestDetectableChange
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.errors import ExportError
from export.sealing import seal
from export.signing_key import public_key
from training.drawn.sample_eyes import write_sample_eyes

pytestmark = pytest.mark.slow


def a_repeatability(bundle: Bundle, anatomy_sha256: str) -> Repeatability:
    change = SmallestDetectableChange(
        value=7.5, unit="um", photographs=20, readings=80, mean=151.0, how="mild camera copies"
    )
    return Repeatability(
        schema="foreseye.repeatability/1",
        bundle=bundle.identity,
        anatomy_sha256=anatomy_sha256,
        disc_sha256=bundle.manifest.sha256_of("disc") if "disc" in bundle.manifest.models else None,
        smallest_detectable_change={"crae_um": change},
        refused={},
    )


def written(folder: Path, record: Repeatability) -> Path:
    file = folder / "repeatability.json"
    file.write_text(record.to_json())
    return file


def test_the_smallest_detectable_change_is_sealed_and_told_on_the_card(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    bundle = open_bundle(None)
    file = written(tmp_path, a_repeatability(bundle, bundle.manifest.sha256_of("anatomy")))

    seal(bundle, (), file, tmp_path / "sealed", key, version="99.0.0")
    sealed = open_bundle(tmp_path / "sealed", (public_key(key),))

    assert sealed.identity.version == "99.0.0"
    changes = sealed.manifest.smallest_detectable_change or {}
    assert changes["crae_um"].value == 7.5
    assert "| crae_um | um | 151 | 7.5 | 20 |" in sealed.model_card
    assert sealed.manifest.models == bundle.manifest.models
    assert sealed.manifest.evaluations == bundle.manifest.evaluations


@pytest.mark.parametrize(("version", "reason"), [("0.0.1", "is below"), ("2", "MAJOR.MINOR")])
def test_a_version_that_falls_or_is_none_is_refused(
    tmp_path: Path, version: str, reason: str
) -> None:
    key, bundle = Ed25519PrivateKey.generate(), open_bundle(None)
    with pytest.raises(ExportError, match=reason):
        seal(bundle, (), None, tmp_path / "sealed", key, version=version)
    assert not (tmp_path / "sealed").exists()


def test_the_repeatability_of_a_bundle_with_another_disc_model_is_refused(tmp_path: Path) -> None:
    bundle = open_bundle(None)
    record = a_repeatability(bundle, bundle.manifest.sha256_of("anatomy"))
    other = record.model_copy(update={"disc_sha256": "0" * 64})

    with pytest.raises(ExportError, match="another anatomy or disc model"):
        seal(bundle, (), written(tmp_path, other), tmp_path / "s", Ed25519PrivateKey.generate())


def test_the_repeatability_of_another_model_is_refused(tmp_path: Path) -> None:
    bundle = open_bundle(None)
    file = written(tmp_path, a_repeatability(bundle, "0" * 64))

    with pytest.raises(ExportError, match="another anatomy or disc model"):
        seal(bundle, (), file, tmp_path / "sealed", Ed25519PrivateKey.generate())

    assert not (tmp_path / "sealed").exists()


def test_a_file_that_is_no_evaluation_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evaluation.json"
    file.write_text("{}")

    with pytest.raises(ExportError, match="no evaluation"):
        seal(open_bundle(None), (file,), None, tmp_path / "sealed", Ed25519PrivateKey.generate())


@pytest.mark.slow
def test_samples_drawn_anew_are_what_the_sealed_bundle_answers_to(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    bundle = open_bundle(None)

    seal(bundle, (), None, tmp_path / "sealed", key, draw_samples=True)
    pipeline = Pipeline.open(
        Settings(bundle=str(tmp_path / "sealed"), trusted_keys=public_key(key))
    )
    pipeline.close()

    golden = pipeline.bundle.manifest.golden
    drawn = write_sample_eyes(tmp_path / "drawn")
    assert [pipeline.bundle.read(sample.photograph) for sample in golden] == [
        path.read_bytes() for path in drawn
    ]
    assert pipeline.bundle.manifest.sha256_of("anatomy") == bundle.manifest.sha256_of("anatomy")


def an_evaluation(bundle: Bundle, of: BundleIdentity, folder: Path) -> Path:
    """Return the bundle's own evaluation as if it had been made anew with bundle `of`."""
    own = Evaluation.model_validate_json(bundle.read("evaluation.json"))
    judged = [each.model_copy(update={"bundle": of}) for each in own.bundles]
    anew = own.model_copy(update={"bundles": judged, "notes": [*own.notes, "Made anew."]})
    file = folder / "evaluation.json"
    file.write_text(anew.to_json())
    return file


def test_a_bundles_own_evaluation_made_anew_takes_the_place_of_its_first(tmp_path: Path) -> None:
    key, bundle = Ed25519PrivateKey.generate(), open_bundle(None)
    own = an_evaluation(bundle, bundle.identity, tmp_path)

    seal(bundle, (), None, tmp_path / "sealed", key, own=own)
    sealed = open_bundle(tmp_path / "sealed", (public_key(key),))

    kept = Evaluation.model_validate_json(sealed.read("evaluation.json"))
    assert kept.notes[-1] == "Made anew."
    assert kept.bundles[0].bundle == bundle.identity
    assert sealed.manifest.evaluations == bundle.manifest.evaluations
    assert sealed.read("evaluation-cv.json") == bundle.read("evaluation-cv.json")


def test_an_evaluation_of_another_bundle_is_not_its_own(tmp_path: Path) -> None:
    key, bundle = Ed25519PrivateKey.generate(), open_bundle(None)
    other = bundle.identity.model_copy(update={"sha256": "0" * 64})
    own = an_evaluation(bundle, other, tmp_path)

    with pytest.raises(ExportError, match="was not measured with"):
        seal(bundle, (), None, tmp_path / "sealed", key, own=own)
    assert not (tmp_path / "sealed").exists()
