"""Incidence, recovered ratios and the ladder, where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contracts.exam import ForecastCondition
from training.drawn.population.baselines import baselines_of, cited_knots
from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import draw_block
from training.drawn.population.evidence.hazard_ratios import coverage, recovered_hazard_ratios
from training.drawn.population.evidence.incidence import incidence_by_band
from training.drawn.population.evidence.ladder import FOLDS, LadderRows, concordance
from training.drawn.population.evidence.published import published_effects
from training.drawn.population.hazards import Baselines
from training.drawn.population.parameters import Parameters
from training.drawn.population.tables import Effect

pytestmark = pytest.mark.slow

SEED = 11


def test_a_world_that_stands_still_has_its_own_incidence(
    still_world: Parameters, still_baselines: Baselines
) -> None:
    still = draw_block(SEED, 2, still_world, indices=range(300), baselines=still_baselines)
    bands = incidence_by_band([still], still_world)
    for band in bands:
        assert band.true == pytest.approx(40.0, rel=1e-4), band
    events, years = (sum(getattr(b, n) for b in bands) for n in ("events", "person_years"))
    assert events == pytest.approx(0.04 * years, abs=4 * np.sqrt(0.04 * years))


def test_time_at_risk_is_counted_once_and_until_death_alone(bodies: Bodies) -> None:
    bands = [b for b in incidence_by_band([bodies], bodies.parameters) if b.condition == "stroke"]
    free = bodies.at_risk["stroke"][:, 20]
    ends = np.minimum(bodies.event_years["stroke"], bodies.death_years)
    lived = np.minimum(ends[free], 15.0)
    inside = sum(band.person_years for band in bands)
    assert inside == pytest.approx(lived.sum(), rel=0.05)


def test_one_hazard_ratio_put_in_is_recovered(still_world: Parameters) -> None:
    effect = Effect(
        state="sbp_mmhg", kind="body", hazard_ratio=2.0, per=20.0, reference=130.0, source="test"
    )
    stroke = still_world.cause("stroke").model_copy(update={"effects": (effect,)})
    conditions = still_world.conditions | {ForecastCondition.STROKE: stroke}
    world = still_world.model_copy(update={"conditions": conditions})
    knots = cited_knots(world)
    knots["stroke"] = np.full_like(knots["stroke"], 0.02)
    base = baselines_of(world, knots)
    blocks = [draw_block(SEED, b, world, indices=range(700), baselines=base) for b in range(2)]
    found = [r for r in recovered_hazard_ratios(blocks, world, 200) if r.condition == "stroke"]
    assert len(found) == 1
    assert abs(found[0].z) < 3.0
    assert found[0].low > 1.4
    assert coverage(found) == (float(found[0].covered), abs(found[0].z))


def test_every_sign_is_fitted_beside_its_study(bodies: Bodies) -> None:
    shown = {(e.condition, e.sign) for e in published_effects([bodies], _of_two(bodies))}
    assert shown == {("glaucoma_progression", "cdr_vertical_worst")}


def _of_two(bodies: Bodies) -> Parameters:
    """Return parameters with one sign alone, for which a thousand people are enough."""
    p = bodies.parameters
    conditions = {}
    for name, cause in p.conditions.items():
        kept = tuple(e for e in cause.effects if e.state == "cdr_vertical_worst")
        conditions[name] = cause.model_copy(update={"effects": kept})
    return p.model_copy(update={"conditions": conditions})


def test_concordance_of_three_people_by_hand() -> None:
    p = np.array([0.8, 0.5, 0.1])
    # Pairs p_i (1 - p_j): 1>2 .40, 1>3 .72, 2>3 .45 in order; 2>1 .10, 3>1 .02, 3>2 .05 against it.
    assert concordance(p, np.array([3.0, 2.0, 1.0])) == pytest.approx(1.57 / 1.74)
    assert concordance(p, np.array([1.0, 2.0, 3.0])) == pytest.approx(0.17 / 1.74)
    assert concordance(p, np.ones(3)) == pytest.approx(0.5)


def test_concordance_is_the_expectation_over_throws() -> None:
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.6, 60)
    score = p + rng.normal(0, 0.1, 60)
    throws = rng.random((4000, 60)) < p
    higher = (score[:, None] > score[None, :]).astype(float)
    above = np.einsum("ti,ij,tj->", throws.astype(float), higher, 1.0 - throws)
    pairs = (throws.sum(axis=1) * (~throws).sum(axis=1)).sum()
    assert concordance(p, score) == pytest.approx(above / pairs, abs=0.01)


def test_the_ladder_takes_people_until_it_has_enough_and_says_how_sure_it_is(
    bodies: Bodies,
) -> None:
    people = bodies.take(np.arange(400))
    rows = LadderRows(most_people=250)
    rows.add(people)
    gathered = dict(rows.people)
    rows.add(people)
    rungs = {rung.condition: rung for rung in rows.rungs()}
    enough = [name for name, number in gathered.items() if number >= 250]
    assert enough
    assert all(rows.people[name] == gathered[name] for name in enough)
    assert set(rungs) == {name for name, number in rows.people.items() if number >= 200}
    stroke = rungs["stroke"]
    assert stroke.people // FOLDS > 0
    assert 0.0 < stroke.gain_error < 0.2
    assert 0.0 < stroke.standard_error < 0.2
    assert stroke.age_sex < stroke.oracle
