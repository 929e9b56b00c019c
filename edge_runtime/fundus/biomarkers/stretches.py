"""The stretches of a vessel: which of their fits count, and the vessel's width from those.

Legend: N fits, P places across, T stretches of one vessel, M rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import BoolArray
from edge_runtime.fundus.biomarkers.edge_pair import MIN_SHARE_EXPLAINED, EdgePairs, Profiles
from edge_runtime.fundus.biomarkers.masks import FloatArray64

STRETCHES = 8
MIN_STRETCHES = 4
"""A vessel is measured where the model fits half of its stretches or more."""

MIN_DEPTH = 1.5
"""Least depth of a vessel in grey levels."""

MAX_ERROR_SHARE = 0.12
"""A vessel whose mean width is not known to this share of itself (one standard error, from the
spread of its stretches) is left out."""

MIN_WIDTH_IN_BLURS = 1.0
"""A vessel narrower than this many blurs is as wide as it is dark: nothing tells the two apart."""


@dataclass(frozen=True)
class VesselWidth:
    """One vessel's width in decoded pixels, and how it was come by.

    `spread_px` is the deviation between its stretches, `middle_M2` its course, `stretches` how many
    of STRETCHES fitted.
    """

    width_px: float
    spread_px: float
    stretches: int
    middle_M2: FloatArray64


def of_a_vessel(pairs: EdgePairs, stretch: Profiles, start_N: FloatArray64) -> BoolArray:
    """Tell which fits are of a vessel, with background seen on both of its sides."""
    edge_N1 = (0.5 * pairs.width_N + 0.5 * pairs.blur_N)[:, None]
    offset_NP = stretch.place_NP - pairs.centre_N[:, None]
    seen_NP = stretch.weight_NP
    sides = np.minimum(
        (seen_NP * (offset_NP < -edge_N1)).sum(axis=1),
        (seen_NP * (offset_NP > edge_N1)).sum(axis=1),
    )
    return np.asarray(
        (pairs.explained_N > MIN_SHARE_EXPLAINED)
        & (pairs.depth_N > MIN_DEPTH)
        & (np.abs(pairs.centre_N) < 0.35 * start_N + 1.0)
        & (sides > 1.5)
    )


def vessel_width(
    width_T: FloatArray64, middle_M2: FloatArray64, blur_px: float, crossed: float
) -> VesselWidth | str:
    """Return the mean of the stretches without those far off, or why there is none.

    `crossed` is the share of rows in which the masks show the other kind as well.
    """
    if len(width_T) < MIN_STRETCHES:
        unclear = "the masks show both kinds of vessel along most of it"
        return unclear if crossed > 0.5 else "its edges are not clear in the photograph"
    off_T = np.abs(width_T - np.median(width_T))
    kept_T = width_T[off_T <= 3.0 * 1.4826 * np.median(off_T) + 1e-9]
    width, spread = float(kept_T.mean()), float(kept_T.std(ddof=1)) if len(kept_T) > 1 else 0.0
    if width < MIN_WIDTH_IN_BLURS * blur_px:
        return "it is too narrow for so blurred a photograph"
    if spread > MAX_ERROR_SHARE * width * len(kept_T) ** 0.5:
        return "its width differs along its course"
    return VesselWidth(width, spread, len(kept_T), middle_M2)
