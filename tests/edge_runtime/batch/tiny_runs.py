"""Batches on the tiny bundle: real processes that are ready in a second."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.batch.record import EXAMS_PER_SHARD
from tests.edge_runtime.batch.small_folder import rows_of
from tests.edge_runtime.cli.command_line import Told, foreseye_afresh
from tests.edge_runtime.service.tiny_bundle import TinyBundle, tiny_bundle

NUM_FILES = 2 * EXAMS_PER_SHARD + 6


@dataclass(frozen=True)
class TinyRuns:
    """A folder of three shards, and the bundle to screen it with."""

    folder: Path
    bundle: TinyBundle

    @property
    def environment(self) -> dict[str, str]:
        settings = self.bundle.settings
        return {"FORESEYE_BUNDLE": settings.bundle, "FORESEYE_TRUSTED_KEYS": settings.trusted_keys}

    @property
    def whole_environment(self) -> dict[str, str]:
        """Of a process that this one starts."""
        return {**os.environ, **self.environment}

    def batch(self, out: Path, *options: str | Path) -> Told:
        return foreseye_afresh(
            "batch", self.folder, "--out", out, *options, environment=self.environment
        )


def tiny_runs(folder: Path) -> TinyRuns:
    """Cards of many shades, notes, one eye and its copy."""
    bundle = tiny_bundle(folder / "bundle")
    photographs = folder / "photographs"
    photographs.mkdir()
    eye = (bundle.folder / "sample.jpg").read_bytes()
    for number in range(NUM_FILES):
        if number in (0, NUM_FILES - 1):
            (photographs / f"{number:03d}.jpg").write_bytes(eye)
        elif number % 3:
            (photographs / f"{number:03d}.txt").write_text(f"note {number}")
        else:
            card = np.full((200, 240, 3), number, np.uint8)
            cv2.imwrite(str(photographs / f"{number:03d}.png"), card)
    return TinyRuns(photographs, bundle)


def same_tables(one: Path, other: Path) -> bool:
    """True when both outputs hold the same rows, but for the clock."""
    return all(rows_of(one, table) == rows_of(other, table) for table in ("photographs", "exams"))
