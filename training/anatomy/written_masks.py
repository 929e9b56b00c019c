"""Reads the mask pictures that `foreseye screen` wrote, found by the photograph's hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import UInt8Array
from edge_runtime.errors import UnreadableFile
from training.anatomy.evaluate import MaskPictures, judge_masks
from training.cohort.assemble import assemble

LABELLED_SETS = ("DRIVE", "CHASEDB1", "HRF_AV", "DRISHTI_GS")


def judge_written(data: Path, results: Path, role: str) -> list[Metric]:
    """Return the figures of every photograph of one role that lies below `results`.

    A set of which nothing was screened is left out; a photograph of a set that was screened in
    part raises CohortError.
    """
    folders = {
        json.loads(path.read_text(encoding="utf-8"))["photograph"]["sha256"]: path.parent
        for path in sorted(results.rglob("result.json"))
    }
    manifest = assemble(data, results / "judged_against.parquet", LABELLED_SETS)
    rows = [row for row in read_manifest(manifest) if row.role == Role(role)]

    def folder_of(row: ManifestRow) -> Path | None:
        return folders.get(hashlib.sha256((data / row.photograph).read_bytes()).hexdigest())

    screened = {row.set for row in rows if folder_of(row) is not None}

    def pictures(row: ManifestRow) -> MaskPictures | None:
        folder = folder_of(row)
        return None if folder is None else _read_pictures(folder)

    return judge_masks((row for row in rows if row.set in screened), data, pictures)


def _read_pictures(folder: Path) -> MaskPictures | None:
    if not (folder / "vessels_probability.png").is_file():
        return None
    return MaskPictures(
        _grey(folder / "vessels_probability.png"),
        _grey(folder / "arteries_veins.png"),
        _grey(folder / "disc_cup.png"),
    )


def _grey(path: Path) -> UInt8Array:
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 2:
        raise UnreadableFile(f"{path} is no one-channel picture")
    return np.asarray(picture, dtype=np.uint8)
