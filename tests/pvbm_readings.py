"""What PVBM, a public toolbox of vessel biomarkers, measures on masks that we measure as well.

PVBM 3.0.1.8 (MIT licence; Fhima et al. 2022, ECCV Workshops). It is called as its README says, with
two choices: the region of interest is the whole field, as ours is, and not a circle of 600 px about
the disc; and the disc is given to it instead of being found by its own network.
"""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from skimage.morphology import skeletonize

with warnings.catch_warnings():
    # It imports scipy.misc, which is on its way out.
    warnings.simplefilter("ignore", DeprecationWarning)
    from PVBM.CentralRetinalAnalysis import CREVBMs
    from PVBM.FractalAnalysis import MultifractalVBMs
    from PVBM.GeometryAnalysis import GeometricalVBMs

RECURSION_LIMIT = 400_000
"""PVBM follows a vessel by calling itself once for every pixel."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class DiscCircle:
    """The disc as PVBM takes it: a circle in whole pixels."""

    x: int
    y: int
    radius: int

    def disk(self, shape: tuple[int, ...], times: float) -> npt.NDArray[np.float64]:
        """255 within so many radii of the centre, 0 outside."""
        rows, columns = np.ogrid[: shape[0], : shape[1]]
        within = np.hypot(columns - self.x, rows - self.y) <= times * self.radius
        return 255.0 * within

    def zones(self, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
        """Its picture of the zones: channels 1, 0 and 2 hold one, two and three radii."""
        return np.stack([self.disk(shape, times) for times in (2, 1, 3)], axis=2)


@contextlib.contextmanager
def _as_it_needs():
    """Deep recursion, and its prints and numpy warnings kept off the screen."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.setrecursionlimit(before)


@dataclass(frozen=True)
class Geometry:
    """What PVBM measures along one mask's skeleton."""

    area_px: float
    tortuosity_index: float
    """All arcs over all chords."""
    tortuosity_median: float
    branching_angle: float
    """Median, in degrees."""
    angles: dict[tuple[int, int], float]
    """Angle of each place where it found exactly two branches, by row and column."""


def geometry(mask: Mask, disc: DiscCircle) -> Geometry:
    """What PVBM measures along one mask's skeleton outside the disc."""
    with _as_it_needs():
        pvbm = GeometricalVBMs()
        skeleton = skeletonize(mask) * 1
        roi = np.full((*mask.shape, 3), 255.0)
        vessel, line = pvbm.apply_roi(mask * 1.0, skeleton, disc.zones(mask.shape), roi)
        found, (_, _, _, branches, _) = pvbm.compute_geomVBMs(
            vessel, line, disc.x, disc.y, disc.radius
        )
    return Geometry(
        area_px=float(found[0]),
        tortuosity_index=float(found[1]),
        tortuosity_median=float(found[2]),
        branching_angle=float(found[4]),
        angles=_angles(branches),
    )


def _angles(branches: dict[tuple[int, int], list[Any]]) -> dict[tuple[int, int], float]:
    found = {}
    for root, ends in branches.items():
        if len(ends) == 2 and None not in ends:
            one, other = (np.subtract(end, root) for end in ends)
            cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
            found[root] = float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    return found


@dataclass(frozen=True)
class Equivalent:
    """CRAE or CRVE by Knudtson's formula in pixels, and of how many vessels it was made."""

    value_px: float
    vessels: int


def central_equivalent(mask: Mask, disc: DiscCircle, arterioles: bool) -> Equivalent | None:
    """CRAE or CRVE of up to six vessels, or None where PVBM says that it failed."""
    with _as_it_needs():
        pvbm = CREVBMs()
        skeleton = skeletonize(mask) * 1
        vessel, line = pvbm.apply_roi(mask * 1.0, skeleton * 1.0, disc.zones(mask.shape))
        found, vessels = pvbm.compute_central_retinal_equivalents(
            vessel.copy(), line.copy(), disc.x, disc.y, disc.radius, artery=arterioles
        )
    if not vessels:
        return None
    return Equivalent(float(found["craek" if arterioles else "crvek"]), min(6, len(vessels)))


def dimensions(mask: Mask, disc: DiscCircle, rotations: int = 25) -> tuple[float, float, float]:
    """D0, D1 and D2 of a mask outside the disc, of the rotation that PVBM finds best."""
    with _as_it_needs():
        pvbm = MultifractalVBMs(
            n_rotations=rotations, optimize=rotations > 1, min_proba=0.0001, maxproba=0.9999
        )
        outside = mask * (1.0 - disc.disk(mask.shape, 1) / 255.0)
        found = pvbm.compute_multifractals(outside)
    return float(found[0]), float(found[1]), float(found[2])
