"""A bundle loads only when it is whole and somebody trusted signed it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import open_bundle, pinned_reference_hash, reference_bundle_path
from edge_runtime.bundle.signature import sign
from edge_runtime.contracts.bundle import BUNDLE_FILE, SIGNATURE_FILE
from edge_runtime.errors import (
    BundleCorrupt,
    BundleMissing,
    BundleRollback,
    BundleUnsupported,
    BundleUntrusted,
    NotInBundle,
)
from export.signing_key import public_key


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the reference bundle that a test may spoil."""
    return Path(shutil.copytree(reference_bundle_path(), tmp_path / "bundle"))


def signed_again(folder: Path, **changes: object) -> str:
    """Change bundle.json, sign it with a new key and return that key's public half."""
    path = folder / BUNDLE_FILE
    changed = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps(changed))
    key = Ed25519PrivateKey.generate()
    signature = sign(path.read_bytes(), key)
    (folder / SIGNATURE_FILE).write_text(signature.model_dump_json())
    return public_key(key)


def test_the_reference_bundle_is_trusted_by_its_pinned_hash():
    assert open_bundle(None).sha256 == pinned_reference_hash()


def test_the_reference_bundle_is_at_most_40_mb():
    size = sum(p.stat().st_size for p in reference_bundle_path().rglob("*") if p.is_file())

    assert size <= 40_000_000


@pytest.mark.slow
def test_every_file_with_one_flipped_byte_is_refused(copied: Path):
    files = [*open_bundle(copied).manifest.files, BUNDLE_FILE]
    for name in files:
        path = copied / name
        good = path.read_bytes()
        spoilt = bytearray(good)
        spoilt[len(spoilt) // 2] ^= 1
        path.write_bytes(bytes(spoilt))
        with pytest.raises((BundleCorrupt, BundleUntrusted)):
            open_bundle(copied)
        path.write_bytes(good)
    assert open_bundle(copied).sha256 == pinned_reference_hash()


def test_a_missing_file_is_refused(copied: Path):
    (copied / "model_card.md").unlink()

    with pytest.raises(BundleCorrupt, match=r"model_card\.md"):
        open_bundle(copied)


def test_a_folder_without_a_bundle_is_said_so(tmp_path: Path):
    with pytest.raises(BundleMissing):
        open_bundle(tmp_path)
    with pytest.raises(BundleMissing):
        open_bundle(tmp_path / "nowhere")


def test_another_bundle_needs_a_trusted_key(copied: Path):
    key = signed_again(copied, name="a-hospital's-own")

    assert open_bundle(copied, [key]).manifest.name == "a-hospital's-own"
    with pytest.raises(BundleUntrusted, match="trusted key"):
        open_bundle(copied)
    with pytest.raises(BundleUntrusted, match="not among"):
        open_bundle(copied, ["00" * 32])


def test_a_signature_over_other_bytes_is_refused(copied: Path):
    key = signed_again(copied)
    path = copied / BUNDLE_FILE
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(BundleUntrusted, match="does not fit"):
        open_bundle(copied, [key])


def test_a_bundle_of_an_unknown_schema_is_unsupported(copied: Path):
    key = signed_again(copied, schema="foreseye.bundle/99")

    with pytest.raises(BundleUnsupported):
        open_bundle(copied, [key])


def test_a_bundle_with_an_unknown_key_is_corrupt(copied: Path):
    key = signed_again(copied, surprise=1)

    with pytest.raises(BundleCorrupt):
        open_bundle(copied, [key])


def test_a_bundle_may_not_name_files_outside_of_itself(copied: Path):
    files = json.loads((copied / BUNDLE_FILE).read_text())["files"]
    key = signed_again(copied, files={**files, "../outside": "0" * 64})

    with pytest.raises(BundleCorrupt, match="outside"):
        open_bundle(copied, [key])


def test_an_older_bundle_is_refused_when_a_newer_is_in_use(copied: Path):
    key = signed_again(copied, version="1.2.3")

    assert open_bundle(copied, [key], not_before="1.2.3").manifest.version == "1.2.3"
    with pytest.raises(BundleRollback):
        open_bundle(copied, [key], not_before="1.10.0")


def test_a_file_that_changes_after_opening_is_not_read(copied: Path):
    bundle = open_bundle(copied)
    (copied / "model_card.md").write_text("something else")

    with pytest.raises(BundleCorrupt):
        bundle.read("model_card.md")
    with pytest.raises(NotInBundle):
        bundle.read("passwords.txt")
