"""Vessels straightened: the photograph sampled across each vessel, all along it.

Every strip has the same number of rows (along the vessel) and places (across it), so that all
vessels of an eye are one array. Rows are at most a pixel or two apart.

Legend: V vessels, M rows along a vessel, P places across it, O offsets tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import BoolArray
from edge_runtime.fundus.biomarkers.masks import FloatArray64
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture, mask_at

ROWS, PLACES = 64, 41

ASTRAY_MASK_PX = 1.75
"""How far the middle of a mask's vessel may lie from that of the photograph's, in mask pixels."""

_SMOOTHED_ROWS = 9
_OFFSETS = 15


@dataclass(frozen=True)
class Course:
    """Where vessels run: evenly spaced points (V, M, 2) in decoded pixels and a guessed width."""

    points_VM2: FloatArray64
    width_V: FloatArray64

    @property
    def normals(self) -> FloatArray64:
        """Unit vectors across the vessel, shape (V, M, 2), to its right as the rows run."""
        along = np.gradient(_smoothed(self.points_VM2), axis=1)
        along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-9)
        return np.stack([-along[..., 1], along[..., 0]], axis=2)

    def moved(self, offset_VM: FloatArray64) -> Course:
        """Return the course with each point moved across the vessel, and smoothed."""
        moved_VM2 = self.points_VM2 + offset_VM[..., None] * self.normals
        return Course(_smoothed(moved_VM2), self.width_V)


@dataclass(frozen=True)
class Strips:
    """Straightened vessels: brightness and what may be looked at, both (V, M, P).

    `place_VP` are the places across in decoded pixels; `visible_VMP` is False where another vessel
    lies; `crossing_VM` tells the rows in which a vessel of the other kind crosses.
    """

    place_VP: FloatArray64
    brightness_VMP: FloatArray64
    visible_VMP: BoolArray
    crossing_VM: BoolArray


def course_of(lines: Sequence[FloatArray64], widths: Sequence[float]) -> Course:
    """Return the course of lines (each L points as (x, y)) as evenly spaced points."""
    points_VM2 = np.empty((len(lines), ROWS, 2))
    for row, line_L2 in zip(points_VM2, lines, strict=True):
        steps_L = np.linalg.norm(np.diff(line_L2, axis=0), axis=1)
        arc_L = np.concatenate([[0.0], np.cumsum(steps_L)])
        even_M = np.linspace(0.0, arc_L[-1], ROWS)
        row[:, 0] = np.interp(even_M, arc_L, line_L2[:, 0])
        row[:, 1] = np.interp(even_M, arc_L, line_L2[:, 1])
    return Course(points_VM2, np.asarray(widths, np.float64))


def strips_along(
    course: Course, picture: SharpPicture, code_HW: np.ndarray, kind_V: np.ndarray
) -> Strips:
    """Return the strips of vessels.

    `code_HW` is 1 where the masks show an arteriole, 2 for a venule, 3 for both; `kind_V` is the
    code of each vessel's own kind.
    """
    reach_V = 1.1 * course.width_V + 2.2 * picture.px_per_mask_px + 2.0
    place_VP = reach_V[:, None] * np.linspace(-1.0, 1.0, PLACES)
    points_VMP2 = np.empty((*course.points_VM2.shape[:2], PLACES, 2))
    normal_VM2 = course.normals
    for axis in (0, 1):  # apart, as an array whose last side is 2 is slow to broadcast
        across_VMP = place_VP[:, None, :] * normal_VM2[:, :, None, axis]
        points_VMP2[..., axis] = course.points_VM2[:, :, None, axis] + across_VMP
    code_VMP = mask_at(code_HW, picture.to_mask(points_VMP2))
    own_VMP = (code_VMP & kind_V[:, None, None]) > 0
    inner_V1P = np.abs(place_VP)[:, None, :] < 0.35 * course.width_V[:, None, None]
    crossing_VM = ((code_VMP == 3) & inner_V1P).any(axis=2)
    visible_VMP = _visible(own_VMP, code_VMP > 0, inner_V1P)
    return Strips(place_VP, picture.brightness_at(points_VMP2), visible_VMP, crossing_VM)


def recentred(course: Course, strips: Strips, astray_px: float) -> Course:
    """Return the course moved to where the photograph is darkest along it.

    A blurred line of the guessed width is tried at offsets up to `astray_px`, on brightness that
    is averaged along the vessel; offsets near 0 are favoured.
    """
    offset_O = astray_px * np.linspace(-1.0, 1.0, _OFFSETS)
    sigma_V11 = np.maximum(0.4 * course.width_V, 1.2)[:, None, None]
    z_VOP = (strips.place_VP[:, None, :] - offset_O[None, :, None]) / sigma_V11
    line_VOP = (z_VOP**2 - 1.0) * np.exp(-0.5 * z_VOP**2)
    line_VOP -= line_VOP.mean(axis=2, keepdims=True)
    line_VOP /= np.linalg.norm(line_VOP, axis=2, keepdims=True)
    shown_VM1 = np.maximum(strips.visible_VMP.sum(axis=2, keepdims=True), 1)
    mean_VM1 = (strips.brightness_VMP * strips.visible_VMP).sum(axis=2, keepdims=True) / shown_VM1
    filled_VMP = np.where(strips.visible_VMP, strips.brightness_VMP, mean_VM1)
    answer_VMO = _smoothed(filled_VMP) @ line_VOP.transpose(0, 2, 1)
    answer_VMO = np.maximum(answer_VMO, 0.0) * (1.0 - 0.3 * (offset_O / astray_px) ** 2)
    found_VM1 = offset_O[answer_VMO.argmax(axis=2)][..., None]
    return course.moved(_smoothed(_smoothed(found_VM1))[..., 0])


def _visible(own_VMP: BoolArray, vessel_VMP: BoolArray, inner_V1P: BoolArray) -> BoolArray:
    """Return what lies between the nearest other vessels on both sides.

    Walking outwards, the own vessel ends where its kind's mask does; what is vessel after that, or
    of the other kind alone at any place, is another vessel and hides all that lies beyond it.
    """
    visible_VMP = np.empty(own_VMP.shape, np.bool_)
    middle = own_VMP.shape[2] // 2
    for half in (np.s_[..., middle:], np.s_[..., middle::-1]):
        own, vessel, inner = own_VMP[half], vessel_VMP[half], inner_V1P[half]
        left_own = np.logical_or.accumulate(~own & ~inner, axis=2)
        other = vessel & ~inner & (left_own | ~own)
        # The place before it is already on the slope of the other vessel's edge.
        other[..., :-2] |= other[..., 1:-1] | other[..., 2:]
        visible_VMP[half] = ~np.logical_or.accumulate(other, axis=2)
    return visible_VMP


def _smoothed(values_VMX: FloatArray64) -> FloatArray64:
    """Return the moving average along the rows; at the ends over the rows that there are."""
    reach = _SMOOTHED_ROWS // 2
    padded = np.pad(
        values_VMX, ((0, 0), (reach + 1, reach), (0, 0)), mode="reflect", reflect_type="odd"
    )
    total = np.cumsum(padded, axis=1)
    return np.asarray((total[:, _SMOOTHED_ROWS:] - total[:, :-_SMOOTHED_ROWS]) / _SMOOTHED_ROWS)
