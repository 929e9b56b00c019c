"""Steps across a field, and how much of it lies near a vessel, on fields known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import FloatArray
from edge_runtime.fundus.normalised_field import FIELD_RADIUS_PX, NormalisedField
from edge_runtime.fundus.quality_cells import Cells, cells_of, seen_around, steepest_fall

SIDE = 2 * FIELD_RADIUS_PX


def plain_field() -> NormalisedField:
    rows, columns = np.indices((SIDE, SIDE)) - (FIELD_RADIUS_PX - 0.5)
    plane = np.full((SIDE, SIDE), 80, np.uint8)
    inside = np.hypot(rows, columns) < FIELD_RADIUS_PX
    centre = (FIELD_RADIUS_PX - 0.5, FIELD_RADIUS_PX - 0.5)
    return NormalisedField(plane, plane, plane, inside, centre)


@pytest.fixture(scope="module")
def cells() -> Cells:
    return cells_of(plain_field())


def step_at(cells: Cells, x: float) -> FloatArray:
    return np.asarray(np.where(cells.x_N > x, 1.0, 3.0), np.float32)


def test_the_squares_fill_the_field(cells: Cells) -> None:
    whole = np.pi * (FIELD_RADIUS_PX / 8.0) ** 2

    assert 0.85 * whole < len(cells.x_N) <= whole
    assert np.hypot(cells.x_N, cells.y_N).max() < 1.0


@pytest.mark.parametrize("x", [-0.5, 0.0, 0.4])
def test_a_step_is_found_wherever_it_lies(cells: Cells, x: float) -> None:
    assert steepest_fall(cells, step_at(cells, x)) == pytest.approx(2.0, abs=0.05)


def test_a_slope_over_the_whole_field_is_no_step(cells: Cells) -> None:
    assert steepest_fall(cells, cells.x_N) == pytest.approx(3.0 * 2.0 / 16.0, abs=0.05)


def test_all_of_a_field_full_of_vessels_is_seen(cells: Cells) -> None:
    share, off = seen_around(cells, np.ones((SIDE, SIDE), np.bool_))

    assert (share, off) == (1.0, pytest.approx(0.0, abs=1e-6))


def test_vessels_of_one_half_leave_the_other_unseen(cells: Cells) -> None:
    vessels = np.zeros((SIDE, SIDE), np.bool_)
    vessels[:, : FIELD_RADIUS_PX // 2] = True

    share, off = seen_around(cells, vessels)

    assert 0.3 < share < 0.5
    assert off > 0.4


def test_nothing_is_seen_of_a_field_without_vessels(cells: Cells) -> None:
    assert seen_around(cells, np.zeros((SIDE, SIDE), np.bool_)) == (0.0, 1.0)
