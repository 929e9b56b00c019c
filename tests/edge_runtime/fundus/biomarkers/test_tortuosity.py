from __future__ import annotations

from math import pi

import numpy as np
import pytest

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.tortuosity import tortuosity

FIELD_PX = 640


def winding(mask, field_px=FIELD_PX):
    return tortuosity(centrelines(mask).segments, field_px, "venule")


def arc(circle, centre, radius, width=5):
    """The upper half of a ring."""
    ring = circle(FIELD_PX, centre, radius + width / 2) & ~circle(
        FIELD_PX, centre, radius - width / 2
    )
    ring[int(centre[1]) + 1 :] = False
    return ring


@pytest.mark.parametrize("angle_deg", range(0, 180, 15))
def test_a_straight_vessel_has_a_tortuosity_of_one(bar, angle_deg):
    reach = 200 * np.array([np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))])

    reading = winding(bar(FIELD_PX, tuple(320 - reach), tuple(320 + reach), 5))

    assert reading.distance.value == pytest.approx(1.0, abs=0.005)


@pytest.mark.parametrize("radius", [40, 90, 200])
def test_a_half_circle_has_a_tortuosity_of_half_pi(circle, radius):
    reading = winding(arc(circle, (320, 400), radius))

    # The centreline begins half a calibre within the mask's flat ends: it is that much shorter.
    assert reading.distance.value == pytest.approx(pi / 2, abs=0.01 + 2.5 / radius)


def test_segments_weigh_by_their_arcs(bar, circle):
    line, half = bar(FIELD_PX, (60, 600), (580, 600), 5), arc(circle, (320, 400), 90)

    expected = (520 * 1.0 + 90 * pi * pi / 2) / (520 + 90 * pi)
    assert winding(line | half).distance.value == pytest.approx(expected, rel=0.015)


def test_short_segments_do_not_count(bar):
    short = bar(FIELD_PX, (100, 100), (125, 100), 5)

    assert winding(short).distance == Reading(
        None, "1", "no venule is as long as 5 % of the field's diameter without a branch"
    )


def test_a_vessel_that_closes_on_itself_does_not_count(bar, circle):
    ring = circle(FIELD_PX, (320, 320), 63) & ~circle(FIELD_PX, (320, 320), 57)
    ring[318:323, 320:] = False
    line = bar(FIELD_PX, (60, 600), (580, 600), 5)

    assert winding(ring | line).distance.value == pytest.approx(1.0, abs=0.005)


def test_without_vessels_there_is_no_tortuosity():
    found = winding(np.zeros((64, 64), bool))

    assert found.distance == Reading(None, "1", "no venules found")
    assert found.curvature == Reading(None, "rad", "no venules found")


@pytest.mark.parametrize("angle_deg", range(0, 180, 15))
def test_a_straight_vessel_hardly_turns(bar, angle_deg):
    reach = 200 * np.array([np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))])

    found = winding(bar(FIELD_PX, tuple(320 - reach), tuple(320 + reach), 5))

    # An arc with the field's own radius turns by 2; vessels that experts traced, by 4 to 8.
    assert found.curvature.value < 0.6


@pytest.mark.parametrize("radius", [60, 90, 140, 200])
def test_an_arc_turns_by_the_inverse_of_its_radius(circle, radius):
    found = winding(arc(circle, (320, 400), radius))

    assert found.curvature.unit == "rad"
    assert found.curvature.value == pytest.approx(FIELD_PX / radius, rel=0.06)


def test_turns_to_either_side_add_up(circle):
    # Half a ring above the line, half a ring below it: the way and the turns of a whole one.
    above = arc(circle, (200, 320), 80)
    below = arc(circle, (360, 320), 80)[::-1]
    wave = above | np.roll(below, 2, axis=0)

    found = winding(wave)

    assert found.curvature.value == pytest.approx(FIELD_PX / 80, rel=0.1)


@pytest.mark.parametrize("scale", [0.8, 1.5])
def test_turns_do_not_depend_on_the_size_of_the_picture(circle, scale):
    side = round(FIELD_PX * scale)
    ring = circle(side, (320 * scale, 400 * scale), 92.5 * scale)
    ring &= ~circle(side, (320 * scale, 400 * scale), 87.5 * scale)
    ring[int(400 * scale) + 1 :] = False

    found = winding(ring, side)

    assert found.curvature.value == pytest.approx(FIELD_PX / 90, rel=0.06)
