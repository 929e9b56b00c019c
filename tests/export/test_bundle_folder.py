"""A bundle is written whole, signed, and never over something else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.errors import BundleUntrusted
from export.bundle_folder import write_bundle
from export.errors import ExportError, SigningKeyError
from export.signing_key import make_key, public_key, read_key


def a_manifest(hashes: dict[str, str]) -> BundleManifest:
    """A bundle of a model card alone."""
    return BundleManifest.model_validate(
        {
            "schema": "foreseye.bundle/1",
            "name": "card-only",
            "version": "0.0.1",
            "made_with": {},
            "models": {},
            "golden": [],
            "data_statement": {"models": {}, "terms_of_the_weights": "none"},
            "model_card": "model_card.md",
            "files": hashes,
        }
    )


def test_a_written_bundle_opens_with_its_key_alone(tmp_path: Path):
    key = Ed25519PrivateKey.generate()

    sha256 = write_bundle(tmp_path / "b", {"model_card.md": b"# card"}, a_manifest, key)

    assert open_bundle(tmp_path / "b", [public_key(key)]).sha256 == sha256
    with pytest.raises(BundleUntrusted):
        open_bundle(tmp_path / "b", [public_key(Ed25519PrivateKey.generate())])


def test_the_same_contents_give_the_same_hash(tmp_path: Path):
    key = Ed25519PrivateKey.generate()
    files = {"model_card.md": b"# card"}

    first = write_bundle(tmp_path / "a", files, a_manifest, key)

    assert write_bundle(tmp_path / "b", files, a_manifest, key) == first


def test_a_bundle_replaces_a_bundle_but_nothing_else(tmp_path: Path):
    key = Ed25519PrivateKey.generate()
    write_bundle(tmp_path / "b", {"model_card.md": b"old"}, a_manifest, key)
    write_bundle(tmp_path / "b", {"model_card.md": b"new"}, a_manifest, key)
    assert open_bundle(tmp_path / "b", [public_key(key)]).model_card == "new"

    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_bytes(b"sand")
    with pytest.raises(ExportError, match="holiday"):
        write_bundle(tmp_path / "holiday", {"model_card.md": b"x"}, a_manifest, key)
    assert (tmp_path / "holiday" / "beach.jpg").read_bytes() == b"sand"


def test_a_key_is_for_its_owner_only_and_never_overwritten(tmp_path: Path):
    path = tmp_path / "signing.key"

    public = make_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_key(read_key(path)) == public
    with pytest.raises(SigningKeyError):
        make_key(path)


def test_a_file_that_is_no_key_is_said_so(tmp_path: Path):
    (tmp_path / "no.key").write_text("hello")

    with pytest.raises(SigningKeyError, match=r"no\.key"):
        read_key(tmp_path / "no.key")
