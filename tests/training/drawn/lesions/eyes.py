"""Eyes with a known course, for the tests of lesions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from edge_runtime.domain import Eye, FloatArray, FovCircle
from training.drawn import sample_eyes
from training.drawn.anatomy import FIELD_RADIUS, Anatomy, draw_anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame
from training.drawn.lesions.catalogue import LesionCatalogue, catalogue_of
from training.drawn.lesions.lesion import Lesion, LesionKind
from training.drawn.vessels.grown import grow_vessels
from training.drawn.vessels.tree import VesselTrees

WELL = replace(sample_eyes.HEALTHY, age_years=60.0)


TREE_SEED = 3


@dataclass(frozen=True)
class Course:
    """An eye over time whose severity of retinopathy rises in a straight line."""

    traits: EyeTraits
    state: EyeState
    rise_per_year: float = 0.0

    def at(self, years: float) -> EyeState:
        severity = np.clip(self.state.dr_severity + self.rise_per_year * years, 0, 5)
        return replace(self.state, dr_severity=float(severity))


def traits_of(seed: int, eye: Eye = Eye.OD) -> EyeTraits:
    return EyeTraits(seed, eye, pigmentation=0.45, disc_height_um=1850.0)


@cache
def trees_of(seed: int, eye: Eye) -> VesselTrees:
    traits = traits_of(seed, eye)
    return grow_vessels(traits, draw_anatomy(traits))


def anatomy_of(seed: int, eye: Eye = Eye.OD) -> Anatomy:
    return draw_anatomy(traits_of(seed, eye))


def catalogue(
    seed: int, rise_per_year: float = 0.0, eye: Eye = Eye.OD, **state: Any
) -> LesionCatalogue:
    """Return the lesions of an eye in this state; growing vessels is slow, so eyes share a tree."""
    course = Course(traits_of(seed, eye), replace(WELL, **state), rise_per_year)
    trees = trees_of(TREE_SEED, eye)
    return catalogue_of(course, anatomy_of(seed, eye), trees.arterioles, trees.venules)


def frame_of(anatomy: Anatomy, side_px: int = 512, mirrored: bool = False) -> Frame:
    circle = FovCircle((side_px - 1) / 2, (side_px - 1) / 2, 0.5 * side_px)
    return Frame(
        side_px, side_px, circle, circle.radius_px / FIELD_RADIUS, anatomy.field_centre,
        mirrored=mirrored,
    )  # fmt: skip


def fundus(frame: Frame, level: tuple[float, float, float] = (0.8, 0.35, 0.16)) -> FloatArray:
    return np.broadcast_to(np.array(level, np.float32), (*frame.shape, 3)).copy()


def of_kind(lesions: list[Lesion], *kinds: LesionKind) -> list[Lesion]:
    return [lesion for lesion in lesions if lesion.kind in kinds]


def from_fovea(lesion: Lesion, anatomy: Anatomy) -> float:
    return float(np.hypot(lesion.xy[0] - anatomy.fovea[0], lesion.xy[1] - anatomy.fovea[1]))
