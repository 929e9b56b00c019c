"""Other futures of a drawn eye begin where it is now, and part from there."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Eye
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import typical_shot
from training.drawn.cohort.people import parameters
from training.drawn.drawn_eye import DrawnEye
from training.drawn.population.drawing import draw_block
from training.drawn.population.futures import other_futures
from training.drawn.population.person import Person


@pytest.fixture(scope="module")
def person() -> Person:
    return draw_block(5, 0, parameters(), visits=1, indices=[3]).person(0)


def test_the_past_and_the_present_are_the_same_in_every_future(person: Person):
    own = person.eye(Eye.OS)

    for future in other_futures(person, Eye.OS, 0.0, [0, 1]):
        assert future.traits == own.traits
        assert [future.at(years) for years in (-4.0, -0.3, 0.0)] == [
            own.at(years) for years in (-4.0, -0.3, 0.0)
        ]


def test_futures_differ_from_each_other_and_from_the_persons_own(person: Person):
    one, other = other_futures(person, Eye.OS, 0.0, [0, 1])
    own = person.eye(Eye.OS)

    assert len({future.at(6.0).crae_um for future in (one, other, own)}) == 3
    assert one.at(6.0).age_years == pytest.approx(own.at(6.0).age_years)


def test_a_future_is_the_same_whatever_others_are_asked_for(person: Person):
    (alone,) = other_futures(person, Eye.OD, 0.0, [7])
    _, among = other_futures(person, Eye.OD, 0.0, [2, 7])

    assert alone.at(9.0) == among.at(9.0)


@pytest.mark.slow
def test_the_same_camera_sees_the_same_picture_now_whatever_comes(person: Person):
    drawn = DrawnEye(person.eye(Eye.OD))
    camera = typical_shot(Preset.CLINIC, "no tab, cut above and below")
    now = drawn.photograph(0.0, camera, 200)

    (future,) = other_futures(person, Eye.OD, 0.0, [0])
    again = drawn.along(future).photograph(0.0, camera, 200)

    assert np.array_equal(now.photograph_HWC, again.photograph_HWC)
