"""The width of vessels measured on the photograph itself, at its own scale.

The masks give each vessel's course; the photograph is sampled across it, averaged over stretches
along it, and a pair of blurred edges is fitted to each stretch. All vessels of the eye tell how
blurred the photograph is.

Legend: V vessels, T stretches of a vessel, M rows, P places across.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge_runtime.domain import UInt8Array
from edge_runtime.fundus.biomarkers.edge_pair import (
    MIN_SHARE_EXPLAINED,
    Prior,
    Profiles,
    fit_edge_pairs,
)
from edge_runtime.fundus.biomarkers.masks import FloatArray64, IntArray
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture
from edge_runtime.fundus.biomarkers.stretches import (
    STRETCHES,
    VesselWidth,
    of_a_vessel,
    vessel_width,
)
from edge_runtime.fundus.biomarkers.strips import (
    ASTRAY_MASK_PX,
    PLACES,
    ROWS,
    Course,
    Strips,
    course_of,
    recentred,
    strips_along,
)

WANTED_SIDE_PX = 1100
"""What calibres need of the photograph's shorter side: a field of 45 degrees (13 mm) then has
pixels of 12 um or finer, and the narrowest of six arterioles is five of them wide."""

_STRETCH_LOG_WIDTH_SD = 0.2
"""How much a vessel's width is expected to vary from its mean along it, in ln w: a stretch that
hardly tells its width, of a narrow vessel, leans on that of the whole vessel."""

_ANY_BLUR_PX, _ANY_LOG_SD, _POOLED_LOG_SD = 1.3, 0.5, 0.25
_ANY_REFLEX, _ANY_REFLEX_SD, _POOLED_REFLEX_SD = 0.1, 0.3, 0.1


@dataclass(frozen=True)
class VesselCourse:
    """One vessel to be measured, from the masks: L points as (x, y) and a width, in mask pixels."""

    points_L2: FloatArray64
    width_px: float
    kind: int
    """1 arteriole, 2 venule."""


def measured_widths(
    picture: SharpPicture, vessels: Sequence[VesselCourse], code_HW: UInt8Array
) -> list[VesselWidth | str]:
    """Return the width of each vessel on the photograph, or why it cannot be measured.

    `code_HW` is 1 where the masks show an arteriole, 2 for a venule, 3 for both.
    """
    if not vessels:
        return []
    course, strips = _centred_strips(picture, vessels, code_HW)
    rows_VM1 = ~strips.crossing_VM[..., None]
    weight_VMP = (strips.visible_VMP & rows_VM1).astype(np.float64)
    kind_V = np.array([vessel.kind for vessel in vessels])
    width_V, prior, noise = _whole_vessels(_averaged(strips, weight_VMP, 1), course, kind_V)
    start_N = np.repeat(width_V, STRETCHES)
    of_stretch = replace(
        prior,
        width_N=start_N,
        log_width_sd=_STRETCH_LOG_WIDTH_SD,
        reflex_N=np.repeat(prior.reflex_N, STRETCHES),
    )
    stretch = _within(_averaged(strips, weight_VMP, STRETCHES), of_stretch)
    pairs = fit_edge_pairs(stretch, of_stretch, noise * STRETCHES, 6)
    good_VT = of_a_vessel(pairs, stretch, start_N).reshape(-1, STRETCHES)
    width_VT = pairs.width_N.reshape(-1, STRETCHES)
    return [
        vessel_width(width_T[good_T], middle_M2, prior.blur_px, float(crossing_M.mean()))
        for width_T, good_T, middle_M2, crossing_M in zip(
            width_VT, good_VT, course.points_VM2, strips.crossing_VM, strict=True
        )
    ]


def _centred_strips(
    picture: SharpPicture, vessels: Sequence[VesselCourse], code_HW: UInt8Array
) -> tuple[Course, Strips]:
    kind_V = np.array([vessel.kind for vessel in vessels], np.uint8)
    ratio = picture.px_per_mask_px
    course = course_of(
        [picture.from_mask(vessel.points_L2) for vessel in vessels],
        [max(vessel.width_px, 1.0) * ratio for vessel in vessels],
    )
    strips = strips_along(course, picture, code_HW, kind_V)
    course = recentred(course, strips, ASTRAY_MASK_PX * ratio)
    return course, strips_along(course, picture, code_HW, kind_V)


def _averaged(strips: Strips, weight_VMP: FloatArray64, parts: int) -> Profiles:
    """Return the mean profile of each vessel's parts; N = vessels x parts.

    A place weighs as much as the share of rows that show it, and as much as it covers of a pixel:
    places that are closer than pixels repeat each other.
    """
    shape = (-1, ROWS // parts, PLACES)
    weight_NMP = weight_VMP.reshape(shape)
    shown_NP = weight_NMP.sum(axis=1)
    bright_NP = (strips.brightness_VMP.reshape(shape) * weight_NMP).sum(axis=1)
    place_NP = np.repeat(strips.place_VP, parts, axis=0)
    step_N1 = np.minimum(1.0, place_NP[:, 1:2] - place_NP[:, :1])
    share_NP = shown_NP / shape[1] * step_N1
    return Profiles(place_NP, bright_NP / np.maximum(shown_NP, 1e-9), share_NP)


def _whole_vessels(
    whole: Profiles, course: Course, kind_V: IntArray
) -> tuple[FloatArray64, Prior, float]:
    """Return each vessel's width by its mean profile, what is known of the photograph, the noise.

    A first fit knows next to nothing of blur and reflex. Wide and dark vessels then tell the blur
    of all, and the reflex of their kind.
    """
    reflex_V = np.full(len(kind_V), _ANY_REFLEX)
    blur = float(np.log(_ANY_BLUR_PX))
    nothing = Prior(course.width_V, np.inf, blur, _ANY_LOG_SD, reflex_V, _ANY_REFLEX_SD)
    free = fit_edge_pairs(whole, nothing, 0.2, 12)
    trust_V = np.maximum(free.depth_N, 0.0) * np.clip(free.width_N / free.blur_N - 2.0, 0.05, 4.0)
    trust_V = trust_V * (free.explained_N > MIN_SHARE_EXPLAINED)
    if not trust_V.any():
        return free.width_N, nothing, 1.0
    log_blur = _weighted_median(np.log(free.blur_N), trust_V)
    pooled_V = reflex_V.copy()
    for kind in np.unique(kind_V[trust_V > 0]):
        pooled_V[kind_V == kind] = _weighted_median(free.reflex_N, trust_V * (kind_V == kind))
    prior = Prior(free.width_N, np.inf, log_blur, _POOLED_LOG_SD, pooled_V, _POOLED_REFLEX_SD)
    noise = max(_weighted_median(free.misfit_N, trust_V), 0.02)
    return fit_edge_pairs(_within(whole, prior), prior, noise, 8).width_N, prior, noise


def _within(profiles: Profiles, prior: Prior) -> Profiles:
    """Return the profiles without what lies farther out than a vessel's surroundings."""
    reach_N = 0.5 * prior.width_N + 2.5 * prior.blur_px + np.maximum(3.0, 0.5 * prior.width_N)
    near_NP = np.abs(profiles.place_NP) <= reach_N[:, None]
    return Profiles(profiles.place_NP, profiles.brightness_NP, profiles.weight_NP * near_NP)


def _weighted_median(values: FloatArray64, weights: FloatArray64) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, 0.5 * total[-1])])
