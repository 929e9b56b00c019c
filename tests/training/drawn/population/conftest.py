"""One drawn block for every test that only reads it, and a world where hazards stand still."""

from __future__ import annotations

import numpy as np
import pytest

from training.drawn.population.baselines import Knots, baselines_of, cited_knots
from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import draw_block
from training.drawn.population.hazards import Baselines
from training.drawn.population.parameters import Parameters, reference_population

SEED = 11


@pytest.fixture(scope="session")
def reference() -> Parameters:
    return reference_population()


@pytest.fixture(scope="session")
def bodies(reference: Parameters) -> Bodies:
    return draw_block(SEED, 0, reference)


@pytest.fixture(scope="session")
def still_world(reference: Parameters) -> Parameters:
    """Return parameters by which no state moves any hazard."""

    def stilled(cause: object) -> object:
        return cause.model_copy(update={"effects": ()})  # type: ignore[attr-defined]

    conditions = {name: stilled(cause) for name, cause in reference.conditions.items()}
    death = stilled(reference.death)
    return reference.model_copy(update={"conditions": conditions, "death": death})


@pytest.fixture(scope="session")
def still_baselines(still_world: Parameters) -> Baselines:
    """Return 0.04 events a year of everything and 0.02 deaths, at every age."""
    knots: Knots = {n: np.full_like(k, 0.04) for n, k in cited_knots(still_world).items()}
    knots["death"] = np.full_like(knots["death"], 0.02)
    return baselines_of(still_world, knots)
