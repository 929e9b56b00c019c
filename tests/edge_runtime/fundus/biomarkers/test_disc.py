from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.disc import (
    DISC_DIAMETER_UM,
    Disc,
    NoDisc,
    cup_to_disc_ratios,
    find_disc,
)


@pytest.fixture
def eye(drawn_eye):
    return drawn_eye().masks


def test_a_round_disc_is_as_high_as_it_was_drawn(eye, without, circle):
    disc = find_disc(without(eye, disc_HW=circle(640, (300, 280), 40.5)))

    assert isinstance(disc, Disc)
    assert (disc.x_px, disc.y_px) == pytest.approx((300, 280))
    assert disc.diameter_px == pytest.approx(81, rel=0.002)
    assert disc.um_per_px == DISC_DIAMETER_UM / disc.diameter_px


def test_an_oval_disc_is_measured_upright(eye, without, circle):
    disc = find_disc(without(eye, disc_HW=circle(640, (300, 280), 40.5, squeeze=0.8)))

    rows, columns = np.nonzero(disc.mask_HW)
    assert np.ptp(columns) < np.ptp(rows)
    assert disc.diameter_px == pytest.approx(81, rel=0.005)


def test_a_bulge_along_a_trunk_hardly_makes_the_disc_higher(eye, without, circle):
    # 8 px wide where the disc is 81: its top rises by 12 px, 15 % of the height.
    bulged = circle(640, (300, 280), 40.5)
    bulged[280 - 40 - 12 : 280, 296:304] = True

    disc = find_disc(without(eye, disc_HW=bulged))

    assert np.flatnonzero(disc.mask_HW.any(axis=1))[0] == 280 - 40 - 12
    assert disc.diameter_px == pytest.approx(81, rel=0.04)


def test_of_several_regions_the_largest_is_the_disc_and_its_holes_are_filled(eye, without, circle):
    whole = circle(640, (300, 280), 40.5)
    holed = whole & ~circle(640, (310, 270), 6) | circle(640, (500, 300), 15)

    disc = find_disc(without(eye, disc_HW=holed))

    assert np.array_equal(disc.mask_HW, whole)


@pytest.mark.parametrize(
    ("centre", "radius", "squeeze", "reason"),
    [
        ((320, 320), 8, 1.0, "implausible disc: it covers 0.1 % of the field"),
        ((320, 320), 150, 1.0, "implausible disc: it covers 22.0 % of the field"),
        ((320, 320), 60, 0.5, "implausible disc: it is not round"),
        ((630, 320), 40, 1.0, "the disc is cut by the edge of the field"),
        ((596, 320), 40, 1.0, "the disc is cut by the edge of the field"),
    ],
)
def test_what_cannot_be_a_disc_is_refused_with_a_reason(
    eye, without, circle, centre, radius, squeeze, reason
):
    odd = without(eye, disc_HW=circle(640, centre, radius, squeeze)).within_field()

    assert find_disc(odd) == NoDisc(reason)


def test_a_crescent_is_no_disc(eye, without, circle):
    crescent = circle(640, (320, 320), 50) & ~circle(640, (350, 320), 40)

    assert find_disc(without(eye, disc_HW=crescent)) == NoDisc("implausible disc: it is not round")


def test_a_line_is_no_disc(eye, without):
    line = np.zeros((640, 640), bool)
    line[318:322, 100:540] = True

    assert find_disc(without(eye, disc_HW=line)) == NoDisc("implausible disc: it is not round")


def test_without_a_disc_there_is_a_reason(eye, without):
    assert find_disc(without(eye, "disc_HW")) == NoDisc("no disc found")


def test_concentric_circles_give_the_ratio_of_their_radii(eye, without, circle):
    masks = without(eye, disc_HW=circle(640, (320, 320), 40.5))

    ratios = cup_to_disc_ratios(find_disc(masks), circle(640, (320, 320), 20.5))

    assert ratios["cdr_vertical"] == Reading(41 / 81)
    assert ratios["cdr_area"].value == pytest.approx((20.5 / 40.5) ** 2, rel=0.01)


def test_the_vertical_ratio_is_not_the_horizontal_one(eye, without, circle):
    masks = without(eye, disc_HW=circle(640, (320, 320), 40.5))

    ratios = cup_to_disc_ratios(find_disc(masks), circle(640, (320, 320), 30.5, squeeze=0.5))

    assert ratios["cdr_vertical"] == Reading(61 / 81)
    assert ratios["cdr_area"].value == pytest.approx(0.5 * (30.5 / 40.5) ** 2, rel=0.01)


def test_the_cup_is_clipped_to_the_disc(eye, circle):
    ratios = cup_to_disc_ratios(find_disc(eye), circle(640, (320, 320), 70))

    assert ratios == {"cdr_vertical": Reading(1.0), "cdr_area": Reading(1.0)}


@pytest.mark.parametrize(
    ("cup_at", "radius", "reason"),
    [((320, 320), -1, "no cup found"), ((100, 320), 20, "no cup found in the disc")],
)
def test_without_a_cup_there_are_no_ratios(eye, circle, cup_at, radius, reason):
    cup = circle(640, cup_at, radius) if radius > 0 else np.zeros((640, 640), bool)

    ratios = cup_to_disc_ratios(find_disc(eye), cup)

    assert ratios["cdr_vertical"] == ratios["cdr_area"] == Reading(None, "1", reason)


def test_without_a_disc_there_are_no_ratios(eye):
    ratios = cup_to_disc_ratios(NoDisc("no disc found"), eye.cup_HW)

    assert ratios["cdr_vertical"] == ratios["cdr_area"] == Reading(None, "1", "no disc found")
