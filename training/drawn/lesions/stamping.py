"""Lesions on pixels: for all lesions of one kind at once, which pixels each covers and how far.

Only pixels in the lesions' bounding boxes are looked at. Nothing is drawn finer than a pixel: a
smaller lesion becomes one pixel wide and as much fainter as it is larger so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.frame import Frame
from training.drawn.lesions.chance import Indices, Keys, uniforms
from training.drawn.lesions.lesion import Lesion, LesionKind
from training.drawn.lesions.looks import LOOKS
from training.drawn.lesions.outline import grain, outline_at, outlines

LEAST_RADIUS_PX = 0.75
"""No mask marks less than about a pixel, as for vessels."""
RAGGED_REACH = 2.2
"""Ragged bumps are looked for so many of their deviations beyond the outline."""
EDGE_SHARE = 1.2
"""No soft edge is wider than this share of the lesion's lesser radius."""
LEVEL_TOP = -0.35
"""Blood before the retina settles: its upper border is level, at this share of its height."""


@dataclass(frozen=True)
class Stamp:
    """Samples (N,) of lesions of one kind: one for each pixel that a lesion covers."""

    pixel: Indices
    """Row times width plus column."""

    lesion: Indices
    """Which of the lesions."""

    cover: FloatArray
    """Share of the pixel inside the lesion's edge; half of a soft edge lies inside."""

    faint: FloatArray
    """What is left of the colour where the lesion is finer than a pixel."""

    inward: FloatArray
    """0 on the lesion's outline to 1 in its middle."""

    mottle: FloatArray
    """Noise of the lesion's own, mean 0 and deviation 1."""

    xy: FloatArray
    """Retinal place (N, 2), for what runs through neighbouring lesions alike."""


@dataclass(frozen=True)
class _Discs:
    """Ellipses to be stamped: what a lesion is made of, each field (N,) or (N, 2).

    None is finer than a pixel; `faint` is what that leaves of its colour (of a line, by its width).
    """

    lesion: Indices
    xy: FloatArray
    semi: FloatArray
    angle: FloatArray
    faint: FloatArray


def stamp(lesions: Sequence[Lesion], frame: Frame) -> Stamp:
    """Return the samples of lesions that are all of one kind."""
    kind = lesions[0].kind
    look = LOOKS[kind]
    keys = np.array([x.seed for x in lesions], np.uint64)
    table = outlines(keys, kind)
    widest = table.max(1) + np.float32(RAGGED_REACH * look.ragged)
    discs = _discs_of(lesions, LEAST_RADIUS_PX / frame.px_per_dd)
    of, pixel, x, y = _boxes(discs, widest[discs.lesion], frame)
    u, v = _in_own_axes(discs, of, x, y)
    lesion, a, b = discs.lesion[of], discs.semi[:, 0][of], discs.semi[:, 1][of]
    p, q = u / a, v / b
    rho = np.sqrt(p * p + q * q)
    mottle = _mottle(kind, keys, lesion, u, v, frame)
    outline = np.float32(look.ragged) * mottle + (
        outline_at(table, lesion, p, q) if look.lobes else np.float32(1)
    )
    slope = np.sqrt((p / a) ** 2 + (q / b) ** 2) / np.maximum(rho, np.float32(1e-4))
    inside = (outline - rho) / np.clip(slope, 1 / a, 1 / b)
    if kind is LesionKind.PRERETINAL:
        inside = np.minimum(inside, v - LEVEL_TOP * b)
    edge = np.maximum(np.minimum(look.edge, EDGE_SHARE * b), 1 / frame.px_per_dd)
    ramp = np.clip(inside / edge + 0.5, 0, 1)
    kept = ramp > 0
    return Stamp(
        pixel=pixel[kept],
        lesion=lesion[kept],
        cover=np.asarray((ramp * ramp * (3 - 2 * ramp))[kept], np.float32),
        faint=discs.faint[of[kept]],
        inward=np.asarray(np.clip(inside / b, 0, 1)[kept], np.float32),
        mottle=mottle[kept],
        xy=np.stack([x[kept], y[kept]], 1) + discs.xy[of[kept]],
    )


