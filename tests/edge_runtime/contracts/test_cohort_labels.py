"""Places and labels of a manifest row that must agree with each other."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from edge_runtime.contracts.cohort import ManifestRow


def row(**known: Any) -> ManifestRow:
    needed: dict[str, Any] = {
        "set": "CLINIC",
        "person_id": "007",
        "photograph": "a.jpg",
        "role": "train",
        "fold": 0,
        "evidence_kind": "real",
        "terms": "own",
    }
    return ManifestRow(**needed, **known)


@pytest.mark.parametrize("what", ["disc", "fovea"])
def test_a_place_has_both_coordinates_or_none(what: str) -> None:
    across, down = f"{what}_x_px", f"{what}_y_px"

    assert getattr(row(**{across: 0, down: 2055.5}), down) == 2055.5
    assert getattr(row(), down) is None
    for alone in (across, down):
        with pytest.raises(ValidationError, match=rf"{down}\n.*together or not at all"):
            row(**{alone: 5})


def test_a_place_lies_inside_the_photograph() -> None:
    with pytest.raises(ValidationError, match=r"fovea_x_px"):
        row(fovea_x_px=-1, fovea_y_px=5)


def test_retinopathy_is_present_when_there_is_a_grade_and_absent_at_grade_0() -> None:
    assert row(dr_grade=2, dr_present=True).dr_present
    assert row(dr_present=True).dr_grade is None
    for grade, present in ((0, True), (2, False)):
        with pytest.raises(ValidationError, match=rf"dr_present\n.*dr_grade is {grade}"):
            row(dr_grade=grade, dr_present=present)
