"""What a drawn eye is made of, before anything is drawn.

Lengths are in disc diameters (DD, about 1.8 mm). The origin is the centre of the disc, x points to
the nose and y down: every eye is drawn as a right one (in an OD photograph the nose is on the
right), and a left one is mirrored when its photograph is done. What the two eyes of a person share
(size and cup of the disc, pigment, calibre) hangs on the seed alone, the rest on seed and eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.drawn.eye_state import UM_PER_DD, EyeTraits

Points = npt.NDArray[np.float64]
"""Places (..., 2): x and y."""

FIELD_RADIUS = 3.5
"""45 degrees are about 13 mm of retina, seven disc diameters across."""


@dataclass(frozen=True)
class Anatomy:
    """One drawn eye's landmarks and traits, in disc diameters unless said otherwise."""

    fovea: tuple[float, float]
    field_centre: tuple[float, float]
    """Where the camera looks: near the fovea, a little towards the disc."""

    hub: tuple[float, float]
    """Where the central vessels come up through the disc."""

    disc_semi_axes: tuple[float, float]
    """Half width and half height of the disc, before any myopic tilt."""

    disc_torsion_deg: float
    """Turn of the disc's long axis, clockwise as one sees a right eye."""

    arcade_height: float
    """Height of the temporal arcades above and below the fovea."""

    arcade_heights: tuple[float, float]
    """Those of this eye's upper and lower arcade."""


def rng_of(seed: int, *parts: object) -> np.random.Generator:
    """Return a generator that is the same for the same seed and parts on every machine."""
    return np.random.default_rng([seed, *("/".join(map(str, parts))).encode()])


def draw_anatomy(traits: EyeTraits) -> Anatomy:
    """Return the anatomy of one eye."""
    person, own = rng_of(traits.seed, "person"), rng_of(traits.seed, "anatomy", traits.eye.value)
    half_height = 0.5 * traits.disc_height_um / UM_PER_DD
    arcade = person.uniform(1.75, 2.0)
    fovea = (-2.5 + own.normal(0, 0.05), 0.30 + own.normal(0, 0.05))
    aim = own.uniform((0.05, -0.25), (0.35, 0.05))
    return Anatomy(
        fovea=fovea,
        field_centre=(fovea[0] + aim[0], fovea[1] + aim[1]),
        hub=(own.uniform(0.07, 0.17), own.uniform(-0.04, 0.05)),
        disc_semi_axes=(half_height * person.uniform(0.86, 1.0), half_height),
        disc_torsion_deg=own.uniform(-8, 8),
        arcade_height=arcade,
        arcade_heights=(arcade * own.uniform(0.87, 1.1), arcade * own.uniform(0.9, 1.13)),
    )
