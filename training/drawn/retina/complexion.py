"""How one person's fundus looks beyond what `EyeTraits` names: hue, grain, strength of each sign.

Median colours and their spread over eyes were set against six public sets (DRIVE, HRF, DRISHTI-GS,
SRAHIM, GRAPE, CHASEDB1, people of role train): green over red 0.31 to 0.52 with a deviation of 0.08
inside each set, blue over red 0.06 to 0.30 with 0.06. What differs between sets is the camera's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import rng_of
from training.drawn.eye_state import EyeTraits
from training.drawn.frame import rgb

FAIR, MIDDLE, DARK = rgb(0.91, 0.48, 0.26), rgb(0.84, 0.37, 0.17), rgb(0.52, 0.205, 0.115)
"""Colour of the fundus by pigmentation 0, 0.5 and 1, before the fall of light to the edge."""


@dataclass(frozen=True)
class Complexion:
    """One person's, shared by both eyes; strengths are about 1 on average."""

    ground: FloatArray
    """Colour (3,) of choroid and pigment epithelium between the vessels."""

    patchiness: float
    graininess: float
    macular_pigment: float
    sheen: float
    """Brightness of nerve fibres and of the inner limiting membrane, besides that of age."""

    choroid_calibre: float
    blood: float
    """Contrast of the vessels."""

    reflex: float
    """Brightness of the line along the vessels."""

    disc_hue: FloatArray
    """Factors (3,) on the disc's colours, besides what the ground gives them."""

    disc_softness: float
    rim_pigment: float
    """Dark pigment at the temporal margin of the disc: 0 in most, up to 1."""


def complexion_of(traits: EyeTraits) -> Complexion:
    """Return what the person's seed and pigmentation make of the fundus."""
    rng = rng_of(traits.seed, "complexion")
    yellow, blue, light = rng.normal(0, 1, 3).clip(-1.7, 1.7)
    tint = np.exp(
        rgb(0.05 * light, 0.05 * light + 0.10 * yellow, 0.04 * light + 0.13 * yellow + 0.12 * blue)
    )
    return Complexion(
        ground=np.asarray(_ground(traits.pigmentation) * tint, np.float32),
        patchiness=float(np.exp(rng.normal(0, 0.35))),
        graininess=float(np.exp(rng.normal(0, 0.45))),
        macular_pigment=float(np.exp(rng.normal(0, 0.3))),
        sheen=float(np.exp(rng.normal(0, 0.35))),
        choroid_calibre=float(np.exp(rng.normal(0, 0.12))),
        blood=float(np.exp(rng.normal(0, 0.18))),
        reflex=float(np.exp(rng.normal(0, 0.4))),
        disc_hue=np.exp(rng.normal(0, (0.02, 0.045, 0.08))).astype(np.float32),
        disc_softness=float(np.exp(rng.normal(0, 0.35))),
        rim_pigment=float(max(0.0, rng.normal(-0.2, 0.6))),
    )


def _ground(pigmentation: float) -> FloatArray:
    """Return the colour between the three anchors, mixed as densities are."""
    lighter, darker = (FAIR, MIDDLE) if pigmentation < 0.5 else (MIDDLE, DARK)
    share = np.float32(2 * pigmentation - (0 if pigmentation < 0.5 else 1))
    return np.asarray(lighter ** (1 - share) * darker**share, np.float32)
