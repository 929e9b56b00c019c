"""The great vessels that an eye is planned with before the rest grows between them.

Arteriole and venule of an arcade share its course but wander apart by turns above and below it,
and so cross a time or two. Where a trunk forks differs: before the margin of the disc, at it or
well beyond; upper and lower trunks may come up through the disc apart from each other.
Proportions assumed, set by eye against public photographs and masks, unless a source is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.drawn.anatomy import Anatomy, Points, rng_of
from training.drawn.eye_state import EyeTraits
from training.drawn.vessels.tree import Kind

# Each course is (x in disc diameters, height over the line from disc to fovea).
ARCADE = np.array(
    (
        (0.09, 0.11),
        (0.06, 0.24),
        (-0.06, 0.45),
        (-0.56, 0.75),
        (-1.5, 0.94),
        (-2.5, 1.0),
        (-3.5, 0.95),
        (-4.5, 0.86),
        (-5.6, 0.8),
        (-6.8, 0.8),
    )
)
"""The great vessel around the macula; heights are shares of the eye's arcade height."""
INNER_ARCADE = np.array(((-0.35, 0.40), (-0.85, 0.50), (-1.6, 0.58), (-2.5, 0.60), (-3.6, 0.52)))
OUTER_ARCADE = np.array(
    ((-0.10, 0.60), (-0.40, 1.0), (-1.0, 1.4), (-1.8, 1.7), (-2.7, 2.05), (-3.6, 2.5))
)
"""Where a kind has two temporal vessels above or below, the second takes one of these courses."""
HALVES = (-1.0, 1.0)
"""Upper and lower: where y points."""
SECOND_ARCADE_SHARE = {Kind.ARTERIOLE: 0.85, Kind.VENULE: 0.6}
INNER_SHARE = {Kind.ARTERIOLE: 0.6, Kind.VENULE: 0.35}
HEMI_CENTRAL_SHARE = 0.3
"""Eyes whose upper and lower trunk of a kind come up apart."""
CILIORETINAL_SHARE = 0.15
"""Eyes with a cilioretinal arteriole that ophthalmoscopy shows (Justice & Lehmann 1976, Arch
Ophthalmol 94:1355-1358 found more, by angiography; the share seen in photographs is assumed)."""
SWAP_CHANCE = 0.2
"""Chance at each station of an arcade that arteriole and venule change sides."""


@dataclass(frozen=True)
class Trunk:
    """One great vessel: stations (N, 2) that it passes, and where it begins."""

    stations: Points
    leaves: int | None
    """The earlier trunk of its kind that it forks from; None begins at its first station."""

    leaves_at: float = 0.0
    """Distance of the fork along that trunk, in disc diameters; 0 only from one that comes up."""

    needed: bool = False
    """Whether no eye is without it: the two arcades of each kind, first in their list."""


def trunks_of(
    traits: EyeTraits, anatomy: Anatomy, rng: np.random.Generator
) -> dict[Kind, list[Trunk]]:
    """Return both kinds' trunks; a trunk comes after the one that it leaves."""
    style = rng_of(traits.seed, "trunk style")
    late_forks = style.uniform(0.25, 0.9)
    bulge = style.uniform(0.85, 1.25)
    planned: dict[Kind, list[Trunk]] = {Kind.ARTERIOLE: [], Kind.VENULE: []}
    roots = {kind: _roots(kind, anatomy, rng) for kind in Kind}
    for half, up in enumerate(HALVES):
        arcades = _arcades(anatomy.arcade_heights[half], bulge, rng)
        for kind, trunks in planned.items():
            stations = np.vstack([roots[kind][half], _placed(arcades[kind], up, anatomy)])
            joins = half == 1 and bool(np.array_equal(*roots[kind]))
            trunks.append(Trunk(stations, 0 if joins else None, needed=True))
    for half in range(len(HALVES)):
        for kind, trunks in planned.items():
            for course, fork in _branches(kind, half, late_forks, anatomy, rng):
                trunks.append(Trunk(course, half, fork))
    if rng.uniform() < CILIORETINAL_SHARE:
        planned[Kind.ARTERIOLE].append(_cilioretinal(anatomy, rng))
    return planned


