from __future__ import annotations

import numpy as np
import pytest

from tests.training.drawn.vessels.made_by_hand import a_vessel
from training.drawn.eye_state import EyeState
from training.drawn.vessels.ageing import vessels_at
from training.drawn.vessels.biomarkers import SEEN_CENTRE, SEEN_RADIUS, true_biomarkers
from training.drawn.vessels.segments import segments_of
from training.drawn.vessels.tree import Crossings, VesselTree, VesselTrees

NO_CROSSINGS = Crossings(np.empty((0, 2)), np.empty(0, int), np.empty(0, int), np.empty(0, bool))


def _alone(tree: VesselTree) -> dict[str, float]:
    empty = a_vessel(np.array([[50.0, 50.0]]), 0.01)
    return true_biomarkers(VesselTrees(empty, tree, NO_CROSSINGS))


def test_the_central_equivalents_and_their_ratio_are_the_states(
    grown: VesselTrees, healthy: EyeState
) -> None:
    found = true_biomarkers(vessels_at(grown, healthy))

    assert found["crae_um"] == pytest.approx(healthy.crae_um)
    assert found["crve_um"] == pytest.approx(healthy.crve_um)
    assert found["avr"] == pytest.approx(healthy.crae_um / healthy.crve_um)
    assert all(np.isfinite(value) for value in found.values())


def test_half_a_circle_is_half_pi_times_its_chord_and_turns_one_over_its_radius() -> None:
    angle = np.linspace(0, np.pi, 400)
    circle = np.array(SEEN_CENTRE) + 0.8 * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    found = _alone(a_vessel(circle, 0.01))

    assert found["tortuosity_distance_venules"] == pytest.approx(np.pi / 2, rel=1e-3)
    assert found["tortuosity_curvature_venules_rad_per_dd"] == pytest.approx(1 / 0.8, rel=1e-2)
    area = np.pi * SEEN_RADIUS**2
    assert found["venule_length_per_dd"] == pytest.approx(0.8 * np.pi / area, rel=1e-3)
    assert found["venule_density"] == pytest.approx(0.02 * 0.8 * np.pi / area, rel=1e-3)


@pytest.mark.parametrize("degrees", [40.0, 75.0, 110.0])
def test_the_angle_of_a_fork_is_that_between_its_branches(degrees: float) -> None:
    half = np.deg2rad(degrees / 2)
    steps = 0.025 * np.arange(1, 21)[:, None]
    trunk = np.array(SEEN_CENTRE) - steps[::-1] * (1.0, 0.0)
    upper, lower = (trunk[-1] + steps * (np.cos(half), side * np.sin(half)) for side in (-1.0, 1.0))
    parent = [*range(-1, 19), 19, *range(20, 39), 19, *range(40, 59)]

    found = _alone(a_vessel(np.concatenate([trunk, upper, lower]), 0.02, parent))

    assert found["branching_angle_venules_deg"] == pytest.approx(degrees)


def test_a_tree_with_nothing_to_measure_has_no_number() -> None:
    found = _alone(a_vessel(np.array([[60.0, 60.0], [60.1, 60.0]]), 0.01))

    assert np.isnan(found["branching_angle_venules_deg"])
    assert np.isnan(found["tortuosity_distance_venules"])
    assert np.isnan(found["crve_um"])


def test_segments_part_a_tree_at_its_forks(grown: VesselTrees) -> None:
    tree = grown.venules
    segments = segments_of(tree)

    forks_and_tips = (tree.num_children != 1)[segments.last]
    assert forks_and_tips.all()
    assert len(segments.last) == len(np.unique(segments.last))
    np.testing.assert_array_equal(segments.of_node[segments.last], np.arange(len(segments.last)))
