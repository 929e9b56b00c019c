from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.fundus.biomarkers.fovea import NOT_FOUND, Fovea, find_fovea


def heat(x, y, height=0.9, sigma=6.0, side=128):
    rows, columns = np.ogrid[:side, :side]
    squared = (columns - x) ** 2 + (rows - y) ** 2
    return (height * np.exp(-0.5 * squared / sigma**2)).astype(np.float32)


@given(x=st.floats(30, 98), y=st.floats(30, 98))
def test_the_fovea_is_found_to_a_fifth_of_a_pixel(x, y):
    found = find_fovea(heat(x, y))

    assert isinstance(found, Fovea)
    assert (found.x_px, found.y_px) == pytest.approx((x, y), abs=0.2)


def test_of_two_peaks_the_higher_one_counts():
    found = find_fovea(np.maximum(heat(40, 40, 0.9), heat(90, 90, 0.8)))

    assert isinstance(found, Fovea)
    assert (found.x_px, found.y_px) == pytest.approx((40, 40), abs=0.1)


def test_a_peak_below_a_half_is_no_fovea():
    assert find_fovea(heat(64, 64, 0.49)) == NOT_FOUND


def test_an_empty_map_has_no_fovea():
    assert find_fovea(np.zeros((32, 32), np.float32)) == NOT_FOUND
