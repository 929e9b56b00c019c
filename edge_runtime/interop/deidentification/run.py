"""De-identifies files into a folder, one by one, and tells what was done without any old name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from edge_runtime.contracts.strict import Strict, contract_json
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import ForeseyeError, PhotographError
from edge_runtime.fundus.intake import read_file
from edge_runtime.interop.deidentification.cleaning import (
    Cleaned,
    cleaned_dicom,
    cleaned_photograph,
)
from edge_runtime.interop.deidentification.key_file import KeyFile
from edge_runtime.interop.dicom.meta_group import is_dicom
from edge_runtime.interop.dicom.parser_process import DicomParser
from edge_runtime.names import shown_name
from edge_runtime.settings import Limits

REPORT_FILE = "deidentification.json"
SAVED_EVERY = 50
"""Files after which the key file is written: what a killed run has to do again at most."""


class CleanedFile(Strict):
    """One file that was written."""

    name: str
    frames: int
    blackened_px: int
    """Pixels outside of the field of view that were not black before."""


class DeidentificationReport(Strict):
    """`deidentification.json`: what was written and what was not, without one old name."""

    schema_: Literal["foreseye.deidentification/1"] = Field(
        default="foreseye.deidentification/1", alias="schema"
    )
    written: list[CleanedFile]
    refused: dict[str, int]
    """How many files were not written, by error."""


@dataclass(frozen=True)
class Refused:
    """A file that was not written, for the operator's own screen."""

    path: Path
    error: ForeseyeError


def files_below(sources: Sequence[Path]) -> list[Path]:
    """Return the files named, and those in the folders named, sorted."""
    found: list[Path] = []
    for source in sources:
        inside = source.rglob("*") if source.is_dir() else [source]
        found += sorted(path for path in inside if not path.is_dir())
    return found


def deidentify(
    paths: Sequence[Path], out: Path, keys: KeyFile, limits: Limits
) -> Iterator[CleanedFile | Refused]:
    """Write each file under its new name; yield what came of each, and write the report last.

    Two files of the same bytes give one. The key file is saved before a file that needs it could
    be lost. Raises OutputError.
    """
    make_folder(out)
    keys.save()
    written: dict[str, CleanedFile] = {}
    refused: Counter[str] = Counter()
    parser = DicomParser()
    try:
        for number, path in enumerate(paths, 1):
            try:
                done = _cleaned_file(path, out, keys, parser, limits)
            except PhotographError as error:
                refused[f"{type(error).__name__}: {error.public_message}"] += 1
                yield Refused(path, error)
            else:
                written[done.name] = done
                yield done
            if number % SAVED_EVERY == 0:
                keys.save()
    finally:
        parser.close()
        keys.save()
    report = DeidentificationReport(
        written=sorted(written.values(), key=lambda one: one.name), refused=dict(refused)
    )
    write_whole(out / REPORT_FILE, contract_json(report) + "\n")


def _cleaned_file(
    path: Path, out: Path, keys: KeyFile, parser: DicomParser, limits: Limits
) -> CleanedFile:
    content = read_file(path, limits)
    if is_dicom(content):
        cleaned: Cleaned = cleaned_dicom(content, keys, parser, limits)
    else:
        cleaned = cleaned_photograph(content, limits)
    name = keys.name_of(content) + cleaned.suffix
    write_whole(out / name, cleaned.content)
    keys.names[name] = shown_name(path)
    return CleanedFile(name=name, frames=cleaned.num_frames, blackened_px=cleaned.num_blackened_px)
