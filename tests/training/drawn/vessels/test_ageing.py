from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.drawn.eye_state import EyeState
from training.drawn.sample_eyes import HEALTHY
from training.drawn.vessels.ageing import vessels_at
from training.drawn.vessels.biomarkers import true_biomarkers
from training.drawn.vessels.calibre import central_equivalent_um
from training.drawn.vessels.tree import VesselTrees

STATES = st.builds(
    lambda crae, crve, bends, gone, nicks: replace(
        HEALTHY, crae_um=crae, crve_um=crve, tortuosity=bends, rarefaction=gone, nicking=nicks
    ),
    st.floats(90, 200),
    st.floats(140, 300),
    st.floats(0.3, 2.5),
    st.floats(0, 0.5),
    st.floats(0, 1),
)


@given(state=STATES)
@settings(max_examples=25, deadline=None)
def test_the_central_equivalents_are_those_of_the_state(
    grown: VesselTrees, state: EyeState
) -> None:
    trees = vessels_at(grown, state)

    assert central_equivalent_um(trees.arterioles) == pytest.approx(state.crae_um, rel=1e-9)
    assert central_equivalent_um(trees.venules) == pytest.approx(state.crve_um, rel=1e-9)


def test_ten_years_of_calibre_leave_the_centre_lines_where_they_are(
    grown: VesselTrees, healthy: EyeState
) -> None:
    young = vessels_at(grown, healthy)
    old = vessels_at(
        grown, replace(healthy, age_years=65.0, crae_um=135.0, crve_um=230.0, nicking=0.8)
    )

    for one, other in ((young.arterioles, old.arterioles), (young.venules, old.venules)):
        assert np.array_equal(one.xy, other.xy)
        assert np.array_equal(one.parent, other.parent)
        assert not np.allclose(one.radius, other.radius)


def test_tortuosity_bends_vessels_but_not_their_forks_and_ends(
    grown: VesselTrees, healthy: EyeState
) -> None:
    as_grown = vessels_at(grown, healthy).venules
    winding = vessels_at(grown, replace(healthy, tortuosity=2.0)).venules

    fixed = as_grown.num_children != 1
    np.testing.assert_allclose(winding.xy[fixed], as_grown.xy[fixed], atol=1e-9)
    assert np.array_equal(as_grown.xy, grown.venules.xy)
    assert np.array_equal(winding.parent, as_grown.parent)


def test_more_tortuosity_makes_longer_ways(grown: VesselTrees, healthy: EyeState) -> None:
    ways = [
        true_biomarkers(vessels_at(grown, replace(healthy, tortuosity=bends)))
        for bends in (0.5, 1.0, 1.5, 2.0)
    ]

    for kind in ("arterioles", "venules"):
        rising = [one[f"tortuosity_distance_{kind}"] for one in ways]
        assert rising == sorted(rising)
        assert rising[-1] - rising[0] > 0.05


def test_rarefaction_takes_the_thinnest_twigs_first_and_brings_none_back(
    grown: VesselTrees, healthy: EyeState
) -> None:
    left = [
        {tuple(place) for place in vessels_at(grown, replace(healthy, rarefaction=r)).venules.xy}
        for r in (0.0, 0.2, 0.5)
    ]

    tips = (grown.venules.num_children == 0).sum()
    assert left[2] < left[1] < left[0]
    tree = vessels_at(grown, replace(healthy, rarefaction=0.5)).venules
    gone = np.array([tuple(xy) not in left[2] for xy in grown.venules.xy])
    assert (gone & (grown.venules.num_children == 0)).sum() == pytest.approx(0.5 * tips, abs=8)
    assert grown.venules.radius[gone].max() < np.quantile(grown.venules.radius[~gone], 0.6)
    assert (tree.parent < np.arange(len(tree.parent))).all()


def test_nicking_narrows_venules_beneath_arterioles_only(
    grown: VesselTrees, healthy: EyeState
) -> None:
    plain = vessels_at(grown, healthy)
    nicked = vessels_at(grown, replace(healthy, nicking=1.0))
    pressed = plain.arterioles.radius[plain.crossings.arteriole] > 0.015
    over = plain.crossings.arteriole_over

    share = nicked.venules.radius / plain.venules.radius
    usual = np.median(share)
    beneath = share[plain.crossings.venule[pressed & over]] / usual
    assert np.median(beneath) < 0.5
    assert np.median(share[plain.crossings.venule[~over]] / usual) > 0.95
    assert np.array_equal(nicked.crossings.xy, plain.crossings.xy)


def test_a_tree_without_six_vessels_in_zone_b_has_no_central_equivalent(
    grown: VesselTrees, healthy: EyeState
) -> None:
    far = replace(grown.arterioles, xy=grown.arterioles.xy + 9.0)

    with pytest.raises(ValueError, match="fewer than six arterioles"):
        vessels_at(replace(grown, arterioles=far), healthy)
