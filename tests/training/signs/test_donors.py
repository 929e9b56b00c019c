"""Readings of people who were never photographed err as those of people who were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.signs.donors import Donors, load_donors

M, N = 2000, 5000


@pytest.fixture(scope="module")
def donors() -> Donors:
    """Two signs: the first is read at half its size with an error, the second not at all."""
    rng = np.random.default_rng(0)
    true = rng.normal(size=(M, 2)).astype(np.float32)
    error = rng.normal(scale=0.3, size=M).astype(np.float32)
    read = np.stack([0.5 * true[:, 0] + error, error], axis=1)
    return Donors(true, read)


def test_readings_keep_slope_and_error(donors: Donors) -> None:
    true = np.random.default_rng(1).normal(size=(N, 2)).astype(np.float32)

    read = donors.readings(true, seed=3)

    slope, level = np.polyfit(true[:, 0], read[:, 0], 1)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert level == pytest.approx(0.0, abs=0.03)
    assert np.std(read[:, 0] - 0.5 * true[:, 0]) == pytest.approx(0.3, rel=0.05)


def test_errors_of_all_signs_come_from_one_photograph(donors: Donors) -> None:
    true = np.random.default_rng(2).normal(size=(N, 2)).astype(np.float32)

    read = donors.readings(true, seed=3)

    error = read[:, 0] - 0.5 * true[:, 0]
    assert np.corrcoef(error, read[:, 1])[0, 1] > 0.95


def test_where_readings_are_worse_they_are_worse_for_others_too() -> None:
    rng = np.random.default_rng(4)
    true = rng.uniform(-1.0, 1.0, size=(M, 1)).astype(np.float32)
    error = np.where(true > 0, 1.0, 0.1) * rng.normal(size=(M, 1))
    donors = Donors(true, (true + error).astype(np.float32))
    people = rng.uniform(-1.0, 1.0, size=(N, 1)).astype(np.float32)

    off = donors.readings(people, seed=5) - people

    assert off[people > 0.1].std() > 5.0 * off[people < -0.1].std()


def test_the_same_seed_reads_the_same(donors: Donors, tmp_path: Path) -> None:
    true = np.zeros((10, 2), np.float32)
    donors.save(tmp_path / "donors.npz")

    kept = load_donors(tmp_path / "donors.npz")

    assert np.array_equal(donors.readings(true, seed=1), kept.readings(true, seed=1))
    assert not np.array_equal(donors.readings(true, seed=1), donors.readings(true, seed=2))