def _in_own_axes(
    discs: _Discs, of: Indices, x: FloatArray, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return places along and across each disc."""
    cosine, sine = np.cos(discs.angle)[of], np.sin(discs.angle)[of]
    return x * cosine + y * sine, y * cosine - x * sine


def _mottle(
    kind: LesionKind, keys: Keys, lesion: Indices, u: FloatArray, v: FloatArray, frame: Frame
) -> FloatArray:
    """Return each sample's noise; bumps finer than a pixel fade, as they do in a camera."""
    look = LOOKS[kind]
    if look.mottle == 0 and look.ragged == 0:
        return np.zeros(len(u), np.float32)
    corner = (100 * uniforms(keys, 2)).astype(np.float32)[lesion]
    noise = grain(u + corner[:, 0], v + corner[:, 1], look.grain)
    return np.asarray(noise * min(1.0, min(look.grain) * frame.px_per_dd / 1.5), np.float32)


def _discs_of(lesions: Sequence[Lesion], least: float) -> _Discs:
    """Return one ellipse a lesion, or the dots of lesions that are made of lines."""
    if lesions[0].dots is not None:
        dots = [lesion.dots for lesion in lesions if lesion.dots is not None]
        every = np.concatenate(dots).astype(np.float32)
        lesion = np.repeat(np.arange(len(dots)), [len(d) for d in dots])
        angle = np.zeros(len(every), np.float32)
        radius = np.repeat(every[:, 2:], 2, axis=1)
        wide = np.maximum(radius, least)
        faint = np.asarray((radius / wide)[:, 0], np.float32)
        return _Discs(lesion, every[:, :2], wide, angle, faint)
    rows = [(*x.xy, x.radius, x.aspect, x.angle_rad) for x in lesions]
    table = np.array(rows, np.float32)
    long = table[:, 2] * (np.sqrt(table[:, 3]) if lesions[0].kind in ROUND else 1)
    radius = np.stack([long, long / table[:, 3]], 1)
    wide = np.maximum(radius, least)
    faint = np.asarray((radius / wide).prod(1), np.float32)
    return _Discs(np.arange(len(rows)), table[:, :2], wide, table[:, 4], faint)


ROUND = (LesionKind.HARD_DRUSEN, LesionKind.SOFT_DRUSEN, LesionKind.ATROPHY)
"""Kinds whose radius is that of a circle of their area, since the state fixes their area."""


def _boxes(
    discs: _Discs, widest: FloatArray, frame: Frame
) -> tuple[Indices, Indices, FloatArray, FloatArray]:
    """Return, for pixels near each disc: the disc, the pixel, and its place from the centre.

    The place is in disc diameters along the retina's axes, x and y.
    """
    turn = frame.from_retina_23
    centre = np.asarray(frame.to_px(discs.xy.astype(np.float64)), np.float32)
    semi = discs.semi * frame.px_per_dd
    reach = widest * semi.max(1) + np.float32(0.5 * EDGE_SHARE) * semi.min(1) + np.float32(0.5)
    limit = np.array(frame.shape[::-1]) - 1
    low = np.maximum(np.ceil(centre - reach[:, None]), 0).astype(np.int32)
    high = np.minimum(np.floor(centre + reach[:, None]), limit).astype(np.int32)
    size = np.maximum(high - low + 1, 0)
    count = size[:, 0] * size[:, 1]
    of = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(of), dtype=np.int32)
    number -= np.repeat((np.cumsum(count) - count).astype(np.int32), count)
    row, column = np.divmod(number, size[:, 0][of])
    row += low[:, 1][of]
    column += low[:, 0][of]
    x, y = column - centre[:, 0][of], row - centre[:, 1][of]
    near = np.flatnonzero(x * x + y * y <= (reach * reach)[of])
    of, x, y = of[near], x[near], y[near]
    back = np.linalg.inv(turn[:, :2]).astype(np.float32)
    pixel = row[near].astype(np.int64) * frame.width_px + column[near]
    x, y = back[0, 0] * x + back[0, 1] * y, back[1, 0] * x + back[1, 1] * y
    return of, pixel, np.asarray(x, np.float32), np.asarray(y, np.float32)
