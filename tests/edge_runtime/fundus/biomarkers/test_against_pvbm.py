"""Ours and PVBM's on the same drawn masks, where both measure the same thing.

`python tests/measure_against_pvbm.py` compares them on vessels that experts traced, and
docs/biomarkers.md tells where the definitions differ.
"""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Eye
from edge_runtime.fundus.biomarkers import AnatomyMasks, biomarkers
from edge_runtime.fundus.biomarkers.branching import divisions
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import find_disc
from training.drawn.sample_eyes import draw_eye

pytestmark = pytest.mark.slow

pvbm = pytest.importorskip("tests.pvbm_readings", reason="PVBM is not installed (make test does)")

SEEDS = (1, 2)
SIDE_PX = 500


def drawn_masks(seed):
    eye = draw_eye(Eye.OD, seed, side_px=SIDE_PX)
    rows, columns = np.indices(eye.disc_HW.shape)
    circle = eye.fov_circle
    field = np.hypot(columns - circle.x_px, rows - circle.y_px) <= circle.radius_px
    return AnatomyMasks(
        eye.vessel_HW, eye.arteriole_HW, eye.venule_HW, eye.disc_HW, eye.cup_HW, field
    )


@pytest.fixture(scope="module")
def eyes():
    """Masks, disc, our readings, PVBM's disc and its geometry of each drawn eye."""
    found = []
    for seed in SEEDS:
        masks = drawn_masks(seed)
        disc = find_disc(masks)
        circle = pvbm.DiscCircle(round(disc.x_px), round(disc.y_px), round(disc.diameter_px / 2))
        theirs = {
            "arteriole": pvbm.geometry(masks.arteriole_HW, circle),
            "venule": pvbm.geometry(masks.venule_HW, circle),
        }
        found.append((masks, disc, biomarkers(masks, Eye.OD), circle, theirs))
    return found


def test_densities_are_the_areas_of_pvbm(eyes):
    for masks, disc, ours, _, theirs in eyes:
        outside = np.count_nonzero(masks.field_HW & ~disc.mask_HW)
        for kind, geometry in theirs.items():
            # The disc is a circle there, and what was drawn here.
            expected = pytest.approx(geometry.area_px / outside, rel=0.05)
            assert ours[f"{kind}_density"].value == expected


def test_tortuosity_is_that_of_pvbm_without_the_staircase(eyes):
    for _, _, ours, _, theirs in eyes:
        for kind, geometry in theirs.items():
            found = ours[f"tortuosity_distance_{kind}s"].value
            # PVBM adds up the steps along the pixels, which makes each line 4 to 8 % longer.
            assert 1.0 <= found < geometry.tortuosity_index
            assert geometry.tortuosity_index - found == pytest.approx(0.06, abs=0.06)


def test_box_counting_finds_a_tree_between_a_line_and_a_plane_as_pvbm_does(eyes):
    for masks, _, ours, circle, _ in eyes:
        theirs = pvbm.dimensions(masks.vessel_HW, circle, rotations=1)
        names = ("", "_information", "_correlation")
        for name, dimension in zip(names, theirs, strict=True):
            found = ours[f"fractal_dimension{name}"].value
            assert 1.2 < found < 1.8
            # Of the mask with boxes up to 0.6 of the picture there; of the skeleton here.
            assert found == pytest.approx(dimension, abs=0.25)


@pytest.mark.parametrize("angle", [60, 75, 90])
def test_a_fork_has_the_angle_that_it_was_drawn_with_in_both(bar, angle):
    side, root = 400, np.array([200.0, 220.0])
    mask = bar(side, (200, 380), tuple(root), 7)
    for turn in (-angle / 2, angle / 2):
        along = np.array([np.sin(np.deg2rad(turn)), -np.cos(np.deg2rad(turn))])
        mask |= bar(side, tuple(root), tuple(root + 120 * along), 6)
    (ours,) = divisions(centrelines(mask), 640)
    theirs = pvbm.geometry(mask, pvbm.DiscCircle(200, 390, 10)).angles

    assert ours.angle_deg == pytest.approx(angle, abs=5)
    assert list(theirs.values()) == pytest.approx([angle], abs=12)


def test_calibres_of_straight_vessels_are_those_of_pvbm_and_the_pixel_it_leaves_out(drawn_eye):
    # Twice as large: PVBM leaves out vessels of which less than 50 px lie in the ring.
    masks = drawn_eye((7.0,) * 6, (9.0,) * 6, scale=2.0).masks
    disc = find_disc(masks)
    circle = pvbm.DiscCircle(640, 640, 80)
    ours = biomarkers(masks)

    for kind, name in (("arteriole", "crae_um"), ("venule", "crve_um")):
        mask = getattr(masks, f"{kind}_HW")
        theirs = pvbm.central_equivalent(mask, circle, arterioles=kind == "arteriole")
        assert theirs.vessels == 6
        # It counts the pixels to both sides of the centreline's own, which it leaves out.
        factor = 1.74843 if kind == "arteriole" else 2.13761
        found = ours[name].value / disc.um_per_px
        assert theirs.value_px / factor == pytest.approx(found / factor - 1.0, abs=0.8)
