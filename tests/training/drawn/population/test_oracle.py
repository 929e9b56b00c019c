"""The oracle against closed forms, against itself, and against what befalls people."""

from __future__ import annotations

import numpy as np
import pytest

from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import draw_block
from training.drawn.population.hazards import Baselines
from training.drawn.population.oracle import HORIZONS_YEARS, expected, expected_at, oracle
from training.drawn.population.parameters import CONDITIONS, Parameters

pytestmark = pytest.mark.slow

SEED = 11
CVD = CONDITIONS.index("ischaemic_cvd")


@pytest.fixture(scope="module")
def still(still_world: Parameters, still_baselines: Baselines) -> Bodies:
    return draw_block(SEED, 0, still_world, indices=range(60), baselines=still_baselines)


def test_constant_hazards_give_the_closed_form(still: Bodies) -> None:
    found = expected(still, 0, futures=64)
    at_risk = np.isfinite(found.cumulative_incidence[:, CVD, 0])
    assert at_risk.sum() > 30
    for k, years in enumerate(HORIZONS_YEARS):
        truth = 0.04 / 0.06 * (1.0 - np.exp(-0.06 * years))
        mean = found.cumulative_incidence[at_risk, CVD, k].mean()
        error = found.standard_error[at_risk, CVD, k].mean() / np.sqrt(at_risk.sum())
        assert mean == pytest.approx(truth, abs=5 * error + 1e-4)
        each = found.cumulative_incidence[at_risk, CVD, k] - truth
        assert np.abs(each).max() < 5 * found.standard_error[at_risk, CVD, k].max() + 1e-4


def test_a_person_alone_has_the_same_oracle(bodies: Bodies) -> None:
    among = oracle(bodies.take(np.arange(40, 44)), 0, futures=8)
    alone = oracle(bodies.take(np.array([42])), 0, futures=8)
    np.testing.assert_allclose(alone[0], among[2], rtol=1e-5)


def test_horizons_rise_and_stay_below_one(bodies: Bodies) -> None:
    found = oracle(bodies.take(np.arange(30)), 0, futures=8)
    known = found[np.isfinite(found).all(axis=2)]
    assert np.all(np.diff(known, axis=1) >= 0)
    assert known.min() >= 0
    assert known.max() < 1


def test_nan_stands_for_not_at_risk_and_for_no_visit(bodies: Bodies) -> None:
    part = bodies.take(np.arange(60))
    found = oracle(part, 2, futures=4)
    came = np.isfinite(part.visit_years[:, 2])
    assert np.isnan(found[~came]).all()
    moments = part.moment(part.visit_years[came, 2])
    for k, name in enumerate(CONDITIONS):
        risk = part.at_risk[name][came, moments]
        np.testing.assert_array_equal(np.isfinite(found[came, k, 0]), risk, name)


def test_the_oracle_never_reads_what_happened(bodies: Bodies) -> None:
    part = bodies.take(np.arange(6))
    first = int(part.moment(0.0))
    for array in part.states.values():
        array[..., first + 1 :] = np.nan
    changed = oracle(part, 0, futures=4)
    np.testing.assert_array_equal(changed, oracle(bodies.take(np.arange(6)), 0, futures=4))


def test_on_average_the_oracle_foretells_what_happens(bodies: Bodies) -> None:
    found = expected_at(bodies, np.zeros(len(bodies), np.float32), futures=8)
    for k, name in enumerate(CONDITIONS):
        chance = found.cumulative_incidence[:, k, -1].astype(float)
        risk = np.isfinite(chance)
        happened = bodies.event_years[name][risk] <= 10.0
        spread = np.sqrt((chance[risk] * (1 - chance[risk])).sum())
        assert abs(happened.sum() - chance[risk].sum()) < 4 * spread + 1, name


def test_more_futures_err_less(bodies: Bodies) -> None:
    part, zero = bodies.take(np.arange(40)), np.zeros(40, np.float32)
    few, many = (expected_at(part, zero, futures=n).standard_error for n in (8, 72))
    assert np.nanmean(many) == pytest.approx(np.nanmean(few) / 3.0, rel=0.35)


def test_one_future_has_no_error(bodies: Bodies) -> None:
    with pytest.raises(ValueError, match="two futures"):
        oracle(bodies.take(np.array([0])), 0, futures=1)
