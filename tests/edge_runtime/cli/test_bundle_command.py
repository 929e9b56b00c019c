"""`foreseye bundle`: whole and trusted or not, and what it was judged on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.signature import sign
from edge_runtime.contracts.bundle import BUNDLE_FILE, SIGNATURE_FILE
from tests.edge_runtime.cli.command_line import foreseye_afresh, opened_once


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(opened_once().bundle.path, tmp_path / "bundle"))


def test_the_bundle_in_use_is_verified_when_none_is_named() -> None:
    told = foreseye_afresh("bundle", "verify", "--json")

    identity = opened_once().bundle.identity
    assert told.code == 0
    assert told.json["verified"] is True
    assert told.json["sha256"] == identity.sha256


def test_a_description_holds_the_manifest_and_the_model_card() -> None:
    told = foreseye_afresh("bundle", "describe", "--json")

    bundle = opened_once().bundle
    assert told.json["bundle"] == json.loads(bundle.manifest_json)
    assert told.json["model_card"] == bundle.model_card


@pytest.mark.slow
def test_a_description_is_shown_to_people() -> None:
    told = foreseye_afresh("bundle", "describe")

    identity = opened_once().bundle.identity
    assert told.code == 0
    assert f"{identity.name} {identity.version}" in told.out


def test_a_bundle_of_someone_trusted_is_verified(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    changed = {**json.loads((folder / BUNDLE_FILE).read_text()), "name": "clinic"}
    (folder / BUNDLE_FILE).write_text(json.dumps(changed))
    signature = sign((folder / BUNDLE_FILE).read_bytes(), Ed25519PrivateKey.generate())
    (folder / SIGNATURE_FILE).write_text(signature.model_dump_json())

    trusting = {"FORESEYE_TRUSTED_KEYS": signature.public_key}
    told = foreseye_afresh("bundle", "verify", folder, environment=trusting)

    assert told.code == 0
    assert told.out.startswith("clinic ")
