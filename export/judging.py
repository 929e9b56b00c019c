"""Judges a draft bundle through the whole pipeline, on people that it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.pipeline import Pipeline
from edge_runtime.stages import PhotographDone
from training.anatomy.evaluate import MaskPictures, judge_masks


def judge_anatomy(pipeline: Pipeline, rows: Sequence[ManifestRow], data: Path) -> list[Metric]:
    """Return the anatomy figures on role `test`, at the photographs' own size."""
    return judge_masks(
        (row for row in rows if row.role == Role.TEST),
        data,
        lambda row: mask_pictures(pipeline, data / row.photograph),
    )


def mask_pictures(pipeline: Pipeline, photograph: Path) -> MaskPictures | None:
    """Return a photograph's mask pictures as `foreseye screen` would write them."""
    exam = Exam("judged", (PhotographFile(photograph.name, photograph.read_bytes()),))
    for event in pipeline.screen(exam):
        if isinstance(event, PhotographDone) and event.anatomy is not None:
            size = event.result.photograph.width_px, event.result.photograph.height_px
            anatomy = event.anatomy
            return MaskPictures(
                anatomy.vessels_probability(*size),
                anatomy.arteries_veins(*size),
                anatomy.disc_cup(*size),
            )
    return None
