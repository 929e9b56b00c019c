"""How a field lies in its photograph, and what is wrong where no field can be measured."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import FieldOfView, Photograph, UInt8Array

# H rows, W columns, C colours, N pixels

LONGEST_SIDE_PX = 320
"""About as many pixels are picked along the longer side: enough to see what is lit."""

NO_LIGHT, DIM_LEVEL = 3, 45.0
"""Below the first there is no light at all. A picture without a field, of which all but a twentieth
of what is lit stays below the second, was taken with too little: a disc or a stamp may be brighter.
"""

LEAST_LIT = 0.02
"""Share of a picture that must be lit before it is too dark and not merely black."""

LIT_LEVEL = 24
"""Red above this is lit, on a surround that is not."""

LIT_SHARE = (0.005, 0.75)
"""Share of the picture that a part of a fundus lights; a scene lights nearly all of it."""

SMALL_EXTENT = 0.5
"""What is lit is small where it reaches over less than this of the shorter side, both ways."""


def framing(photograph: Photograph, field: FieldOfView) -> dict[str, float]:
    """Return the measurements of a field's place in its photograph."""
    circle = field.circle
    seen_px = 2.0 * circle.radius_px * float(np.sqrt(1.0 - field.clipped))
    return {
        "field_radius_px": circle.radius_px,
        "field_over_frame": min(1.0, seen_px / min(photograph.width_px, photograph.height_px)),
        "clipped_share": field.clipped,
        "lopsided": _lopsided(photograph.scale, field),
    }


def _lopsided(scale: float, field: FieldOfView) -> float:
    every = max(1, max(field.mask_HW.shape) // LONGEST_SIDE_PX)
    rows, columns = np.nonzero(field.mask_HW[::every, ::every])
    if not len(rows):
        return 1.0
    x_px, y_px = ((float(at.mean()) * every + 0.5) / scale - 0.5 for at in (columns, rows))
    circle = field.circle
    return float(np.hypot(x_px - circle.x_px, y_px - circle.y_px)) / circle.radius_px


def unseen_defect(photograph: Photograph, field: FieldOfView | None) -> str:
    """Return the defect of a photograph of whose field nothing can be measured."""
    if field is not None:
        return "clipped_field"
    every = max(1, max(photograph.pixels_HWC.shape) // LONGEST_SIDE_PX)
    picked_HWC = photograph.pixels_HWC[::every, ::every]
    if _is_dim(picked_HWC.max(axis=2)):
        return "dark"
    return _of_what_is_lit(picked_HWC) or "not_a_fundus"


def _is_dim(level_HW: UInt8Array) -> bool:
    lit_N = level_HW[level_HW >= NO_LIGHT]
    if len(lit_N) < LEAST_LIT * level_HW.size:
        return False
    return float(np.quantile(lit_N, 0.95)) <= DIM_LEVEL


def _of_what_is_lit(picked_HWC: UInt8Array) -> str:
    """The defect of a fundus-coloured part on a black surround; empty where it is something else.

    Burnt out is what is yellow at full light: red and green are, blue is not.
    """
    lit_HW = picked_HWC[..., 0] > LIT_LEVEL
    if not LIT_SHARE[0] <= lit_HW.mean() <= LIT_SHARE[1]:
        return ""
    red, green, blue = (float(level) for level in np.median(picked_HWC[lit_HW], axis=0))
    if red >= 250.0 and green >= 250.0 and blue < 235.0:
        return "bright"
    if red < 1.1 * green or green < 1.1 * blue:
        return ""
    rows, columns = np.nonzero(lit_HW)
    low, high = (1, 99)  # a stamp or a speck of dust is no field
    extent = max(float(np.subtract(*np.percentile(at, (high, low)))) for at in (rows, columns))
    return "small_field" if extent < SMALL_EXTENT * min(lit_HW.shape) else "clipped_field"
