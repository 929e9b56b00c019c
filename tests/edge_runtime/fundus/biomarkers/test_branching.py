from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.branching import branching_angle
from edge_runtime.fundus.biomarkers.centrelines import centrelines

FIELD_PX = 640


def fork(bar, root, trunk_deg, angle_deg, width=7.0, ratio=0.8, length=90.0):
    """A trunk that comes to the root and two branches that leave it, turned to either side."""

    def end(direction_deg):
        turn = np.deg2rad(direction_deg)
        return root[0] + length * np.cos(turn), root[1] + length * np.sin(turn)

    branches = [
        bar(FIELD_PX, root, end(trunk_deg + turn), ratio * width)
        for turn in (-angle_deg / 2, angle_deg / 2)
    ]
    return bar(FIELD_PX, end(trunk_deg + 180), root, width) | branches[0] | branches[1]


def tree(bar, angles_deg, turn_deg=20.0):
    """Forks apart from one another, each with its own angle."""
    mask = np.zeros((FIELD_PX, FIELD_PX), bool)
    for place, angle in enumerate(angles_deg):
        root = (120.0 + 200 * (place % 3), 120.0 + 200 * (place // 3))
        mask |= fork(bar, root, turn_deg + 77 * place, angle)
    return mask


def reading(mask):
    return branching_angle(centrelines(mask), FIELD_PX, "venule")


@pytest.mark.parametrize("angle", [50, 65, 80, 95])
@pytest.mark.parametrize("turn", [5, 31, 58])
def test_forks_have_the_angle_that_they_were_drawn_with(bar, angle, turn):
    found = reading(tree(bar, [angle] * 9, turn))

    assert found.unit == "deg"
    assert found.value == pytest.approx(angle, abs=4)


def test_of_many_forks_the_median_counts(bar):
    assert reading(tree(bar, [50, 60, 70, 80, 90])).value == pytest.approx(70, abs=4)


def test_mirrored_forks_have_the_same_angle(bar):
    mask = tree(bar, [55, 60, 65, 70, 70, 75, 80, 85, 90])

    assert reading(mask[:, ::-1]).value == pytest.approx(reading(mask).value, abs=4)


def test_a_thin_side_branch_has_its_angle_to_the_way_on(bar):
    mask = np.zeros((FIELD_PX, FIELD_PX), bool)
    for row in range(60, 560, 110):
        mask |= bar(FIELD_PX, (50, row), (450, row), 9)
        mask |= bar(FIELD_PX, (200, row), (250, row + 90), 4)

    assert reading(mask).value == pytest.approx(np.degrees(np.arctan2(90, 50)), abs=4)


def test_a_bump_on_the_wall_is_no_division(bar):
    mask = np.zeros((FIELD_PX, FIELD_PX), bool)
    for row in (100, 250, 400):
        mask |= bar(FIELD_PX, (50, row), (450, row), 9)
        mask |= bar(FIELD_PX, (200, row), (200, row + 9), 4)

    assert reading(mask) == Reading(None, "deg", "0 divisions of venules, 5 are needed")


def test_a_crossing_is_no_division(bar):
    mask = np.zeros((FIELD_PX, FIELD_PX), bool)
    for row in (120, 320, 520):
        mask |= bar(FIELD_PX, (40, row), (240, row), 6) | bar(
            FIELD_PX, (90, row - 90), (190, row + 90), 6
        )

    assert reading(mask).value is None


def test_two_divisions_are_too_few(bar):
    assert reading(tree(bar, [60, 80])) == Reading(
        None, "deg", "2 divisions of venules, 5 are needed"
    )


def test_without_vessels_there_is_no_angle():
    assert reading(np.zeros((64, 64), bool)) == Reading(None, "deg", "no venules found")
