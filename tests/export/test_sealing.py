"""What was measured with a finished bundle is sealed into it, and into no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.repeatability import Repeatability, SmallestDetectableChange
from edge_runtime.contracts.result import BundleIdentity
from export.errors import ExportError
from export.sealing import seal
from export.signing_key import public_key


def a_repeatability(bundle: BundleIdentity) -> Repeatability:
    change = SmallestDetectableChange(
        value=7.5, unit="um", photographs=20, readings=80, mean=151.0, how="mild camera copies"
    )
    return Repeatability(
        schema="foreseye.repeatability/1",
        bundle=bundle,
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
    file = written(tmp_path, a_repeatability(bundle.identity))

    seal(bundle, (), file, tmp_path / "sealed", key)
    sealed = open_bundle(tmp_path / "sealed", (public_key(key),))

    changes = sealed.manifest.smallest_detectable_change or {}
    assert changes["crae_um"].value == 7.5
    assert "| crae_um | um | 151 | 7.5 | 20 |" in sealed.model_card
    assert sealed.manifest.models == bundle.manifest.models
    assert sealed.manifest.evaluations == bundle.manifest.evaluations


def test_the_repeatability_of_another_bundle_is_refused(tmp_path: Path) -> None:
    bundle = open_bundle(None)
    other = bundle.identity.model_copy(update={"sha256": "0" * 64})
    file = written(tmp_path, a_repeatability(other))

    with pytest.raises(ExportError, match="measured with bundle 000000000000"):
        seal(bundle, (), file, tmp_path / "sealed", Ed25519PrivateKey.generate())

    assert not (tmp_path / "sealed").exists()


def test_a_file_that_is_no_evaluation_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evaluation.json"
    file.write_text("{}")

    with pytest.raises(ExportError, match="no evaluation"):
        seal(open_bundle(None), (file,), None, tmp_path / "sealed", Ed25519PrivateKey.generate())
