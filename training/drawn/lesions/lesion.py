"""One lesion of one eye at one moment, as the catalogue lists it and the painter draws it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt


class LesionKind(str, Enum):
    """What a lesion is. Its value names it in tables; `MASKS_OF` says which masks it fills."""

    MICROANEURYSM = "microaneurysm"
    BLOT = "blot_haemorrhage"
    FLAME = "flame_haemorrhage"
    HARD_EXUDATE = "hard_exudate"
    COTTON_WOOL = "cotton_wool_spot"
    IRMA = "irma"
    VENOUS_BEADING = "venous_beading"
    NEW_VESSEL = "new_vessel"
    PRERETINAL = "preretinal_haemorrhage"
    FIBROSIS = "fibrosis"
    LASER_SCAR = "laser_scar"
    DISC_HAEMORRHAGE = "disc_haemorrhage"
    HARD_DRUSEN = "hard_drusen"
    SOFT_DRUSEN = "soft_drusen"
    ATROPHY = "geographic_atrophy"
    NEOVASCULAR_MEMBRANE = "neovascular_membrane"
    SUBRETINAL_BLOOD = "subretinal_haemorrhage"
    DISCIFORM_SCAR = "disciform_scar"


MASKS_OF: dict[LesionKind, tuple[str, ...]] = {
    LesionKind.MICROANEURYSM: ("microaneurysm",),
    LesionKind.BLOT: ("haemorrhage",),
    LesionKind.FLAME: ("haemorrhage",),
    LesionKind.HARD_EXUDATE: ("hard_exudate",),
    LesionKind.COTTON_WOOL: ("soft_exudate",),
    LesionKind.IRMA: ("irma",),
    LesionKind.VENOUS_BEADING: ("venous_beading",),
    LesionKind.NEW_VESSEL: ("new_vessel",),
    LesionKind.PRERETINAL: ("haemorrhage", "preretinal_haemorrhage"),
    LesionKind.FIBROSIS: ("fibrosis",),
    LesionKind.LASER_SCAR: ("laser_scar",),
    LesionKind.DISC_HAEMORRHAGE: ("haemorrhage", "disc_haemorrhage"),
    LesionKind.HARD_DRUSEN: ("drusen",),
    LesionKind.SOFT_DRUSEN: ("drusen",),
    LesionKind.ATROPHY: ("geographic_atrophy",),
    LesionKind.NEOVASCULAR_MEMBRANE: ("neovascular_membrane",),
    LesionKind.SUBRETINAL_BLOOD: ("haemorrhage", "subretinal_haemorrhage"),
    LesionKind.DISCIFORM_SCAR: ("disciform_scar",),
}
"""Masks by the names of manifest columns (`lesion_<name>`).

`microaneurysm`, `haemorrhage`, `hard_exudate` and `soft_exudate` (cotton wool) mean what they mean
in IDRiD (training.cohort.idrid_lesions), whose haemorrhages are of every shape and depth.
"""

MASK_NAMES = tuple(dict.fromkeys(name for names in MASKS_OF.values() for name in names))
"""Every mask that may be written, for the columns of a manifest."""


LEAST_STRENGTH = 0.35
"""A lesion that is there can be seen: its colour is never weaker than this."""


class Cause(Enum):
    """What a lesion comes from: an exudate may be diabetic or leak from a membrane."""

    RETINOPATHY = "retinopathy"
    OEDEMA = "oedema"
    LASER = "laser"
    GLAUCOMA = "glaucoma"
    MACULAR_DEGENERATION = "macular_degeneration"


Dots = npt.NDArray[np.float64]
"""Places and radii (N, 3) in DD: what is drawn as a line is a row of small discs."""


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion; lengths in disc diameters, angles in the frame of `Anatomy` (x nasal, y down)."""

    kind: LesionKind
    cause: Cause
    xy: tuple[float, float]
    radius: float
    """Half its length."""

    aspect: float
    """Length over width, 1 or more."""

    angle_rad: float
    """Direction of its length."""

    seed: int
    """Of its outline and grain; the same lesion keeps it for life."""

    age_years: float
    strength: float
    """Share of its full colour, never less than `LEAST_STRENGTH`: a lesion comes and fades."""

    dots: Dots | None = None
    """The course of a lesion made of lines (new vessels, IRMA, fibrosis, beading)."""
