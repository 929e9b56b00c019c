"""Writes a bundle folder: files, hashes, bundle.json and its signature, whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.signature import sign
from edge_runtime.contracts.bundle import BUNDLE_FILE, SIGNATURE_FILE, BundleManifest
from export.errors import ExportError

LARGEST_REFERENCE_BUNDLE_BYTES = 40_000_000

Described = Callable[[dict[str, str]], BundleManifest]
"""Gives the manifest once the hashes of all files are known."""


def write_bundle(
    folder: Path, files: dict[str, bytes], described: Described, key: Ed25519PrivateKey
) -> str:
    """Write (or replace) the bundle folder and return the SHA-256 of its bundle.json.

    Raises ExportError when `folder` holds something that is no bundle.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / BUNDLE_FILE).is_file():
        raise ExportError(f"{folder} is not empty and holds no bundle; nothing was written")
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    raw = described(hashes).to_json().encode()
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".bundle-", dir=folder.parent))
    for name, content in files.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (made / BUNDLE_FILE).write_bytes(raw)
    (made / SIGNATURE_FILE).write_text(sign(raw, key).model_dump_json(indent=2), encoding="ascii")
    made.chmod(0o755)
    if folder.exists():
        shutil.rmtree(folder)
    made.rename(folder)
    return hashlib.sha256(raw).hexdigest()


def with_hashes(manifest: BundleManifest, hashes: dict[str, str]) -> BundleManifest:
    """Return a manifest over these hashes, checked again as a whole."""
    changed = manifest.model_copy(update={"files": hashes})
    return BundleManifest.model_validate_json(changed.to_json())
