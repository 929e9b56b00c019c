"""Bodies are the same whoever draws them, and what is true of them hangs together."""

from __future__ import annotations

import numpy as np
import pytest

from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import BLOCK, draw_block
from training.drawn.population.parameters import CONDITIONS, Parameters

pytestmark = pytest.mark.slow

SEED = 11


def test_a_person_alone_is_the_same_as_in_the_block(bodies: Bodies, reference: Parameters) -> None:
    alone = draw_block(SEED, 0, reference, indices=[417])
    for name, array in alone.states.items():
        np.testing.assert_array_equal(array[0], bodies.states[name][417], err_msg=name)
    for name in CONDITIONS:
        assert alone.event_years[name][0] == bodies.event_years[name][417]
    np.testing.assert_array_equal(alone.visit_years[0], bodies.visit_years[417])


def test_a_shorter_story_is_the_beginning_of_the_longer(
    bodies: Bodies, reference: Parameters
) -> None:
    short = draw_block(SEED, 0, reference, years=2, indices=range(20))
    moments = len(short.grid_years)
    for name, array in short.states.items():
        np.testing.assert_array_equal(array, bodies.states[name][:20, ..., :moments], name)


def test_more_visits_change_nothing_else(reference: Parameters) -> None:
    few, many = (draw_block(SEED, 3, reference, visits=n, indices=range(30)) for n in (2, 9))
    np.testing.assert_array_equal(few.censored_years, many.censored_years)
    np.testing.assert_array_equal(few.states["sbp_mmhg"], many.states["sbp_mmhg"])
    assert many.visit_years.shape == (30, 9)


def test_another_block_or_seed_is_another_population(bodies: Bodies, reference: Parameters) -> None:
    for seed, block in ((SEED, 1), (SEED + 1, 0)):
        other = draw_block(seed, block, reference, indices=range(50))
        assert not np.allclose(other.states["sbp_mmhg"], bodies.states["sbp_mmhg"][:50])


@pytest.mark.parametrize("years", [0.0, 0.3, 16.0])
def test_years_off_the_grid_are_refused(reference: Parameters, years: float) -> None:
    with pytest.raises(ValueError, match="years must be"):
        draw_block(SEED, 0, reference, years=years, indices=[0])


def test_people_outside_the_block_are_refused(reference: Parameters) -> None:
    with pytest.raises(ValueError, match="0 to 999"):
        draw_block(SEED, 0, reference, indices=[BLOCK])


def test_conditions_that_a_measure_defines_agree_with_it(bodies: Bodies) -> None:
    states = bodies.states
    free = states["type_2_diabetes"] == 0
    assert states["hba1c_percent"][free].max() < 6.5
    ill = states["chronic_kidney_disease"] > 0
    assert states["egfr_ml_min_1_73m2"][ill].max() < 60.0
    assert states["egfr_ml_min_1_73m2"][~ill].min() > 60.0
    strong = states["high_myopia"] > 0
    assert states["spherical_equivalent_worst_d"][strong].max() < -6.0
    assert states["spherical_equivalent_worst_d"][~strong].min() > -6.0


def test_what_cannot_be_undone_is_not(bodies: Bodies) -> None:
    for name in ("type_2_diabetes", "late_amd", "dr_grade", "rim_loss", "dead", "pressure_load"):
        assert np.all(np.diff(bodies.states[name], axis=-1) >= 0), name


def test_nobody_gets_what_he_has_or_when_dead(bodies: Bodies) -> None:
    for name in CONDITIONS:
        events = bodies.event_years[name]
        had = np.isfinite(events)
        assert not np.any(had & bodies.prevalent[name]), name
        assert np.all(events[had] <= bodies.death_years[had]), name
        assert np.all(events[had] >= 0), name


def test_an_event_falls_into_a_moment_at_risk(bodies: Bodies) -> None:
    for name in CONDITIONS:
        people = np.flatnonzero(np.isfinite(bodies.event_years[name]))
        moments = bodies.moment(bodies.event_years[name][people])
        assert np.all(bodies.at_risk[name][people, moments]), name
        assert np.all(bodies.hazards[name][people, moments] > 0), name


def test_progression_of_retinopathy_raises_the_grade(bodies: Bodies) -> None:
    people = np.flatnonzero(np.isfinite(bodies.event_years["dr_progression"]))
    assert len(people) > 20
    moments = bodies.moment(bodies.event_years["dr_progression"][people])
    grade = bodies.states["dr_grade"]
    assert np.all(grade[people, moments + 1] == grade[people, moments] + 1)
    assert np.all(bodies.states["type_2_diabetes"][people, moments] == 1)


def test_an_ischaemic_stroke_is_one_event_of_two_conditions(bodies: Bodies) -> None:
    stroke = bodies.event_years["stroke"]
    at_risk_of_both = ~bodies.prevalent["stroke"] & ~bodies.prevalent["ischaemic_cvd"]
    first = np.isfinite(stroke) & at_risk_of_both & (stroke <= bodies.event_years["ischaemic_cvd"])
    same = first & (stroke == bodies.event_years["ischaemic_cvd"])
    assert 0.6 < same.sum() / first.sum() < 1.0


def test_schoolchildren_are_at_risk_of_high_myopia_alone(bodies: Bodies) -> None:
    young = bodies.fixed["young"] > 0
    assert 60 < young.sum() < 140
    for name in CONDITIONS:
        if name != "high_myopia":
            assert not bodies.at_risk[name][young].any(), name
    assert bodies.at_risk["high_myopia"][young].any()
    assert not bodies.at_risk["high_myopia"][~young].any()


def test_visits_lie_on_the_grid_and_before_the_end(bodies: Bodies) -> None:
    visits = bodies.visit_years
    assert np.all(visits[:, 0] == 0.0)
    came = np.isfinite(visits)
    assert np.all(visits[came] % 0.25 == 0)
    late = visits > bodies.end_years[:, None]
    assert not np.any(late[:, 1:])
    assert np.all(np.diff(visits, axis=1)[came[:, 1:]] >= 0.25)


def test_the_two_eyes_are_alike_and_not_the_same(bodies: Bodies) -> None:
    right, left = bodies.states["crae_um"][:, 0, 20], bodies.states["crae_um"][:, 1, 20]
    assert 0.6 < np.corrcoef(right, left)[0, 1] < 0.97
    assert not np.any(right == left)


def test_narrow_arterioles_go_with_pressure_and_wide_venules_with_smoking(bodies: Bodies) -> None:
    s = {n: bodies.states[n][:, 20] for n in ("sbp_mmhg", "crae_mean_um", "crve_mean_um")}
    smokes = bodies.states["smoking_current"][:, 20] > 0
    assert np.corrcoef(s["sbp_mmhg"], s["crae_mean_um"])[0, 1] < -0.1
    assert s["crve_mean_um"][smokes].mean() > s["crve_mean_um"][~smokes].mean() + 2.0


def test_a_part_of_bodies_keeps_its_people(bodies: Bodies) -> None:
    part = bodies.take(np.array([5, 900]))
    assert part.indices.tolist() == [5, 900]
    np.testing.assert_array_equal(part.states["crae_um"][1], bodies.states["crae_um"][900])
    assert len(bodies.take(bodies.fixed["sex"] > 0)) == int(bodies.fixed["sex"].sum())


def test_no_state_is_lost_to_infinity(bodies: Bodies) -> None:
    endless = {"laser_years", "amd_years", "neovascular_amd_years"}
    for name, array in bodies.states.items():
        if name not in endless and not name.startswith("clock_"):
            assert np.isfinite(array).all(), name
