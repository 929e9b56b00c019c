from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Eye
from training.drawn.anatomy import Anatomy, draw_anatomy, rng_of
from training.drawn.vessel_tree import FOVEA_FREE, Kind, VesselTree, grow

Trees = dict[Kind, VesselTree]


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return draw_anatomy(Eye.OD, 3)


@pytest.fixture(scope="module")
def trees(anatomy: Anatomy) -> Trees:
    venules = grow(Kind.VENULE, anatomy, rng_of(3, "venules"))
    arterioles = grow(Kind.ARTERIOLE, anatomy, rng_of(3, "arterioles"), venules)
    return {Kind.VENULE: venules, Kind.ARTERIOLE: arterioles}


@pytest.mark.parametrize("kind", Kind)
def test_a_vessel_never_widens_away_from_the_disc(trees: Trees, kind: Kind) -> None:
    tree = trees[kind]

    assert (tree.radius[1:] <= tree.radius[tree.parent[1:]]).all()


@pytest.mark.parametrize("kind", Kind)
def test_forks_obey_murrays_law(trees: Trees, kind: Kind) -> None:
    tree = trees[kind]
    below = np.zeros(len(tree.radius))
    np.add.at(below, tree.parent[1:], tree.radius[1:] ** 3)
    forks = np.flatnonzero(np.bincount(tree.parent[1:], minlength=len(below)) == 2)
    forks = forks[forks > 0]

    # What the parent carries beyond its branches is what its own last step of tissue drinks.
    share = below[forks] / tree.radius[forks] ** 3
    assert len(forks) > 50
    assert (share <= 1 + 1e-9).all()
    assert np.median(share) > 0.97
    assert share.min() > 0.75


@pytest.mark.parametrize("kind", Kind)
def test_a_fork_has_two_branches(trees: Trees, kind: Kind) -> None:
    tree = trees[kind]

    assert np.bincount(tree.parent[1:])[1:].max() == 2


@pytest.mark.parametrize("kind", Kind)
def test_vessels_taper_to_a_fraction_of_the_trunk(trees: Trees, kind: Kind) -> None:
    radius = trees[kind].radius

    assert 0.02 < radius.min() / radius.max() < 0.15


@pytest.mark.parametrize("kind", Kind)
def test_no_vessel_enters_the_fovea(trees: Trees, kind: Kind, anatomy: Anatomy) -> None:
    away = np.linalg.norm(trees[kind].xy - anatomy.fovea, axis=1)

    assert away.min() > 0.95 * FOVEA_FREE


@pytest.mark.parametrize("kind", Kind)
def test_upper_and_lower_vessels_meet_at_the_raphe(
    trees: Trees, kind: Kind, anatomy: Anatomy
) -> None:
    tree = trees[kind]
    slope = anatomy.fovea[1] / anatomy.fovea[0]
    below = tree.xy[:, 1] - slope * tree.xy[:, 0]
    trunk = np.zeros(len(below))
    for node, parent in enumerate(tree.parent[1:], start=1):
        trunk[node] = trunk[parent] if parent > 0 else np.sign(tree.xy[node, 1] - tree.xy[0, 1])
    temporal = tree.xy[:, 0] < -0.6

    assert (-trunk * below)[temporal].max() < 0.5


def test_arterioles_are_narrower_than_venules(trees: Trees, anatomy: Anatomy) -> None:
    widest = {
        kind: tree.radius[np.linalg.norm(tree.xy, axis=1) > 0.55].max()
        for kind, tree in trees.items()
    }

    assert 2 * widest[Kind.VENULE] == pytest.approx(anatomy.venule_width)
    assert widest[Kind.ARTERIOLE] / widest[Kind.VENULE] == pytest.approx(anatomy.avr)


@pytest.mark.parametrize("kind", Kind)
def test_every_parent_comes_before_its_children(trees: Trees, kind: Kind) -> None:
    parent = trees[kind].parent

    assert parent[0] == -1
    assert (parent[1:] >= 0).all()
    assert (parent[1:] < np.arange(1, len(parent))).all()
