"""Opens a model bundle: structure, hashes and trust are checked before anything is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from edge_runtime.bundle.signature import check_signature
from edge_runtime.contracts.bundle import (
    BUNDLE_FILE,
    BUNDLE_SCHEMA,
    SIGNATURE_FILE,
    BundleManifest,
    Signature,
    bundle_manifest_from,
)
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.errors import (
    BundleCorrupt,
    BundleMissing,
    BundleRollback,
    BundleUnsupported,
    BundleUntrusted,
    NotInBundle,
)

MAX_BUNDLE_JSON_BYTES = 4_000_000
REFERENCE_HASH_FILE = "reference_bundle.sha256"


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: every file has the hash that a trusted party signed."""

    path: Path
    manifest: BundleManifest
    manifest_json: str
    sha256: str

    @property
    def identity(self) -> BundleIdentity:
        """Name, version and hash, as every answer carries them."""
        return BundleIdentity(
            name=self.manifest.name, version=self.manifest.version, sha256=self.sha256
        )

    @property
    def model_card(self) -> str:
        """The model card, Markdown."""
        return self.read(self.manifest.model_card).decode()

    def read(self, file: str) -> bytes:
        """Return a file's bytes, checked again against its hash on every read.

        Raises BundleCorrupt when the file changed since, NotInBundle when it is not listed.
        """
        if file not in self.manifest.files:
            raise NotInBundle(f"the bundle lists no file {file}")
        return _checked(self.path, file, self.manifest.files[file])


def reference_bundle_path() -> Path:
    """Return the folder of the reference bundle inside the package."""
    return Path(str(files("edge_runtime") / "reference_bundle"))


def open_bundle(
    path: Path | None, trusted_keys: Sequence[str] = (), not_before: str | None = None
) -> Bundle:
    """Return a verified bundle; `path` None opens the reference bundle.

    `not_before` is the version in use: an older bundle is refused (BundleRollback).
    Raises BundleMissing, BundleCorrupt, BundleUnsupported or BundleUntrusted.
    """
    folder = reference_bundle_path() if path is None else path
    raw = _read(folder, BUNDLE_FILE, MAX_BUNDLE_JSON_BYTES)
    sha256 = hashlib.sha256(raw).hexdigest()
    _check_trust(folder, raw, sha256, trusted_keys)
    manifest = _parsed(raw)
    for file, expected in manifest.files.items():
        _checked(folder, file, expected)
    if not_before is not None and in_order_of_release(manifest.version) < in_order_of_release(
        not_before
    ):
        raise BundleRollback(f"version {manifest.version} is older than {not_before}")
    return Bundle(folder, manifest, raw.decode(), sha256)


def pinned_reference_hash() -> str:
    """Return the SHA-256 of the reference bundle's bundle.json, as pinned in the package."""
    return (files("edge_runtime") / REFERENCE_HASH_FILE).read_text(encoding="ascii").strip()


def _check_trust(folder: Path, raw: bytes, sha256: str, trusted_keys: Sequence[str]) -> None:
    if sha256 == pinned_reference_hash():
        return
    if not trusted_keys:
        raise BundleUntrusted(
            f"bundle {sha256[:16]}... is not the reference bundle and the settings name no "
            "trusted key (FORESEYE_TRUSTED_KEYS)"
        )
    try:
        signature = Signature.model_validate_json(_read(folder, SIGNATURE_FILE, 4096))
    except ValidationError as error:
        raise BundleCorrupt(f"{SIGNATURE_FILE} is not a signature: {error}") from None
    check_signature(raw, signature, trusted_keys)


def _parsed(raw: bytes) -> BundleManifest:
    try:
        text = raw.decode()
        manifest = bundle_manifest_from(text)
    except UnicodeDecodeError as error:
        raise BundleCorrupt(f"{BUNDLE_FILE} is not UTF-8: {error}") from None
    except ValidationError as error:
        wrong_schema = any(part["loc"] == ("schema",) for part in error.errors())
        kind = BundleUnsupported if wrong_schema else BundleCorrupt
        raise kind(f"{BUNDLE_FILE} is no {BUNDLE_SCHEMA}: {error}") from None
    for file in manifest.files:
        if Path(file).is_absolute() or ".." in Path(file).parts:
            raise BundleCorrupt(f"{BUNDLE_FILE} names a file outside of the bundle: {file}")
    return manifest


def _checked(folder: Path, file: str, expected: str) -> bytes:
    content = _read(folder, file)
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise BundleCorrupt(f"{file} has SHA-256 {actual[:16]}..., signed was {expected[:16]}...")
    return content


def _read(folder: Path, file: str, limit: int | None = None) -> bytes:
    path = folder / file
    try:
        if limit is not None and path.stat().st_size > limit:
            raise BundleCorrupt(f"{file} is larger than {limit} bytes")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        missing = BundleMissing if file == BUNDLE_FILE else BundleCorrupt
        raise missing(f"no {file} in {folder}") from None
    except OSError as error:
        raise BundleCorrupt(f"{file} in {folder} cannot be read: {error}") from None


def in_order_of_release(version: str) -> tuple[int, ...]:
    """Return what MAJOR.MINOR.PATCH versions are compared by."""
    return tuple(int(part) for part in version.split("."))
