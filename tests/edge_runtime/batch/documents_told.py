"""What the documents of a batch say, without what tells the clock."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

FOLDER = "documents"
OF_THE_CLOCK = ("DA", "TM", "DT")
OF_THE_REPORT = ("EncapsulatedDocument", "EncapsulatedDocumentLength")
"""The report itself is told by its pages."""
HASH_OF_THE_RESULTS = re.compile(r"^SHA-256 [0-9a-f]{64}$", re.MULTILINE)
"""Of results.json, which holds how long each stage took."""
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")


def documents_told(out: Path) -> dict[str, object]:
    """Return, by file, what every document of a batch says; every file is there."""
    folder = out / FOLDER
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _told(path) for path in files}


def _told(path: Path) -> object:
    if path.suffix == ".pdf":
        command = ["pdftotext", "-layout", str(path), "-"]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        return TIME.sub("then", HASH_OF_THE_RESULTS.sub("hash", text))
    if path.suffix == ".dcm":
        return list(_elements(pydicom.dcmread(path)))
    return path.read_bytes()


def _elements(dataset: Dataset) -> Iterator[tuple[object, object]]:
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield element.tag, list(_elements(item))
        elif element.VR not in OF_THE_CLOCK and element.keyword not in OF_THE_REPORT:
            yield element.tag, element.value
