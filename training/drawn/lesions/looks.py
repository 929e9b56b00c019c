"""How each kind of lesion looks: outline, edge, grain and colour.

Blood swallows light (a density, as of vessels in `retina.painting`). What lies beneath or within
the pigment epithelium changes how much of the fundus's own light comes back (a density too,
negative where it pales), so that it takes on the colour of a fair or a dark eye. What lies in the
retina, before the pigment, throws back its own colour. All set by eye and by plain statistics of
public photographs; no picture goes in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.frame import rgb
from training.drawn.lesions.lesion import LesionKind


def _none() -> FloatArray:
    return np.zeros(3, np.float32)


@dataclass(frozen=True)
class Look:
    """One kind's look; lengths in disc diameters."""

    density: FloatArray = field(default_factory=_none)
    """Optical density of the lesion at full strength, (3,)."""

    colour: FloatArray = field(default_factory=_none)
    """Colour that it throws back itself, (3,)."""

    opacity: float = 0.0
    """Share of what lies behind that its own colour hides."""

    lobes: float = 0.10
    """Size of the outline's large bumps, over its radius."""

    ragged: float = 0.10
    """Size of its small ones."""

    edge: float = 0.01
    """Width of the soft edge, no wider than the lesion."""

    grain: tuple[float, float] = (0.03, 0.03)
    """Size of the small bumps and of the mottling, along and across the lesion."""

    mottle: float = 0.15
    """How far the mottling thins the lesion."""

    hollow: float = 0.0
    """How much thinner it is at its edge than in the middle, beyond the soft edge."""

    above: bool = False
    """Whether it lies before the vessels."""


BLOOD = rgb(0.26, 0.86, 0.52)
"""A thick layer of blood: venules as wide as a trunk have about two thirds of this."""
LOOKS: dict[LesionKind, Look] = {
    LesionKind.MICROANEURYSM: Look(
        density=0.85 * BLOOD, lobes=0.05, ragged=0.0, edge=0.012, mottle=0.0
    ),
    LesionKind.BLOT: Look(
        density=BLOOD, lobes=0.20, ragged=0.10, edge=0.030, grain=(0.05, 0.05), mottle=0.25,
        hollow=0.35,
    ),
    LesionKind.FLAME: Look(
        density=0.95 * BLOOD, lobes=0.12, ragged=0.24, edge=0.030, grain=(0.28, 0.026),
        mottle=0.30, hollow=0.45, above=True,
    ),
    LesionKind.DISC_HAEMORRHAGE: Look(
        density=BLOOD, lobes=0.06, ragged=0.22, edge=0.020, grain=(0.20, 0.020), mottle=0.25,
        hollow=0.3, above=True,
    ),
    LesionKind.HARD_EXUDATE: Look(
        colour=rgb(1.06, 0.92, 0.40), opacity=0.88, lobes=0.16, ragged=0.12, edge=0.012,
        grain=(0.03, 0.03), mottle=0.12,
    ),
    LesionKind.COTTON_WOOL: Look(
        colour=rgb(1.02, 0.84, 0.50), opacity=0.66, lobes=0.14, ragged=0.06, edge=0.15,
        grain=(0.10, 0.035), mottle=0.22, hollow=0.40, above=True,
    ),
    LesionKind.IRMA: Look(density=0.55 * BLOOD, lobes=0.0, ragged=0.0, edge=0.006, mottle=0.0),
    LesionKind.VENOUS_BEADING: Look(
        density=0.28 * BLOOD, lobes=0.0, ragged=0.0, edge=0.016, mottle=0.0, above=True
    ),
    LesionKind.NEW_VESSEL: Look(
        density=0.52 * BLOOD, lobes=0.0, ragged=0.0, edge=0.008, mottle=0.0, above=True
    ),
    LesionKind.PRERETINAL: Look(
        density=0.9 * BLOOD, colour=rgb(0.40, 0.09, 0.035), opacity=0.90, lobes=0.06,
        ragged=0.03, edge=0.06, grain=(0.20, 0.20), mottle=0.10, above=True,
    ),
    LesionKind.FIBROSIS: Look(
        colour=rgb(0.95, 0.78, 0.48), opacity=0.55, lobes=0.0, ragged=0.0, edge=0.05,
        grain=(0.10, 0.10), mottle=0.35, above=True,
    ),
    LesionKind.LASER_SCAR: Look(
        density=rgb(-0.06, -0.25, -0.26), colour=rgb(0.86, 0.64, 0.38), opacity=0.34, lobes=0.14,
        ragged=0.10, edge=0.06, grain=(0.07, 0.07), mottle=0.35, hollow=0.2,
    ),
    LesionKind.HARD_DRUSEN: Look(
        density=rgb(-0.10, -0.36, -0.34), lobes=0.05, ragged=0.05, edge=0.010, mottle=0.0
    ),
    LesionKind.SOFT_DRUSEN: Look(
        density=rgb(-0.09, -0.32, -0.30), lobes=0.10, ragged=0.08, edge=0.035, mottle=0.1
    ),
    LesionKind.ATROPHY: Look(
        density=rgb(-0.16, -0.62, -0.62), lobes=0.13, ragged=0.035, edge=0.012,
        grain=(0.10, 0.10), mottle=0.1,
    ),
    LesionKind.NEOVASCULAR_MEMBRANE: Look(
        density=rgb(0.16, 0.06, 0.0), colour=rgb(0.55, 0.42, 0.25), opacity=0.30, lobes=0.12,
        ragged=0.08, edge=0.20, grain=(0.16, 0.16), mottle=0.3, hollow=0.3,
    ),
    LesionKind.SUBRETINAL_BLOOD: Look(
        density=0.95 * BLOOD, lobes=0.15, ragged=0.07, edge=0.08, grain=(0.10, 0.10), mottle=0.2,
        hollow=0.3,
    ),
    LesionKind.DISCIFORM_SCAR: Look(
        colour=rgb(0.98, 0.78, 0.46), opacity=0.58, lobes=0.14, ragged=0.06, edge=0.14,
        grain=(0.22, 0.22), mottle=0.35, hollow=0.2,
    ),
}  # fmt: skip

PIGMENT = rgb(0.95, 1.0, 0.75)
"""Density of clumped pigment in scars."""
PIGMENTED = {LesionKind.LASER_SCAR: 0.75, LesionKind.DISCIFORM_SCAR: 0.5}
"""How far each kind of scar is pigmented in the end."""
PIGMENT_YEARS = 1.5
"""A scar gathers its pigment in about this time (assumed)."""
