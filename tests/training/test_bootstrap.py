"""Intervals resample persons, not photographs."""

from __future__ import annotations

import numpy as np
import pytest

from training.bootstrap import interval_95


def test_the_interval_of_a_mean_is_that_of_the_normal_law(rng: np.random.Generator):
    values = rng.normal(10.0, 2.0, size=400)

    low, high = interval_95(list(values), [str(i) for i in range(400)])

    assert low == pytest.approx(values.mean() - 1.96 * 2.0 / 20, abs=0.06)
    assert high == pytest.approx(values.mean() + 1.96 * 2.0 / 20, abs=0.06)


def test_ten_photographs_of_one_person_tell_no_more_than_one(rng: np.random.Generator):
    values = rng.normal(0.0, 1.0, size=30)
    persons = [str(i) for i in range(30)]

    once = interval_95(list(values), persons)
    ten_times = interval_95(list(np.repeat(values, 10)), list(np.repeat(persons, 10)))

    assert ten_times == pytest.approx(once, abs=1e-9)


def test_values_without_persons_are_refused():
    with pytest.raises(ValueError, match="persons"):
        interval_95([1.0], [])
