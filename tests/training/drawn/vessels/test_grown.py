from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.domain import Eye
from training.drawn.anatomy import Anatomy, draw_anatomy, rng_of
from training.drawn.eye_state import EyeTraits
from training.drawn.vessels.calibre import FLOW_POWER, ZONE_B_VESSELS, zone_b_calibres
from training.drawn.vessels.grown import grow_vessels
from training.drawn.vessels.reaching import FOVEA_FREE
from training.drawn.vessels.tree import Kind, VesselTree, VesselTrees
from training.drawn.vessels.trunks import trunks_of

pytestmark = pytest.mark.slow


@pytest.fixture(params=Kind)
def tree(request: pytest.FixtureRequest, grown: VesselTrees) -> VesselTree:
    return grown.arterioles if request.param is Kind.ARTERIOLE else grown.venules


def test_every_parent_comes_before_its_children(tree: VesselTree) -> None:
    assert tree.parent[0] == -1
    assert (tree.parent < np.arange(len(tree.parent))).all()
    assert 1 <= (tree.parent == -1).sum() <= 3


def test_every_root_lies_in_the_disc(tree: VesselTree) -> None:
    assert np.hypot(*tree.xy[tree.parent == -1].T).max() < 0.55


def test_a_vessel_never_widens_away_from_the_disc(tree: VesselTree) -> None:
    assert (tree.radius[tree.pieces] <= tree.radius[tree.parent[tree.pieces]]).all()


def test_a_fork_has_two_branches(tree: VesselTree) -> None:
    assert tree.num_children[tree.parent >= 0].max() == 2


def test_forks_obey_the_measured_power_law_with_a_small_scatter(tree: VesselTree) -> None:
    power, pieces = FLOW_POWER[tree.kind], tree.pieces
    below = np.bincount(tree.parent[pieces], tree.radius[pieces] ** power, len(tree.xy))
    forks = (tree.num_children == 2) & (tree.parent >= 0)

    share = below[forks] / tree.radius[forks] ** power
    assert forks.sum() > 100
    assert 0.93 < np.median(share) < 1.03
    assert 0.005 < np.std(share) < 0.12


def test_vessels_taper_to_a_fraction_of_the_trunk(tree: VesselTree) -> None:
    assert 0.02 < tree.radius.min() / tree.radius.max() < 0.12


def test_no_vessel_enters_the_fovea(tree: VesselTree, anatomy: Anatomy) -> None:
    assert np.linalg.norm(tree.xy - anatomy.fovea, axis=1).min() > 0.85 * FOVEA_FREE


def test_upper_and_lower_vessels_meet_at_the_raphe(tree: VesselTree, anatomy: Anatomy) -> None:
    below = tree.xy[:, 1] - anatomy.fovea[1] / anatomy.fovea[0] * tree.xy[:, 0]
    trunk = np.zeros(len(below))
    for node, parent in enumerate(tree.parent):
        beyond_disc = np.hypot(*tree.xy[node]) > 0.6
        trunk[node] = (trunk[parent] if parent >= 0 else 0) or beyond_disc * np.sign(below[node])
    temporal = tree.xy[:, 0] < -1.7

    assert (-trunk * below)[temporal].max() < 0.6


def test_the_same_traits_grow_the_same_trees(
    grown: VesselTrees, traits: EyeTraits, anatomy: Anatomy
) -> None:
    again = grow_vessels(traits, anatomy)

    for name in ("xy", "parent", "radius", "course", "focal"):
        for kind in ("arterioles", "venules"):
            one, other = (getattr(getattr(trees, kind), name) for trees in (grown, again))
            assert np.array_equal(one, other)
    assert np.array_equal(grown.crossings.arteriole_over, again.crossings.arteriole_over)


def test_the_other_eye_is_no_mirror_copy(grown: VesselTrees, traits: EyeTraits) -> None:
    fellow = replace(traits, eye=Eye.OS)
    other = grow_vessels(fellow, draw_anatomy(fellow))

    count = min(len(grown.venules.xy), len(other.venules.xy))
    apart = np.linalg.norm(grown.venules.xy[:count] - other.venules.xy[:count], axis=1)
    assert np.median(apart) > 0.2


@pytest.mark.parametrize("seed", range(40, 46))
def test_more_than_six_vessels_of_each_kind_cross_zone_b(seed: int, traits: EyeTraits) -> None:
    one = replace(traits, seed=seed)
    trees = grow_vessels(one, draw_anatomy(one))

    assert len(zone_b_calibres(trees.arterioles)) >= ZONE_B_VESSELS
    assert len(zone_b_calibres(trees.venules)) >= ZONE_B_VESSELS


def test_arterioles_and_venules_cross_and_the_arteriole_mostly_lies_over(
    grown: VesselTrees,
) -> None:
    crossings = grown.crossings

    assert len(crossings.xy) > 20
    assert 0.5 < crossings.arteriole_over.mean() < 0.9
    for tree, node in ((grown.arterioles, crossings.arteriole), (grown.venules, crossings.venule)):
        ends = np.stack([tree.xy[node], tree.xy[tree.parent[node]]])
        length = np.linalg.norm(ends[0] - ends[1], axis=1)
        ways = np.linalg.norm(ends - crossings.xy, axis=2).sum(0)
        np.testing.assert_allclose(ways, length, atol=1e-9)


def test_about_one_eye_in_seven_has_a_cilioretinal_arteriole(traits: EyeTraits) -> None:
    found = 0
    for seed in range(300):
        one = replace(traits, seed=seed)
        last = trunks_of(one, draw_anatomy(one), rng_of(seed, "trunks"))[Kind.ARTERIOLE][-1]
        found += last.leaves is None and not last.needed
    assert 0.10 < found / 300 < 0.20
