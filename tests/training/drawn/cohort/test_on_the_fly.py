"""Drawn photographs without files."""

from __future__ import annotations

from itertools import islice

import pytest

from edge_runtime.domain import Eye
from training.drawn.camera.presets import Preset
from training.drawn.cohort.on_the_fly import drawn_photographs
from training.drawn.drawn_eye import DrawnPhotograph

pytestmark = pytest.mark.slow

HEIGHT_PX = 128


def taken(number: int, **options: int) -> list[DrawnPhotograph]:
    return list(islice(drawn_photographs(3, Preset.MIXED, HEIGHT_PX, **options), number))


def test_the_row_begins_anywhere_and_is_the_same() -> None:
    whole = taken(7, per_eye=2)
    rest = taken(4, per_eye=2, start=3)

    for one, again in zip(whole[3:], rest, strict=True):
        assert one.photograph_HWC.tobytes() == again.photograph_HWC.tobytes()
        assert (one.venule_HW == again.venule_HW).all()


def test_each_eye_is_photographed_as_often_as_asked_each_time_by_another_camera() -> None:
    row = taken(6, per_eye=2)

    assert [p.eye for p in row] == [Eye.OD, Eye.OD, Eye.OS, Eye.OS, Eye.OD, Eye.OD]
    assert len({p.camera.shot_seed for p in row}) == 6
    assert all(p.photograph_HWC.shape[0] == HEIGHT_PX for p in row)


def test_a_row_cannot_begin_before_its_beginning() -> None:
    with pytest.raises(ValueError, match="start -1"):
        taken(1, start=-1)
