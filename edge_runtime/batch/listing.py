"""What a batch has to screen: the files of a folder, or the rows of a manifest.

A folder gives one exam for each file, whatever its name, in sorted order; links to folders are
not followed. A contract manifest (DESIGN section 6) gives one exam for each set, person and
visit; any other table with a column `path` or `photograph` gives one exam for each row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from edge_runtime.batch.manifests import exams_of_manifest
from edge_runtime.errors import InvalidField
from edge_runtime.exam_files import ListedExam, listed_photograph

MANIFEST_SUFFIXES = (".csv", ".parquet")


def listed_exams(source: Path, out: Path) -> Iterator[ListedExam]:
    """Yield the exams of a folder or a manifest, in an order that does not change.

    The output folder is left out where it lies inside of the folder. Raises InvalidField when
    `source` is neither a folder nor a table, ManifestError when the table breaks its contract.
    """
    if source.is_dir():
        return exams_of_folder(source, out)
    if source.suffix.lower() in MANIFEST_SUFFIXES and source.is_file():
        return exams_of_manifest(source)
    raise InvalidField("input", f"{source} is neither a folder nor a .csv or .parquet table")


def root_of(source: Path) -> Path:
    """Return the folder that the listed paths are relative to."""
    return source if source.is_dir() else source.parent


def exams_of_folder(folder: Path, out: Path) -> Iterator[ListedExam]:
    """Yield one exam for each file of a folder and its subfolders, sorted by name.

    What is neither a file nor a folder (a broken link, a pipe), and a subfolder that may not be
    entered, is listed as if it were a file: it is then reported and not silently left out.
    """
    for path in _files_below(folder, "", out.resolve()):
        yield ListedExam((listed_photograph(folder, path),))


def _files_below(folder: Path, below: str, out: Path) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder / below), key=lambda entry: os.fsencode(entry.name))
    except OSError:
        yield below or "."
        return
    for entry in entries:
        path = f"{below}/{entry.name}" if below else entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield path
        elif (folder / path).resolve() != out:
            yield from _files_below(folder, path, out)
