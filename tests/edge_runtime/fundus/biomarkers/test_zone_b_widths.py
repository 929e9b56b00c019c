from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge_runtime.fundus.biomarkers import biomarkers
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import find_disc
from edge_runtime.fundus.biomarkers.zone_b_widths import ARTERIOLE, VENULE, zone_b_vessels
from tests.drawn_calibres import Conditions, DrawnEye
from tests.drawn_vessels import spokes

pytestmark = pytest.mark.slow

UM_PER_PX = 8.0


def drawn(widths, **conditions):
    rng = np.random.default_rng(3)
    wish = Conditions(um_per_px=UM_PER_PX, wanted_side_px=None, **conditions)
    return DrawnEye(spokes(tuple(widths), rng), wish, rng)


def vessels_of(eye, masks=None):
    masks = eye.masks() if masks is None else masks
    lines = {ARTERIOLE: centrelines(masks.arteriole_HW), VENULE: centrelines(masks.venule_HW)}
    disc, picture = find_disc(masks), eye.picture()
    um = disc.um_per_px / picture.px_per_mask_px
    return zone_b_vessels(masks, lines, disc, picture), um


@pytest.mark.parametrize("blur", [0.6, 1.5])
def test_widths_are_those_drawn_though_the_masks_are_astray(blur):
    found, um = vessels_of(drawn([9.0] * 12, blur_px=blur))

    errors = [vessel.width.width_px * um - 9.0 * UM_PER_PX for vessel in found]
    assert len(errors) == 12
    assert abs(np.mean(errors)) < 2.0
    assert np.std(errors) < 4.0


def test_the_six_widest_summary_is_that_of_the_widths_drawn():
    eye = drawn([14.0, 16.0] * 6)

    readings = biomarkers(eye.masks(), picture=eye.picture())

    # Six equal widths w by hand: 1.7484 w with 0.88, 2.1376 w with 0.95.
    assert readings["crae_um"].value == pytest.approx(1.7484 * 14 * UM_PER_PX, abs=5)
    assert readings["crve_um"].value == pytest.approx(2.1376 * 16 * UM_PER_PX, abs=5)


def test_widest_vessels_that_cannot_be_measured_count_by_their_masks():
    # By their masks, which are drawn up to 20 um too wide and 10 um too narrow at random.
    eye = drawn([20.0, 16.0, 20.0, 16.0, *[12.0, 16.0] * 4])
    masks = eye.masks()
    hidden = widest_regions(masks.arteriole_HW, 2)
    both = replace(masks, venule_HW=masks.venule_HW | hidden)

    crae = biomarkers(both, picture=eye.picture())["crae_um"].value

    assert crae == pytest.approx(equivalent([20, 20, 12, 12, 12, 12]) * UM_PER_PX, rel=0.09)
    assert crae > 1.05 * 1.7484 * 12 * UM_PER_PX


def widest_regions(mask, count):
    """The regions of a mask with the largest area."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    largest = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:count]
    return np.isin(labels, largest)


def equivalent(widths):
    """Knudtson's CRAE written out for six arterioles."""
    a = sorted(widths)
    b = sorted(0.88 * np.hypot(a[i], a[5 - i]) for i in range(3))
    c = 0.88 * np.hypot(b[0], b[2])
    return 0.88 * np.hypot(c, b[1])


def test_masks_that_are_too_wide_widen_nothing():
    eye = drawn([10.0] * 12)
    masks = eye.masks()
    grown = {}
    for name in ("arteriole_HW", "venule_HW"):
        mask = getattr(masks, name)
        grown[name] = mask | np.roll(mask, 1, axis=0) | np.roll(mask, 1, axis=1)
    wide = replace(masks, vessel_HW=grown["arteriole_HW"] | grown["venule_HW"], **grown)

    found, um = vessels_of(eye, wide)

    assert np.mean([v.width.width_px * um for v in found]) == pytest.approx(80.0, abs=3.0)


def test_a_photograph_without_vessels_gives_a_reason_and_not_the_masks_width():
    eye = drawn([10.0] * 12)
    blank = replace(eye, vessels=[])

    readings = biomarkers(eye.masks(), picture=blank.picture())

    assert readings["crae_um"].value is None
    assert "could be measured in the photograph" in readings["crae_um"].missing_because
    assert readings["avr"].value is None


def test_a_vessel_under_both_kinds_of_mask_is_left_out_with_that_reason():
    eye = drawn([10.0] * 12)
    masks = eye.masks()
    both = replace(masks, venule_HW=masks.vessel_HW, arteriole_HW=masks.vessel_HW)

    found, _ = vessels_of(eye, both)

    assert {vessel.width for vessel in found} == {
        "the masks show both kinds of vessel along most of it"
    }
