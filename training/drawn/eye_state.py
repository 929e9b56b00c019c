"""What is true of one eye: what stays (`EyeTraits`) and what a visit finds (`EyeState`).

The bodies of `training.drawn.population` say how these move; vessels, retina, lesions and camera
draw them and decide nothing. Lengths on the retina are in standard disc diameters (DD) of 1800 um,
whatever the size of this eye's own disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge_runtime.domain import Eye

UM_PER_DD = 1800.0
"""The convention by which fundus measurements become micrometres (Knudtson 2003)."""


@dataclass(frozen=True)
class EyeTraits:
    """What an eye keeps for life. Two eyes of one person share all but `eye`."""

    seed: int
    """The person's own; with `eye` it fixes everything that this record does not name."""

    eye: Eye

    pigmentation: float
    """Darkness of choroid and pigment epithelium, 0 fair to 1 dark."""

    disc_height_um: float
    """Vertical diameter of this eye's disc, about 1500 to 2200."""


@dataclass(frozen=True)
class EyeState:
    """An eye at one moment; shares and grades of severity run from 0 (none) to 1 (all)."""

    age_years: float

    crae_um: float
    """Central retinal arteriolar equivalent, in true micrometres: six widest, zone B."""

    crve_um: float
    """Central retinal venular equivalent, likewise."""

    tortuosity: float
    """Bends of the vessels over those that this eye grew with: 1 as grown, 2 twice as high."""

    rarefaction: float
    """Share of the visible twigs that are gone, thinnest first, 0 to 0.5."""

    nicking: float
    """How far arterioles press venules in where they cross, 0 to 1."""

    cdr_vertical: float
    """Height of the cup over that of the disc, 0.1 to 0.95."""

    notch_depth: float
    """Rim lost beyond the even widening of the cup, at `notch_clock_hour`, as a share of it."""

    notch_clock_hour: float
    """Clock hour of the notch as one sees a right eye (12 above, 9 to the temple); 6 or so."""

    nerve_fibre_loss: float
    """Share of the nerve fibres' sheen that is lost, most along the notch's bundle."""

    disc_haemorrhage: bool

    peripapillary_atrophy_dd: float
    """Width of the pale temporal crescent."""

    disc_tilt: float
    """Narrowing of the disc by its myopic tilt: 0 none, 0.4 an oval 0.6 as wide as high."""

    tessellation: float
    """How far the choroidal vessels show through, 0 to 1."""

    dr_severity: float
    """Continuous severity of diabetic retinopathy, 0 to 5; its floor is the ICDR grade, 0 to 4."""

    oedema_severity: float
    """Leakage at the macula, 0 to 1: exudates within one DD of the fovea from 0.5 on."""

    laser_years: float | None
    """When panretinal laser was given, in years since the first visit; None never."""

    drusen_area_dd2: float
    """Area of drusen within two DD of the fovea."""

    geographic_atrophy_dd2: float
    """Area of geographic atrophy."""

    neovascular_amd_years: float | None
    """When choroidal neovascularisation began, in years since the first visit; None never."""

    media_opacity: float
    """Clouding and yellowing of lens and vitreous, 0 to 1; from about 0.7 nothing can be read."""


class EyeHistory(Protocol):
    """An eye over time, for what depends on its past (a lesion lives from birth to death)."""

    @property
    def traits(self) -> EyeTraits:
        """What the eye keeps for life."""
        ...

    def at(self, years: float) -> EyeState:
        """Return the state `years` after the person's first visit (negative: before it)."""
        ...
