"""Whom to photograph: everybody who had a rare event, some of the others, and weights for it.

A photograph takes a thousand times as long to draw as a body, and most people have no event. Each
person is chosen alone, with a chance that depends on what happened; the weight is its inverse, so
that weighted sums over the chosen are those over everybody (Horvitz & Thompson 1952).

Source: Prentice 1986, Biometrika 73:1, case-cohort; weights by the inverse chance: Barlow 1994.

Legend: N people, K conditions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Event
from edge_runtime.domain import FloatArray
from training.forecast.people import People


@dataclass(frozen=True)
class Chosen:
    """People's places among all, in order, and the weight of each."""

    place_N: npt.NDArray[np.intp]
    weight_N: FloatArray


def choose(people: People, wanted: int, cases_a_condition: int, seed: int) -> Chosen:
    """Return about `wanted` people, among them about `cases_a_condition` events of each condition.

    Fewer events than that are all taken. Raises ValueError when the cases alone would be more than
    are wanted.
    """
    had_NK = people.at_risk_NK & (people.event_NK == int(Event.EVENT))
    chance_K = np.minimum(cases_a_condition / np.maximum(had_NK.sum(axis=0), 1), 1.0)
    of_cases_N = (had_NK * chance_K).max(axis=1)
    chance_N = np.maximum(of_cases_N, _share_of_others(of_cases_N, wanted))
    taken = np.random.default_rng([seed, 7]).random(len(people)) < chance_N
    return Chosen(np.flatnonzero(taken), (1.0 / chance_N[taken]).astype(np.float32))


def first(number: int) -> Chosen:
    """Return the first people as they come, each for himself."""
    return Chosen(np.arange(number), np.ones(number, np.float32))


def _share_of_others(of_cases_N: np.ndarray, wanted: int) -> float:
    """Return the least chance of anybody that brings the expected number to what is wanted."""
    if of_cases_N.sum() > wanted:
        raise ValueError(
            f"the cases alone are {of_cases_N.sum():.0f} people, {wanted} are wanted: ask for "
            "fewer of each condition"
        )
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        if np.maximum(of_cases_N, middle).sum() < wanted:
            low = middle
        else:
            high = middle
    return high
