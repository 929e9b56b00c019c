"""The reference bundle inside the package, trusted by the hash that is pinned beside it."""

from __future__ import annotations

from pathlib import Path

import typer

from edge_runtime.bundle.opening import REFERENCE_HASH_FILE, reference_bundle_path
from export.bundle_folder import LARGEST_REFERENCE_BUNDLE_BYTES
from export.errors import ExportError


def reference_folder() -> Path:
    """Return where the reference bundle lies in the package."""
    return reference_bundle_path()


def pin_reference(sha256: str) -> None:
    """Pin the hash of the reference bundle. Raises ExportError when the bundle is too large."""
    folder = reference_folder()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > LARGEST_REFERENCE_BUNDLE_BYTES:
        raise ExportError(f"{size} bytes, at most {LARGEST_REFERENCE_BUNDLE_BYTES} may ship")
    (folder.parent / REFERENCE_HASH_FILE).write_text(sha256 + "\n", encoding="ascii")


def target_folder(out: Path | None, reference: bool) -> Path:
    """Return where a new bundle goes. Raises typer.BadParameter unless exactly one is meant."""
    if (out is None) == (not reference):
        raise typer.BadParameter("give either --out FOLDER or --reference")
    return reference_folder() if out is None else out
