"""Files that appear whole or not at all, and stay after a power cut.

A file is written under a temporary name beside its place, flushed to the disk and renamed; the
folder is flushed too. The temporary name is fixed for each file, so that a killed process leaves
at most one behind and the next attempt overwrites it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edge_runtime.errors import OutputError

PARTIAL = ".partial"
"""Suffix of a file that is still being written."""


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it becomes `path` when the block ends well.

    When the block raises, `path` is as it was before. Raises OutputError when the disk refuses.
    """
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        _flush(partial)
        partial.replace(path)
        _flush(path.parent)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file, whole or not at all; text as UTF-8. Raises OutputError."""
    with written_whole(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)


def make_folder(path: Path) -> Path:
    """Make a folder, and those above it, and return it. Raises OutputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be made: {error.strerror or error}") from error
    return path


def remove(path: Path) -> None:
    """Remove a file if it is there. Raises OutputError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be removed: {error.strerror or error}") from error


def remove_partials(folder: Path) -> int:
    """Remove what killed processes left half-written in a folder and below; return how many."""
    leftovers = list(folder.rglob(f".*{PARTIAL}"))
    for leftover in leftovers:
        remove(leftover)
    return len(leftovers)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
