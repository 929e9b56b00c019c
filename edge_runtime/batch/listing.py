"""What a batch has to screen: the files of a folder or a ZIP, or the rows of a manifest.

A folder gives one exam for each file, whatever its name, in sorted order; links to folders are
not followed. A contract manifest (DESIGN section 6) gives one exam for each set, person and
visit; any other table with a column `path` or `photograph` gives one exam for each row. A ZIP gives
one exam for each entry, in its own order; what is not safe or not clear to read is listed with the
reason, and its row says it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from edge_runtime.batch.allowance import Allowance
from edge_runtime.batch.manifests import exams_of_manifest
from edge_runtime.batch.spool import spool
from edge_runtime.errors import InvalidField
from edge_runtime.exam_files import ListedExam, ListedPhotograph, listed_photograph
from edge_runtime.settings import Settings
from edge_runtime.zip_archive import entries

MANIFEST_SUFFIXES = (".csv", ".parquet")
ZIP_SUFFIX = ".zip"


def listed_exams(source: Path, out: Path, settings: Settings | None = None) -> Iterator[ListedExam]:
    """Yield the exams of a folder, a ZIP or a manifest, in an order that does not change.

    The output folder is left out where it lies inside of the folder. Raises InvalidField when
    `source` is none of them or no whole ZIP, ManifestError when the table breaks its contract.
    """
    if source.is_dir():
        return exams_of_folder(source, out)
    if source.suffix.lower() in MANIFEST_SUFFIXES and source.is_file():
        return exams_of_manifest(source)
    if source.suffix.lower() == ZIP_SUFFIX and source.is_file():
        return exams_of_zip(source, settings or Settings())
    raise InvalidField("input", f"{source} is neither a folder nor a .csv, .parquet or .zip file")


def root_of(source: Path) -> Path:
    """Return the folder that the listed paths are relative to, or the ZIP that holds them."""
    return source if source.is_dir() or source.suffix.lower() == ZIP_SUFFIX else source.parent


def exams_of_folder(folder: Path, out: Path) -> Iterator[ListedExam]:
    """Yield one exam for each file of a folder and its subfolders, sorted by name.

    What is neither a file nor a folder (a broken link, a pipe), and a subfolder that may not be
    entered, is listed as if it were a file: it is then reported and not silently left out.
    """
    for path in _files_below(folder, "", out.resolve()):
        yield ListedExam((listed_photograph(folder, path),))


def exams_of_zip(archive: Path, settings: Settings) -> Iterator[ListedExam]:
    """Yield one exam for each file of a ZIP. A name that stands twice is read the first time."""
    allowance = Allowance(archive.stat().st_size, settings)
    with spool() as names:
        for entry in entries(archive):
            if entry.is_folder:
                continue
            is_new = names.is_new(os.fsencode(entry.name), entry.place)
            fault = entry.fault or (None if is_new else "its name stands there twice")
            fault = fault or allowance.fault(entry)
            photograph = ListedPhotograph(entry.name, None, entry.num_bytes, entry.place, fault)
            yield ListedExam((photograph,))


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
