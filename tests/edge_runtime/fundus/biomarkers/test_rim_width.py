from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Eye, Reading
from edge_runtime.fundus.biomarkers.disc import DISC_DIAMETER_UM, NoDisc, find_disc
from edge_runtime.fundus.biomarkers.rim_width import PARTS, RIM_WIDTHS, rim_widths

CENTRE = (320.0, 320.0)
RADIUS = 40.5
UM_PER_PX = DISC_DIAMETER_UM / 80


@pytest.fixture
def disc(drawn_eye, without, circle):
    return find_disc(without(drawn_eye().masks, disc_HW=circle(640, CENTRE, RADIUS)))


def widths(disc, cup, eye):
    return [reading.value for reading in rim_widths(disc, cup, eye).values()]


def test_the_hours_go_once_round_the_clock():
    assert [int(part[:2]) for part in PARTS] == [12, *range(1, 12)]
    assert len(set(RIM_WIDTHS)) == 12


@pytest.mark.parametrize("eye", Eye)
@pytest.mark.parametrize("cup_radius", [12.0, 20.0, 30.5])
def test_a_cup_in_the_middle_leaves_the_same_rim_at_every_hour(disc, circle, eye, cup_radius):
    found = widths(disc, circle(640, CENTRE, cup_radius), eye)

    assert found == pytest.approx([(RADIUS - cup_radius) * UM_PER_PX] * 12, abs=0.35 * UM_PER_PX)


def test_the_widths_are_those_of_the_geometry_for_a_cup_aside(disc, circle):
    # Along the direction u, a cup of radius r about (a, 0) ends at a u_x + sqrt(r^2 - a^2 u_y^2).
    found = widths(disc, circle(640, (330.0, 320.0), 18.0), Eye.OD)

    for hour, width in zip([0, *range(1, 12)], found, strict=True):
        turns = np.deg2rad(30 * hour + np.linspace(-15, 15, 301))
        across, up = np.sin(turns), np.cos(turns)
        edge = 10 * across + np.sqrt(18.0**2 - (10 * up) ** 2)
        expected = (RADIUS - edge).mean() * UM_PER_PX
        assert width == pytest.approx(expected, abs=0.4 * UM_PER_PX), hour


@pytest.mark.parametrize(
    ("notch_at", "eye", "part"),
    [
        ((0, -1), Eye.OD, "12_superior"),
        ((0, -1), Eye.OS, "12_superior"),
        ((0, 1), Eye.OD, "06_inferior"),
        ((1, 0), Eye.OD, "03_nasal"),
        ((1, 0), Eye.OS, "09_temporal"),
        ((-1, 0), Eye.OD, "09_temporal"),
        ((-1, 0), Eye.OS, "03_nasal"),
        ((-0.5, 0.866), Eye.OD, "07_inferior_temporal"),
        ((0.5, 0.866), Eye.OS, "07_inferior_temporal"),
        ((0.866, -0.5), Eye.OD, "02_nasal_superior"),
    ],
)
def test_a_notch_thins_the_rim_at_its_own_hour(disc, circle, notch_at, eye, part):
    cup = circle(640, CENTRE, 15.0)
    cup |= circle(640, (CENTRE[0] + 26 * notch_at[0], CENTRE[1] + 26 * notch_at[1]), 8.0)
    cup |= circle(640, (CENTRE[0] + 15 * notch_at[0], CENTRE[1] + 15 * notch_at[1]), 8.0)

    found = rim_widths(disc, cup, eye)

    assert min(found, key=lambda name: found[name].value) == f"rim_width_{part}_um"


def test_a_mirrored_right_eye_reads_as_a_left_one(drawn_eye, without, circle):
    masks = without(drawn_eye().masks, disc_HW=circle(640, (300.0, 310.0), RADIUS))
    cup = circle(640, (306.0, 315.0), 17.0)
    mirrored = without(masks, disc_HW=masks.disc_HW[:, ::-1])

    right = widths(find_disc(masks), cup, Eye.OD)
    left = widths(find_disc(mirrored), cup[:, ::-1], Eye.OS)

    assert left == pytest.approx(right, abs=0.01)


@pytest.mark.parametrize(
    ("cup_radius", "eye", "reason"),
    [
        (20.0, None, "not known whether it is a right or a left eye"),
        (0.0, Eye.OD, "no cup found"),
    ],
)
def test_without_a_cup_or_an_eye_there_is_no_rim(disc, circle, cup_radius, eye, reason):
    cup = circle(640, CENTRE, cup_radius) if cup_radius else np.zeros((640, 640), bool)

    assert rim_widths(disc, cup, eye) == dict.fromkeys(RIM_WIDTHS, Reading(None, "um", reason))


def test_without_a_disc_there_is_no_rim(circle):
    found = rim_widths(NoDisc("no disc found"), circle(640, CENTRE, 20), Eye.OD)

    assert found == dict.fromkeys(RIM_WIDTHS, Reading(None, "um", "no disc found"))
