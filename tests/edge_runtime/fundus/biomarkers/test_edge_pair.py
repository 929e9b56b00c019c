from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.fundus.biomarkers.edge_pair import Prior, Profiles, fit_edge_pairs

PLACE = np.linspace(-22.0, 22.0, 67)[None]


def drawn_profile(width, blur, reflex=0.0, slope=0.0, centre=0.0):
    """Brightness across a vessel by summing fine steps, not by the model's own formula."""
    fine = np.linspace(-40, 40, 16001)
    inside = (np.abs(fine - centre) <= width / 2).astype(float)
    inside -= reflex * (np.abs(fine - centre) <= width / 8)
    kernel_place = np.arange(-5 * blur, 5 * blur + 1e-9, fine[1] - fine[0])
    kernel = np.exp(-0.5 * (kernel_place / blur) ** 2)
    blurred = np.convolve(inside, kernel / kernel.sum(), mode="same")
    return np.interp(PLACE, fine, 120 - 30 * blurred + slope * fine)


def fitted(brightness, width, blur, blur_sd=0.5, reflex=0.0):
    prior = Prior(np.array([width]), np.inf, np.log(blur), blur_sd, np.array([reflex]), 0.3)
    return fit_edge_pairs(Profiles(PLACE, brightness, np.ones_like(PLACE)), prior, 0.02, 12)


@pytest.mark.parametrize("width", [6.0, 9.0, 14.0, 20.0])
@pytest.mark.parametrize("blur", [0.7, 1.3, 2.5])
def test_blur_widens_no_vessel(width, blur):
    found = fitted(drawn_profile(width, blur), 1.3 * width, 1.3)

    assert found.width_N[0] == pytest.approx(width, abs=0.1)
    assert found.blur_N[0] == pytest.approx(blur, rel=0.1)


def test_a_slope_and_a_vessel_off_the_middle_change_nothing():
    found = fitted(drawn_profile(9.0, 1.2, slope=0.8, centre=1.7), 7.0, 1.3)

    assert found.width_N[0] == pytest.approx(9.0, abs=0.1)
    assert found.centre_N[0] == pytest.approx(1.7, abs=0.05)


@pytest.mark.parametrize("width", [10.0, 16.0])
def test_the_light_reflex_parts_no_vessel(width):
    found = fitted(drawn_profile(width, 1.2, reflex=0.5), width, 1.2)

    assert found.width_N[0] == pytest.approx(width, abs=0.25)
    assert found.reflex_N[0] > 0.2


def test_a_narrow_vessel_is_measured_by_the_blur_that_others_tell():
    found = fitted(drawn_profile(4.0, 2.0), 6.0, 2.0, blur_sd=0.1)

    assert found.width_N[0] == pytest.approx(4.0, abs=0.2)


def test_a_hidden_neighbour_changes_nothing():
    brightness = drawn_profile(8.0, 1.0)
    hidden = PLACE > 9
    weight = np.where(hidden, 0.0, 1.0)
    brightness = np.where(hidden, 40.0, brightness)
    prior = Prior(np.array([8.0]), np.inf, 0.0, 0.5, np.zeros(1), 0.3)

    found = fit_edge_pairs(Profiles(PLACE, brightness, weight), prior, 0.02, 12)

    assert found.width_N[0] == pytest.approx(8.0, abs=0.1)
    assert found.explained_N[0] > 0.99
