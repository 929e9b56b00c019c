"""The chance that a person is born with and begins with: deviates by name, one row a person.

Every stream of a person comes from a generator of (seed, block, place in the block, stream), so
that a person is the same alone, in a block, and on any number of workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from training.drawn.population.body import STATES
from training.drawn.population.lanes import NORMALS, UNIFORMS, Array, Chance
from training.drawn.population.parameters import CAUSES

_EYED = (
    "disc_height", "crae", "crve", "wear", "cdr", "atrophy", "tilt", "tessellation", "nerve",
    "drusen", "refraction", "media", "iop", "oedema",
)  # fmt: skip
_OWN = (
    "hba1c_rise", "pigmentation", "disc_height", "rarefaction", "nicking", "tortuosity", "cdr",
    "neurodegeneration", "neurodegeneration_trend", "nerve", "drusen", "drusen_trend",
    "refraction", "refraction_per_year", "axial", "media", "rim_share", "glaucoma",
)  # fmt: skip
CORRELATED = (*STATES, "crae", "crve")
ENTRY_NORMALS = (
    *CORRELATED,
    *(f"{name}_trend" for name in STATES),
    *(f"{name}_wave" for name in STATES),
    "calibre_wave",
    *(f"own_{name}" for name in _OWN),
    *(f"{name}_{eye}" for name in _EYED for eye in ("od", "os")),
    *(f"had_{name}" for name in CAUSES),
)
ENTRY_UNIFORMS = (
    "young", "sex", "age_band", "age", "smoking", "antihypertensive", "glucose_lowering",
    "iop_lowering", "statin", "manifest", "dr_grade", "diabetes_years", "dr_gap", "dr_fraction",
    "stroke_kind", "lead_diabetic", "lead_glaucoma", "lead_macula", "neovascular_od",
    "neovascular_os", "notch_od", "notch_os", "notch_hour_od", "notch_hour_os", "amd_years",
    *(f"clock_{name}" for name in CAUSES),
)  # fmt: skip


LONGEST_STEPS = 80
"""Twenty years: normals are drawn for all of them, so that a shorter history is a beginning."""


class Stream(IntEnum):
    """What a person's chance is for; each has a generator of its own."""

    ENTRY = 0
    STEPS = 1
    VISITS = 2
    MEASURED = 3
    FUTURES = 4
    EYES = 5


def generator(seed: int, block: int, index: int, *parts: int) -> np.random.Generator:
    """Return the generator of one person of a block and one stream."""
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence([seed, block, index, *parts]))
    )


@dataclass(frozen=True)
class Deviates:
    """Deviates of many people: rows are names, columns people."""

    names: dict[str, int]
    values: Array

    def __getitem__(self, name: str) -> Array:
        return np.asarray(self.values[self.names[name]])

    def eyes(self, name: str) -> Array:
        """Return both eyes' deviates (people, 2)."""
        return np.stack([self[f"{name}_od"], self[f"{name}_os"]], axis=1)


def entry_deviates(seed: int, block: int, indices: Sequence[int]) -> tuple[Deviates, Deviates]:
    """Return the normals and uniforms that people begin with."""
    normals = np.empty((len(indices), len(ENTRY_NORMALS)), np.float32)
    uniforms = np.empty((len(indices), len(ENTRY_UNIFORMS)), np.float32)
    for row, index in enumerate(indices):
        rng = generator(seed, block, index, Stream.ENTRY)
        rng.standard_normal(dtype=np.float32, out=normals[row])
        rng.random(dtype=np.float32, out=uniforms[row])
    return (
        Deviates({n: i for i, n in enumerate(ENTRY_NORMALS)}, np.ascontiguousarray(normals.T)),
        Deviates({n: i for i, n in enumerate(ENTRY_UNIFORMS)}, np.ascontiguousarray(uniforms.T)),
    )


def step_chances(seed: int, block: int, indices: Sequence[int], steps: int) -> list[Chance]:
    """Return the chance of every step; fewer steps are the beginning of more."""
    normals = np.empty((len(indices), steps, len(NORMALS)), np.float32)
    uniforms = np.empty((len(indices), steps, len(UNIFORMS)), np.float32)
    for row, index in enumerate(indices):
        rng = generator(seed, block, index, Stream.STEPS)
        drawn = rng.standard_normal((LONGEST_STEPS, len(NORMALS)), dtype=np.float32)
        normals[row] = drawn[:steps]
        rng.random(dtype=np.float32, out=uniforms[row])
    by_step = np.ascontiguousarray(normals.transpose(1, 2, 0))
    by_step_uniform = np.ascontiguousarray(uniforms.transpose(1, 2, 0))
    return [Chance(n, u) for n, u in zip(by_step, by_step_uniform, strict=True)]


def correlate(normals: Deviates, factor: npt.NDArray[np.float64]) -> dict[str, Array]:
    """Return people's own levels by name, correlated by a Cholesky factor.

    Terms are added in one order: a matrix product would round by the number of people.
    """
    weights = np.asarray(factor, np.float32)
    found: dict[str, Array] = {}
    for i, name in enumerate(CORRELATED):
        level = np.zeros_like(normals[name])
        for j in range(i + 1):
            level += weights[i, j] * normals[CORRELATED[j]]
        found[name] = level
    return found
