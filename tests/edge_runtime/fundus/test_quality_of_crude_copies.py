"""The shipped gate on copies that are spoilt by other hands than the degrader that taught it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from edge_runtime.domain import Photograph
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.quality import ADVICE, QualityJudgement, QualityWeights, judge_quality
from edge_runtime.settings import Limits
from tests.edge_runtime.fundus.crude_copies import CRUDE

pytestmark = pytest.mark.photographs

OF_EACH_SET = 2
"""Test photographs of each set, the first and the one in the middle of its list."""

FIELD = ("small_field", "clipped_field")
"""One defect to whoever is asked to take the photograph again."""


@pytest.fixture(scope="module")
def weights() -> QualityWeights:
    file = files("edge_runtime") / "reference_bundle" / "quality.json"
    return QualityWeights.from_json(file.read_text(encoding="utf-8"))


def good_photographs(data_folder: Path) -> Iterator[Photograph]:
    with (data_folder / "photographs.csv").open(encoding="utf-8") as lines:
        tested = [row for row in csv.DictReader(lines) if row["role"] == "test"]
    good = [row for row in tested if row["set"] != "DRIMDB" or "/Good/" in row["path"]]
    for name in sorted({row["set"] for row in good}):
        paths = [row["path"] for row in good if row["set"] == name]
        for path in paths[:: max(1, len(paths) // OF_EACH_SET)][:OF_EACH_SET]:
            yield read_photograph(read_file(data_folder / path, Limits()), path, Limits(), 640)


def judged_copies(
    data_folder: Path, weights: QualityWeights
) -> Iterator[tuple[str, str, QualityJudgement]]:
    """Yield defect, kind and judgement of every crude copy."""
    for photograph in good_photographs(data_folder):
        field = find_field_of_view(photograph)
        assert field is not None
        scale, circle = photograph.scale, field.circle
        x, y = ((place + 0.5) * scale - 0.5 for place in (circle.x_px, circle.y_px))
        here = replace(circle, x_px=x, y_px=y, radius_px=circle.radius_px * scale)
        for defect, kinds in CRUDE.items():
            for kind, crude in kinds.items():
                pixels_HWC = crude(photograph.pixels_HWC, here)
                copy = replace(photograph, pixels_HWC=pixels_HWC)
                yield defect, kind, judge_quality(copy, find_field_of_view(copy), weights)


def first_named(judgement: QualityJudgement) -> str:
    names = {advice: name for name, advice in ADVICE.items()}
    return names[judgement.advice[0]] if judgement.advice else "nothing"


def is_right(defect: str, name: str) -> bool:
    return name == defect or (name in FIELD and defect in FIELD)


def test_crude_copies_are_refused_and_most_are_named(
    data_folder: Path, weights: QualityWeights
) -> None:
    judged = list(judged_copies(data_folder, weights))
    accepted = Counter(f"{defect}, {kind}" for defect, kind, one in judged if one.gradable)
    wrong = Counter(
        f"{defect}, {kind}: {first_named(one)}"
        for defect, kind, one in judged
        if not is_right(defect, first_named(one))
    )

    assert len(judged) > 250
    assert accepted.total() <= 0.05 * len(judged), accepted
    assert wrong.total() <= 0.15 * len(judged), wrong
