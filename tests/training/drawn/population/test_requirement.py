"""People chosen by a requirement, and weights that undo the choice."""

from __future__ import annotations

import numpy as np
import pytest

from training.drawn.population.bodies import Bodies
from training.drawn.population.requirement import Requirement, RequirementError, Share


def test_terms_must_all_hold(bodies: Bodies) -> None:
    met = Requirement.parse("type_2_diabetes, age_years<60 ,sex==M").met(bodies)
    states = bodies.states
    truth = (states["type_2_diabetes"][:, 20] > 0) & (states["age_years"][:, 20] < 60)
    np.testing.assert_array_equal(met, truth & (bodies.fixed["sex"] == 1))


def test_a_grade_is_the_worse_eyes(bodies: Bodies) -> None:
    met = Requirement.parse("dr_grade>=1").met(bodies)
    worst = bodies.states["dr_severity"][:, :, 20].max(axis=1)
    np.testing.assert_array_equal(met, worst >= 1)


def test_more_people_have_glaucoma_later(bodies: Bodies) -> None:
    require = Requirement.parse("glaucoma")
    assert require.met(bodies, 14.0).sum() > require.met(bodies).sum() > 0


def test_years_may_differ_by_person(bodies: Bodies) -> None:
    years = np.where(np.arange(len(bodies)) % 2, 0.0, 10.0)
    met = Requirement.parse("age_years>=70").met(bodies, years)
    now, later = (Requirement.parse("age_years>=70").met(bodies, y) for y in (0.0, 10.0))
    np.testing.assert_array_equal(met, np.where(np.arange(len(bodies)) % 2, now, later))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at least one term"),
        ("dr_grade>>3", "no value"),
        ("dr_grade", "needs a comparison"),
        ("sex==X", "no value"),
        ("age_years<old", "no value"),
        ("DR>=3", "no term"),
        ("glaucoma,,", "no term"),
    ],
)
def test_a_requirement_that_cannot_be_read_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RequirementError, match=reason):
        Requirement.parse(text)


def test_a_state_that_nobody_has_is_refused(bodies: Bodies) -> None:
    with pytest.raises(RequirementError, match="shoe_size"):
        Requirement.parse("shoe_size>43").met(bodies)


def test_weights_of_an_enriched_sample_give_back_the_rate_of_all(bodies: Bodies) -> None:
    met = Requirement.parse("type_2_diabetes").met(bodies)
    smokes = bodies.states["smoking_current"][:, 20]
    share = Share(drawn=len(bodies), met=int(met.sum()))
    rng = np.random.default_rng(0)
    inside = rng.choice(np.flatnonzero(met), 3000)
    outside = rng.choice(np.flatnonzero(~met), 1000)
    sample = np.concatenate([inside, outside])
    weights = share.weights(met[sample])
    assert weights.mean() == pytest.approx(1.0, rel=1e-5)
    assert np.average(met[sample], weights=weights) == pytest.approx(share.value, rel=1e-5)
    assert np.average(smokes[sample], weights=weights) == pytest.approx(smokes.mean(), abs=0.03)


def test_a_sample_of_those_alone_stands_for_their_share() -> None:
    np.testing.assert_allclose(Share(200, 30).weights(np.ones(5, bool)), 0.15)
    np.testing.assert_allclose(Share(200, 30).weights(np.zeros(5, bool)), 0.85)
