"""Real photographs with the shipped weights: neither a stamp nor a mirror changes the verdict."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.domain import Photograph, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.quality import QualityJudgement, QualityWeights, judge_quality
from edge_runtime.settings import Limits

pytestmark = pytest.mark.photographs

FOLDERS = ("DRIMDB/Good", "DRIMDB/Bad", "DRIMDB/Outlier", "GRAPE", "DRISHTI_GS/Training")
STAMP = "21.03.2008 10:42"


@pytest.fixture(scope="module")
def weights() -> QualityWeights:
    file = files("edge_runtime") / "reference_bundle" / "quality.json"
    return QualityWeights.from_json(file.read_text(encoding="utf-8"))


@pytest.fixture(params=FOLDERS)
def photograph(request: pytest.FixtureRequest, data_folder: Path) -> Photograph:
    """One photograph of each folder, the one in its middle."""
    paths = [
        line.split(",")[0]
        for line in (data_folder / "photographs.csv").read_text(encoding="utf-8").splitlines()
        if line.startswith(request.param)
    ]
    path = data_folder / paths[len(paths) // 2]
    return read_photograph(read_file(path, Limits()), path.name, Limits(), 640)


def judged(photograph: Photograph, weights: QualityWeights) -> QualityJudgement:
    return judge_quality(photograph, find_field_of_view(photograph), weights)


def of(photograph: Photograph, pixels_HWC: UInt8Array) -> Photograph:
    return replace(photograph, pixels_HWC=pixels_HWC)


def same_verdict(one: QualityJudgement, two: QualityJudgement) -> bool:
    return (one.gradable, one.reason) == (two.gradable, two.reason)


@pytest.mark.parametrize("place", [(0.6, 0.12), (0.3, 0.85), (0.35, 0.5)])
def test_a_stamp_painted_on_changes_no_verdict(
    photograph: Photograph, weights: QualityWeights, place: tuple[float, float]
) -> None:
    height, width = photograph.pixels_HWC.shape[:2]
    stamped_HWC = photograph.pixels_HWC.copy()
    at = (round(place[0] * width), round(place[1] * height))
    cv2.putText(stamped_HWC, STAMP, at, 0, width / 1600.0, (0, 255, 0), max(1, width // 500))

    plain, stamped = judged(photograph, weights), judged(of(photograph, stamped_HWC), weights)

    assert same_verdict(plain, stamped)


def test_the_mirrored_photograph_has_the_same_verdict(
    photograph: Photograph, weights: QualityWeights
) -> None:
    mirrored_HWC = np.ascontiguousarray(photograph.pixels_HWC[:, ::-1])

    assert same_verdict(judged(photograph, weights), judged(of(photograph, mirrored_HWC), weights))