def _roots(kind: Kind, anatomy: Anatomy, rng: np.random.Generator) -> tuple[Points, Points]:
    """Return where the upper and the lower trunk of one kind come up: often the same place."""
    nasal = 0.05 if kind is Kind.ARTERIOLE else -0.05
    upper = np.array(anatomy.hub) + rng.normal((nasal, 0), (0.04, 0.06))
    if rng.uniform() >= HEMI_CENTRAL_SHARE:
        return upper, upper
    apart = rng.uniform(0.05, 0.12)
    shift = np.array((rng.normal(0, 0.04), apart))
    return upper - (0, apart), upper + shift


def _arcades(height: float, bulge: float, rng: np.random.Generator) -> dict[Kind, Points]:
    """Return one half's two arcades as (x, height), not yet turned up or down."""
    count = len(ARCADE)
    reach = np.clip((np.arange(count) - 1) / 4, 0, 1)
    x = ARCADE[:, 0] * np.interp(np.arange(count), (0, 3, 6), (bulge, bulge, 1))
    closing = rng.uniform(-0.05, 0.06) * np.clip(np.arange(count) - 5, 0, None)
    y = height * (ARCADE[:, 1] - closing) + rng.normal(0, 0.07, count) * reach
    side = rng.choice((-1.0, 1.0)) * np.cumprod(
        np.where((rng.uniform(0, 1, count) < SWAP_CHANCE) & (np.arange(count) > 2), -1, 1)
    )
    apart = side * (0.075 + rng.uniform(0.03, 0.18, count) * reach)
    nasal = 0.09 * np.clip(1 - np.arange(count) / 4, 0, 1) * rng.choice((1, -1), p=(0.75, 0.25))
    return {
        Kind.ARTERIOLE: np.stack([x + nasal - 0.4 * apart, y + apart], axis=1),
        Kind.VENULE: np.stack([x - nasal + 0.4 * apart, y - apart], axis=1),
    }


def _branches(
    kind: Kind, half: int, late_forks: float, anatomy: Anatomy, rng: np.random.Generator
) -> Iterator[tuple[Points, float]]:
    """Yield the stations of trunks that leave an arcade and how far along it they do."""
    up, height = HALVES[half], anatomy.arcade_heights[half]
    yield _nasal(rng.uniform(48, 78), up, rng), rng.uniform(0.03, 0.15 + late_forks * 0.7)
    if rng.uniform() < SECOND_ARCADE_SHARE[kind]:
        course = INNER_ARCADE if rng.uniform() < INNER_SHARE[kind] else OUTER_ARCADE
        noise = rng.normal(0, 0.08, course.shape)
        stations = _placed(course * (1, height) + noise, up, anatomy)
        yield stations, rng.uniform(0.15, 0.35 + late_forks)
    if rng.uniform() < 0.8:
        yield _nasal(rng.uniform(5, 35), up, rng), rng.uniform(0.03, 0.3)


def _nasal(degrees: float, up: float, rng: np.random.Generator) -> Points:
    """Return stations of a trunk to the nose that ends at this angle over the horizontal."""
    away = np.array((0.35, 0.75, 1.3, 2.0, 2.9, 3.9))
    turn = np.deg2rad(degrees + rng.normal(0, 5, len(away)) + 12 / away)
    return np.stack([away * np.cos(turn), up * away * np.sin(turn)], axis=1)


def _placed(course: Points, up: float, anatomy: Anatomy) -> Points:
    """Return stations in the eye: above or below the line from disc to fovea."""
    slope = anatomy.fovea[1] * np.clip(course[:, 0] / anatomy.fovea[0], 0, 1)
    return np.stack([course[:, 0], up * course[:, 1] + slope], axis=1)


def _cilioretinal(anatomy: Anatomy, rng: np.random.Generator) -> Trunk:
    """Return an arteriole that hooks round the temporal margin of the disc, to the macula."""
    margin, side = anatomy.disc_semi_axes[0], rng.choice((-1.0, 1.0))
    x = -np.array((0.80 * margin, 0.94 * margin, margin + 0.12, margin + 0.55, 1.65))
    y = side * np.array((0.10, 0.14, 0.17, 0.26, 0.45)) * rng.uniform(0.7, 1.3)
    return Trunk(np.stack([x, y + 0.05 + rng.normal(0, 0.02, len(y))], axis=1), None)
