from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.fundus.biomarkers.calibre import zone_b_calibres_px
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import Disc
from edge_runtime.fundus.biomarkers.knudtson import ARTERIOLE_CONSTANT, central_equivalent
from tests.training.drawn.vessels.made_by_hand import a_frame, a_vessel
from training.drawn.anatomy import Anatomy
from training.drawn.eye_state import UM_PER_DD, EyeState
from training.drawn.frame import Frame
from training.drawn.vessels.ageing import vessels_at
from training.drawn.vessels.layers import lay_vessels
from training.drawn.vessels.tree import VesselTree, VesselTrees


def _line(
    degrees: float, radius_px: float, px_per_dd: float = 50.0
) -> tuple[Frame, float, VesselTree]:
    way = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])
    xy = np.linspace(-1.4, 1.4, 120)[:, None] * way + (0.003, 0.007)
    return a_frame(px_per_dd), 2.8 * px_per_dd, a_vessel(xy, radius_px / px_per_dd)


@pytest.mark.parametrize("degrees", [0.0, 20.0, 45.0, 77.0])
@pytest.mark.parametrize("radius_px", [0.2, 0.4, 0.8, 1.5, 3.3])
def test_the_blood_of_a_vessel_is_that_of_a_tube_of_its_radius(
    degrees: float, radius_px: float
) -> None:
    frame, length_px, tree = _line(degrees, radius_px)

    blood_px = lay_vessels(tree, frame).blood.sum() * frame.px_per_dd
    ends = 4 / 3 * np.pi * radius_px**3
    assert np.sqrt((blood_px - ends) / length_px / np.pi) == pytest.approx(radius_px, abs=0.05)


@pytest.mark.parametrize("degrees", [0.0, 20.0, 45.0, 77.0])
@pytest.mark.parametrize("radius_px", [1.1, 1.6, 2.4, 4.2])
def test_a_mask_is_as_wide_as_its_vessel(degrees: float, radius_px: float) -> None:
    widths = []
    frame, length_px, tree = _line(degrees, radius_px)
    for shift in np.linspace(0, 1, 10, endpoint=False):
        moved = replace(tree, xy=tree.xy + np.array([0, shift / frame.px_per_dd]))
        ends = np.pi * radius_px**2
        widths.append((lay_vessels(moved, frame).mask.sum() - ends) / length_px)

    assert np.mean(widths) == pytest.approx(2 * radius_px, abs=0.1)


def test_a_twig_never_thins_the_trunk_that_it_leaves() -> None:
    trunk = np.stack([np.linspace(-1, 1, 81), np.zeros(81)], axis=1)
    twig = np.stack([np.zeros(40), np.linspace(0.025, 1, 40)], axis=1)
    parent = [*range(-1, 80), 40, *range(81, 120)]
    both = a_vessel(np.concatenate([trunk, twig]), 0.04, parent)
    both.radius[81:] = 0.008

    alone = lay_vessels(a_vessel(trunk, 0.04), a_frame(80.0)).blood
    assert (lay_vessels(both, a_frame(80.0)).blood >= alone - 1e-7).all()


def test_a_vessel_that_leaves_the_picture_is_cut_at_its_edge() -> None:
    across = np.stack([np.linspace(-9, 9, 400), np.full(400, 0.002)], axis=1)

    mask = lay_vessels(a_vessel(across, 0.03), a_frame(80.0)).mask
    assert mask.any(axis=0).all()
    assert mask.sum(axis=0).max() <= 5


def test_a_mirrored_frame_lays_the_mirrored_picture(grown: VesselTrees) -> None:
    frame = a_frame(77.0, (-2.0, 0.2), 400)
    right = lay_vessels(grown.venules, frame)
    left = lay_vessels(grown.venules, replace(frame, mirrored=True))

    np.testing.assert_allclose(left.blood[:, ::-1], right.blood, atol=2e-3)
    assert (left.mask[:, ::-1] != right.mask).mean() < 1e-3


def test_the_same_eye_holds_the_same_blood_at_every_size(
    grown: VesselTrees, healthy: EyeState
) -> None:
    tree = vessels_at(grown, healthy).arterioles
    volume = [
        lay_vessels(tree, a_frame(ppd, (-2.0, 0.2), round(5 * ppd))).blood.sum() / ppd**2
        for ppd in (60.0, 120.0, 240.0)
    ]

    np.testing.assert_allclose(volume, volume[-1], rtol=0.02)


def test_the_calibre_measured_on_the_laid_mask_is_the_states_own(
    grown: VesselTrees, healthy: EyeState, anatomy: Anatomy
) -> None:
    frame = a_frame(340.0, (0.0, 0.0), 1200)
    mask = lay_vessels(vessels_at(grown, healthy).arterioles, frame).mask
    disc = Disc(mask, 599.5, 599.5, 340.0)

    calibres_px = zone_b_calibres_px(mask, centrelines(mask), disc)
    measured = central_equivalent(
        [UM_PER_DD / 340.0 * one for one in calibres_px], ARTERIOLE_CONSTANT, "arteriole"
    )
    assert measured.value == pytest.approx(healthy.crae_um, rel=0.04)
