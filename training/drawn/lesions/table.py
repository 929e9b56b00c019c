"""The rules of diabetic retinopathy, one record a kind of lesion: how many, how long, where.

`counts` are the lesions of an average eye at severities 1, 2, 3, 4 and 5, straight lines between;
below `from_severity` there are none, from there on at least `sure`, which lie inside the
photograph's field. An eye's own factor spreads about 1 with `spread` (log SD), so that eyes of one
grade differ. More severity never means fewer lesions of a kind. What has no source is assumed, set
by eye against public photographs.

The grade is the ICDR scale of Wilkinson et al. 2003, Ophthalmology 110:1677: 1 micro-aneurysms
only; 2 more than that; 3 more than 20 haemorrhages in each quadrant, or beading of veins in two
quadrants, or IRMA in one (`SEVERE_SIGNS`); 4 new vessels or blood before the retina.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from training.drawn.lesions.lesion import LesionKind


class Where(Enum):
    """Where lesions of a kind lie (`places.py` has the maps)."""

    POSTERIOR = "posterior pole, thinning outwards, most to the temple of the fovea"
    ROUND_THE_DISC = "nerve-fibre layer within three DD of the disc, not the macula"
    MACULA_EDGE = "a ring of 1 to 3 DD about the fovea"
    ARCADES = "along the arcades and beyond, never the macula"


@dataclass(frozen=True)
class Rule:
    """How one kind of lesion behaves. Radii are half lengths in um: median, log SD, bounds."""

    kind: LesionKind
    from_severity: float
    counts: tuple[float, float, float, float, float]
    sure: int
    most: int
    spread: float
    life_years: tuple[float, float]
    """Median and log SD."""

    stays: float
    """Share that never goes."""

    radius_um: tuple[float, float, float, float]
    aspect: tuple[float, float]
    where: Where
    source: str


DIABETIC_RULES: tuple[Rule, ...] = (
    Rule(
        LesionKind.MICROANEURYSM, 1.0, (2, 8, 28, 34, 34), 1, 70, 0.45, (1.3, 0.9), 0.40,
        (22, 0.35, 10, 45), (1.0, 1.3), Where.POSTERIOR,
        "58 % still there after 1 year and 48 % after 2: Hellstedt 1996, Br J Ophthalmol 80:135;"
        " counts and sizes assumed",
    ),
    Rule(
        LesionKind.BLOT, 2.0, (0, 2, 26, 36, 40), 1, 56, 0.45, (0.35, 0.5), 0.0,
        (62, 0.50, 28, 260), (1.0, 1.9), Where.POSTERIOR, "assumed",
    ),
    Rule(
        LesionKind.FLAME, 2.2, (0, 0, 7, 11, 12), 0, 22, 0.6, (0.2, 0.4), 0.0,
        (190, 0.45, 80, 520), (2.4, 4.8), Where.ROUND_THE_DISC, "assumed",
    ),
    Rule(
        LesionKind.HARD_EXUDATE, 2.1, (0, 0.5, 5, 6, 6), 0, 13, 0.75, (2.0, 0.6), 0.0,
        (15, 0.80, 6, 120), (1.0, 1.8), Where.MACULA_EDGE,
        "clusters, of which the radius is that of one speck; assumed",
    ),
    Rule(
        LesionKind.COTTON_WOOL, 2.3, (0, 0, 2.2, 3.0, 3.0), 0, 9, 0.8, (2.0, 0.35), 0.0,
        (230, 0.40, 100, 520), (1.0, 1.5), Where.ROUND_THE_DISC,
        "half-life 8 to 17 months: Kohner 1969, Diabetes 18:691; counts and sizes assumed",
    ),
    Rule(
        LesionKind.NEW_VESSEL, 4.0, (0, 0, 0, 1, 5), 1, 6, 0.4, (2.0, 0.1), 1.0,
        (900, 0.35, 450, 1700), (1.0, 1.0), Where.ARCADES, "assumed",
    ),
    Rule(
        LesionKind.PRERETINAL, 4.1, (0, 0, 0, 0.2, 1.6), 0, 2, 0.6, (0.4, 0.4), 0.0,
        (1100, 0.35, 500, 2100), (1.1, 1.7), Where.ARCADES, "assumed",
    ),
    Rule(
        LesionKind.FIBROSIS, 4.3, (0, 0, 0, 0, 3), 0, 3, 0.4, (2.0, 0.1), 1.0,
        (1500, 0.3, 800, 2600), (1.0, 1.0), Where.ARCADES, "assumed",
    ),
)  # fmt: skip

LEAST_LIFE_YEARS = 0.15
"""No lesion comes and goes between two looks of eight weeks apart."""

QUADRANT_HAEMORRHAGES = 23
"""Haemorrhages in each quadrant of an eye that is severe by them: the rule says more than 20."""


@dataclass(frozen=True)
class SevereSign:
    """One of the three ways to grade 3: share of the eyes that reach it so; lesions it brings."""

    share: float
    lesions: int
    radius_um: float
    source: str


SEVERE_SIGNS: dict[LesionKind, SevereSign] = {
    LesionKind.IRMA: SevereSign(0.55, 4, 330.0, "assumed"),
    LesionKind.VENOUS_BEADING: SevereSign(0.35, 2, 700.0, "two quadrants: Wilkinson 2003; assumed"),
    LesionKind.BLOT: SevereSign(0.20, 4 * QUADRANT_HAEMORRHAGES, 55.0, "Wilkinson 2003; assumed"),
}
LATER_SIGN = (0.4, 4.0)
"""Signs that an eye did not become severe by come at 3 plus this much severity (assumed)."""

OEDEMA_FROM = 0.5
"""Severity of oedema from which exudates lie within one DD of the fovea."""
OEDEMA_CLUSTERS = (2, 7)
"""Clusters there at that severity and at the highest."""
SPECKS = (6, 46)
"""Fewest and most specks of a cluster of hard exudates."""
CIRCINATE = 0.25
"""Share of the clusters that are rings about a leak."""
MACULA_RADIUS = 1.0
"""The macula of the grading rules: one DD about the fovea."""
