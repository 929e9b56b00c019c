from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.fundus.biomarkers.calibre import zone_b_calibres_px, zone_b_share
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import Disc

SIDE, CENTRE, DIAMETER = 300, 150.0, 85.0


@pytest.fixture(scope="module")
def disc(circle):
    return Disc(circle(SIDE, (CENTRE, CENTRE), DIAMETER / 2), CENTRE, CENTRE, DIAMETER)


def calibres(mask, disc):
    return sorted(zone_b_calibres_px(mask, centrelines(mask), disc))


def spoke(bar, angle_deg, width, start=50.0, stop=145.0, aside=0.0):
    """A vessel that leaves the disc at an angle; `start` and `stop` are distances from its centre.

    Zone B reaches from 85 to 127.5.
    """
    along = np.array([np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))])
    centre = np.array([CENTRE, CENTRE]) + aside * np.array([-along[1], along[0]])
    return bar(SIDE, tuple(centre + start * along), tuple(centre + stop * along), width)


@pytest.mark.parametrize("width", [3.0, 3.5, 4.0, 5.0, 6.3, 8.0, 10.0, 12.0])
def test_a_straight_vessel_has_the_calibre_that_it_was_drawn_with(bar, disc, width, rng):
    errors = []
    for angle in rng.uniform(0, 360, 24):
        found = calibres(spoke(bar, angle, width, aside=rng.uniform(-1, 1)), disc)
        assert len(found) == 1
        errors.append(found[0] - width)

    assert abs(np.mean(errors)) < 0.05
    assert np.mean(np.abs(errors)) < 0.1
    assert np.max(np.abs(errors)) < 0.3


@pytest.mark.parametrize("angle", [0, 45, 90, 135, 180, 225, 270, 315])
@pytest.mark.parametrize("width", [3, 4, 5, 8])
def test_along_the_grid_and_its_diagonals_the_calibre_is_that_of_the_pixels(
    bar, disc, angle, width
):
    vessel = spoke(bar, angle, width, aside=0.25)
    on_grid = angle % 90 == 0
    # Counted across: rows or columns along the grid, and steps of half a diagonal across it.
    centre = (
        int(CENTRE + 105 * np.cos(np.deg2rad(angle))),
        int(CENTRE + 105 * np.sin(np.deg2rad(angle))),
    )
    across = vessel[:, centre[0]].sum() if angle % 180 != 90 else vessel[centre[1]].sum()
    expected = across if on_grid else across / np.sqrt(2)

    assert calibres(vessel, disc) == pytest.approx([expected], abs=0.15)


def test_a_curved_vessel_has_the_calibre_that_it_was_drawn_with(circle, disc):
    # A ring that passes zone B twice, each time over its whole breadth.
    ring = circle(SIDE, (CENTRE + 20, CENTRE), 103.5) & ~circle(SIDE, (CENTRE + 20, CENTRE), 96.5)
    ring[:, :100] = False

    found = calibres(ring, disc)

    assert found
    assert found == pytest.approx([7.0] * len(found), abs=0.2)


def test_a_vessel_that_ends_before_the_middle_of_the_ring_does_not_count(bar, disc):
    assert calibres(spoke(bar, 30, 6, stop=103.0), disc) == []
    assert len(calibres(spoke(bar, 30, 6, stop=118.0), disc)) == 1


def test_a_vessel_outside_the_ring_does_not_count(bar, disc):
    assert calibres(spoke(bar, 30, 6, start=10, stop=80), disc) == []
    assert calibres(spoke(bar, 30, 6, start=130, stop=145), disc) == []


def test_a_side_branch_hides_no_vessel_and_widens_none(bar, disc):
    vessel = spoke(bar, 20, 9)
    branch = bar(SIDE, (CENTRE + 99, CENTRE + 36), (CENTRE + 80, CENTRE + 90), 3)

    found = calibres(vessel | branch, disc)

    assert found[-1] == pytest.approx(9.0, abs=0.4)


@pytest.mark.parametrize(("divides_at", "expected"), [(90.0, [7.0, 7.0]), (122.0, [9.0])])
def test_of_a_vessel_that_divides_in_the_ring_trunk_or_branches_count(
    bar, disc, divides_at, expected
):
    # 9^3 is near 7^3 + 7^3: a real division.
    fork = spoke(bar, 0, 9, stop=divides_at + 2)
    for aside in (-30, 30):
        root = (CENTRE + divides_at, CENTRE)
        fork |= bar(SIDE, root, (CENTRE + divides_at + 50, CENTRE + aside), 7)

    assert calibres(fork, disc) == pytest.approx(expected, abs=0.5)


def test_the_share_of_zone_b_in_the_field_is_counted(circle, disc):
    whole = np.ones((SIDE, SIDE), bool)
    half = whole.copy()
    half[:, :150] = False

    assert zone_b_share(disc, whole) == pytest.approx(1.0, abs=0.005)
    assert zone_b_share(disc, half) == pytest.approx(0.5, abs=0.01)
    assert zone_b_share(disc, circle(SIDE, (CENTRE, CENTRE), 80)) == 0.0


def test_a_zone_beyond_the_frame_counts_as_not_seen(disc):
    assert zone_b_share(disc, np.ones((150, SIDE), bool)) == pytest.approx(0.5, abs=0.01)


def test_a_vessel_that_divides_twice_in_the_ring_counts_by_what_crosses_its_middle(bar, disc):
    # Trunk to 96, two branches to 117, where each divides again: no piece crosses half the ring.
    def at(along, aside):
        return (CENTRE + along, CENTRE + aside)

    tree = spoke(bar, 0, 8, stop=96)
    for side in (-1, 1):
        tree |= bar(SIDE, at(94, 0), at(117, 14 * side), 6)
        for aside in (8, 22):
            tree |= bar(SIDE, at(116, 14 * side), at(142, aside * side), 4)

    assert calibres(tree, disc) == pytest.approx([6.0, 6.0], abs=0.5)
