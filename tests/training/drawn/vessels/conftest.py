from __future__ import annotations

import pytest

from tests.training.drawn.vessels.made_by_hand import TRAITS
from training.drawn.anatomy import Anatomy, draw_anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.sample_eyes import HEALTHY
from training.drawn.vessels.grown import grow_vessels
from training.drawn.vessels.tree import VesselTrees


@pytest.fixture(scope="package")
def traits() -> EyeTraits:
    return TRAITS


@pytest.fixture(scope="package")
def anatomy() -> Anatomy:
    return draw_anatomy(TRAITS)


@pytest.fixture(scope="package")
def grown(anatomy: Anatomy) -> VesselTrees:
    return grow_vessels(TRAITS, anatomy)


@pytest.fixture(scope="package")
def healthy() -> EyeState:
    return HEALTHY
