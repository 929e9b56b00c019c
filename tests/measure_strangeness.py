"""How often a bundle's forecasts hold photographs for strange, and how well strangeness tells.

    python tests/measure_strangeness.py --bundle BUNDLE --data ../shared/data --drawn COHORT

Prints one JSON object: of each real set, the share of its gradable fundus photographs that are
strange; of drawn photographs of a cohort that taught nothing, the same; and the area under the
curve of strangeness of drawn photographs against pictures of no fundus, against pictures as of
another modality (negative, red-free, thresholded), and against heavily degraded copies of their
own: of strangeness alone, and of the two by which the photographs' step is withheld together,
strangeness and the gate (the larger of each over where it refuses).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from sklearn.metrics import roc_auc_score

from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Eye, Photograph, PhotographFile, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.fundus.quality import QualityWeights, judge_quality
from edge_runtime.pipeline import Pipeline
from edge_runtime.reading import PhotographReader
from edge_runtime.seeing import field_image
from edge_runtime.settings import Limits, settings_from
from training.cohort.assemble import assemble

SETS = ("DRIVE", "CHASEDB1", "HRF_AV", "DRISHTI_GS", "SRAHIM_DR", "GRAPE", "DRIMDB")


@dataclass(frozen=True)
class Oddness:
    """How strange a photograph is, and how surely refused: from 1 on each withholds."""

    strange: float
    refused: float

    @property
    def together(self) -> float:
        """The larger of both."""
        return max(self.strange, self.refused)


class Doors:
    """The two by which the photographs' step of a forecast is withheld."""

    def __init__(self, pipeline: Pipeline) -> None:
        quality = pipeline.bundle.manifest.measured_quality
        assert quality is not None
        self._weights = QualityWeights.from_json(pipeline.bundle.read(quality.file).decode())
        self._model = pipeline.loaded["signs"]
        self._cut = self._model.entry.thresholds["strangeness"]

    def oddness(self, photograph: Photograph, eye: Eye | None) -> Oddness | None:
        """Return how odd a photograph is, None where no field is found in it."""
        field = find_field_of_view(photograph)
        if field is None:
            return None
        image_HWC = field_image(self._model.entry, photograph, field).image_HWC
        if eye is Eye.OS:
            image_HWC = np.ascontiguousarray(image_HWC[:, ::-1])
        strange = float(self._model.run({"image_NHWC": image_HWC[None]})["strangeness_N"][0])
        judged = judge_quality(photograph, field, self._weights)
        bad = (1.0 - judged.probability) / (1.0 - self._weights.threshold)
        return Oddness(strange / self._cut, bad)


def spread(paths: list[Path], most: int) -> list[Path]:
    """Return at most so many of the paths, evenly."""
    return [paths[i] for i in np.unique(np.linspace(0, len(paths) - 1, most).astype(int))]


def of_real_sets(
    pipeline: Pipeline, doors: Doors, data: Path, work: Path, most: int
) -> dict[str, dict[str, float]]:
    """Return the share of strange ones among each set's photographs that pass the gate."""
    found = {}
    reader = PhotographReader(pipeline.bundle, dict(pipeline.loaded), Limits())
    for name in SETS:
        rows = read_manifest(assemble(data, work / f"{name}.parquet", [name]))
        paths = spread([data / row.photograph for row in rows if row.fundus is not False], most)
        values = []
        for path in paths:
            file = PhotographFile(path.name, path.read_bytes())
            photograph, field, quality = reader.judge(file)
            if field is not None and quality.gradable:
                values.append(doors.oddness(photograph, None))
        found[name] = {"gradable": len(values), "strange": share(values)}
    return found


def other_looks(picture_HWC: UInt8Array) -> Iterator[UInt8Array]:
    """Yield the picture as of other modalities: a negative, red-free, an angiogram of two tones."""
    green_HW = picture_HWC[..., 1]
    inside_HW1 = (picture_HWC.max(axis=2) > 12)[..., None]
    yield np.where(inside_HW1, 255 - picture_HWC, 0).astype(np.uint8)
    yield np.repeat(cv2.equalizeHist(green_HW)[..., None], 3, axis=2) * inside_HW1
    yield (
        np.where(green_HW[..., None] > np.median(green_HW), 255, 30)
        .repeat(3, axis=2)
        .astype(np.uint8)
        * inside_HW1
    )


def degraded(picture_HWC: UInt8Array) -> Iterator[UInt8Array]:
    """Yield the picture far out of focus, nearly dark, and burnt out."""
    yield np.asarray(cv2.GaussianBlur(picture_HWC, (0, 0), len(picture_HWC) / 50.0))
    yield np.asarray(picture_HWC * 0.15, np.uint8)
    yield np.asarray(np.clip(picture_HWC * 3.5, 0, 255), np.uint8)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--bundle", "--data", "--drawn"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--most", type=int, default=150, help="Photographs of each kind.")
    given = parser.parse_args()
    settings = replace(settings_from(os.environ), bundle=str(given.bundle))
    with closing(Pipeline.open(settings)) as pipeline:
        doors, limits = Doors(pipeline), Limits()
        rows = [r for r in read_manifest(given.drawn / "cohort.parquet") if r.gradable]
        rows = [rows[i] for i in np.linspace(0, len(rows) - 1, given.most).astype(int)]
        ordinary: list[Oddness | None] = []
        looks: list[Oddness | None] = []
        poor: list[Oddness | None] = []
        for row in rows:
            path = given.drawn / row.photograph
            photograph = read_photograph(path.read_bytes(), path.name, limits)
            ordinary.append(doors.oddness(photograph, row.eye))
            for pictures, kept in ((other_looks, looks), (degraded, poor)):
                for picture_HWC in pictures(photograph.pixels_HWC):
                    changed = replace(photograph, pixels_HWC=picture_HWC)
                    kept.append(doors.oddness(changed, row.eye))
        drimdb = read_manifest(assemble(given.data, given.drawn / "drimdb.parquet", ["DRIMDB"]))
        outliers = [
            doors.oddness(read_photograph(path.read_bytes(), path.name, limits), None)
            for path in (given.data / row.photograph for row in drimdb if row.fundus is False)
        ]
        found = {
            "real": of_real_sets(pipeline, doors, given.data, given.drawn, given.most),
            "drawn": share(ordinary),
            "no_fundus": against(ordinary, outliers),
            "other_modality": against(ordinary, looks),
            "degraded": against(ordinary, poor),
        }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def share(values: list[Oddness | None]) -> float:
    """Return the share of strange ones."""
    return float(np.mean([value is None or value.strange > 1.0 for value in values]))


def against(ordinary: list[Oddness | None], others: list[Oddness | None]) -> dict[str, float]:
    """Return how many others show a field, and the areas under the curve of those that do."""
    ours = [value for value in ordinary if value is not None]
    theirs = [value for value in others if value is not None]
    truth = [0] * len(ours) + [1] * len(theirs)
    return {
        "pictures": len(others),
        "with_a_field": len(theirs),
        "auc_of_strangeness": float(roc_auc_score(truth, [v.strange for v in ours + theirs])),
        "auc_of_both": float(roc_auc_score(truth, [v.together for v in ours + theirs])),
    }


if __name__ == "__main__":
    main()
