from __future__ import annotations

from math import log, pi

import numpy as np
import pytest

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc
from edge_runtime.fundus.biomarkers.tree import density, fractal_dimension, tortuosity_distance

FIELD_PX = 640


def tortuosity(mask):
    return tortuosity_distance(centrelines(mask).segments, FIELD_PX, "venule")


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

    reading = tortuosity(bar(FIELD_PX, tuple(320 - reach), tuple(320 + reach), 5))

    assert reading.value == pytest.approx(1.0, abs=0.005)


@pytest.mark.parametrize("radius", [40, 90, 200])
def test_a_half_circle_has_a_tortuosity_of_half_pi(circle, radius):
    reading = tortuosity(arc(circle, (320, 400), radius))

    # The centreline begins half a calibre within the mask's flat ends: it is that much shorter.
    assert reading.value == pytest.approx(pi / 2, abs=0.01 + 2.5 / radius)


def test_segments_weigh_by_their_arcs(bar, circle):
    line, half = bar(FIELD_PX, (60, 600), (580, 600), 5), arc(circle, (320, 400), 90)

    expected = (520 * 1.0 + 90 * pi * pi / 2) / (520 + 90 * pi)
    assert tortuosity(line | half).value == pytest.approx(expected, rel=0.015)


def test_short_segments_do_not_count(bar):
    short = bar(FIELD_PX, (100, 100), (125, 100), 5)

    assert tortuosity(short) == Reading(
        None, "1", "no venule is as long as 5 % of the field's diameter without a branch"
    )


def test_a_vessel_that_closes_on_itself_does_not_count(bar, circle):
    ring = circle(FIELD_PX, (320, 320), 63) & ~circle(FIELD_PX, (320, 320), 57)
    ring[318:323, 320:] = False
    line = bar(FIELD_PX, (60, 600), (580, 600), 5)

    assert tortuosity(ring | line).value == pytest.approx(1.0, abs=0.005)


def test_without_vessels_there_is_no_tortuosity():
    assert tortuosity(np.zeros((64, 64), bool)) == Reading(None, "1", "no venules found")


def test_a_line_has_a_fractal_dimension_of_about_one():
    line = np.zeros((640, 640), bool)
    line[320] = True

    assert fractal_dimension(line, 640).value == pytest.approx(1.0, abs=0.05)


def test_a_filled_plane_has_a_fractal_dimension_of_about_two():
    assert fractal_dimension(np.ones((640, 640), bool), 640).value == pytest.approx(2.0, abs=0.1)


def test_a_carpet_of_sierpinski_has_its_known_dimension():
    carpet = np.ones((1, 1), bool)
    for _ in range(6):
        row = np.hstack([carpet] * 3)
        carpet = np.vstack([row, np.hstack([carpet, np.zeros_like(carpet), carpet]), row])

    assert fractal_dimension(carpet, 729).value == pytest.approx(log(8) / log(3), abs=0.08)


def test_the_fractal_dimension_does_not_depend_on_where_the_grid_lies(rng):
    dots = rng.random((400, 400)) > 0.999
    moved = np.pad(dots, ((13, 0), (0, 7)))

    one, other = fractal_dimension(dots, 400), fractal_dimension(moved, 400)

    assert other.value == pytest.approx(one.value, abs=1e-9)


@pytest.mark.parametrize(
    ("mask", "field_px", "reason"),
    [
        (np.zeros((640, 640), bool), 640, "no vessels found"),
        (np.ones((60, 60), bool), 60, "the picture is too small to count boxes in it"),
    ],
)
def test_without_boxes_to_count_there_is_no_fractal_dimension(mask, field_px, reason):
    assert fractal_dimension(mask, field_px) == Reading(None, "1", reason)


def test_the_density_is_the_share_of_the_field_outside_the_disc():
    field, vessel, disc = (np.zeros((100, 100), bool) for _ in range(3))
    field[:, :50] = True
    disc[:10, :10] = True
    vessel[5:15, :10] = True

    found = Disc(disc, 4.5, 4.5, 10.0)

    # 100 pixels of vessel, half of them on the disc; 5,000 of field, 100 of disc.
    assert density(vessel, field, found, "vessel") == Reading(50 / 4900)


def test_without_a_disc_or_a_vessel_there_is_no_density():
    field = np.ones((20, 20), bool)

    assert density(field, field, NoDisc("no disc found"), "venule") == Reading(
        None, "1", "no disc found"
    )
    assert density(~field, field, NoDisc("no disc found"), "venule") == Reading(
        None, "1", "no venules found"
    )
