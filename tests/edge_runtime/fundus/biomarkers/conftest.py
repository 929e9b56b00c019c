"""Masks drawn from formulas, so that their calibres, lengths and ratios are known beforehand.

A pixel belongs to a shape if its centre does: the area of a mask is that of the shape, whatever
its place on the grid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from edge_runtime.fundus.biomarkers import AnatomyMasks

Mask = npt.NDArray[np.bool_]
Point = tuple[float, float]


def draw_bar(side: int, start: Point, stop: Point, width: float) -> Mask:
    """A straight vessel with flat ends from `start` to `stop`, both (x, y)."""
    mask = np.zeros((side, side), np.bool_)
    left, right, top, bottom = (
        max(0, int(end(start[axis], stop[axis]) + sign * (width + 2)))
        for axis in (0, 1)
        for end, sign in ((min, -1), (max, 1))
    )
    rows, columns = np.ogrid[top : min(bottom, side), left : min(right, side)]
    length = np.hypot(stop[0] - start[0], stop[1] - start[1])
    along = (stop[0] - start[0]) / length, (stop[1] - start[1]) / length
    x, y = columns - start[0], rows - start[1]
    forward, sideways = x * along[0] + y * along[1], y * along[0] - x * along[1]
    inside = (forward >= 0) & (forward <= length) & (np.abs(sideways) <= width / 2)
    mask[top : min(bottom, side), left : min(right, side)] = inside
    return mask


def draw_circle(side: int, centre: Point, radius: float, squeeze: float = 1.0) -> Mask:
    """A filled circle, its width multiplied by `squeeze`."""
    rows, columns = np.ogrid[:side, :side]
    return ((columns - centre[0]) / squeeze) ** 2 + (rows - centre[1]) ** 2 <= radius**2


@dataclass(frozen=True)
class DrawnEye:
    """An eye of straight vessels that leave the disc like spokes, arterioles and venules by turns.

    Calibres are in pixels at scale 1, where the frame is 640 px and the disc 80 px high.
    """

    arteriole_calibres: Sequence[float] = (5.0,) * 6
    venule_calibres: Sequence[float] = (7.0,) * 6
    disc_at: Point = (320.0, 320.0)
    turn_deg: float = 7.0
    scale: float = 1.0

    @property
    def masks(self) -> AnatomyMasks:
        side = round(640 * self.scale)
        centre = (self.disc_at[0] * self.scale, self.disc_at[1] * self.scale)
        arterioles = self._spokes(self.arteriole_calibres, 0.0)
        venules = self._spokes(self.venule_calibres, 0.5)
        field = draw_circle(side, (side / 2 - 0.5, side / 2 - 0.5), side / 2)
        disc = draw_circle(side, centre, 40 * self.scale)
        cup = draw_circle(side, centre, 20 * self.scale)
        return AnatomyMasks(arterioles | venules, arterioles, venules, disc, cup, field)

    def _spokes(self, calibres: Sequence[float], offset: float) -> Mask:
        side = round(640 * self.scale)
        mask = np.zeros((side, side), np.bool_)
        for index, calibre in enumerate(calibres):
            angle = np.deg2rad(self.turn_deg + 360 * (index + offset) / len(calibres))
            start, stop = (
                (
                    self.scale * (self.disc_at[0] + reach * np.cos(angle)),
                    self.scale * (self.disc_at[1] + reach * np.sin(angle)),
                )
                for reach in (55.0, 200.0)
            )
            mask |= draw_bar(side, start, stop, calibre * self.scale)
        return mask


@pytest.fixture(scope="session")
def bar() -> Callable[..., Mask]:
    return draw_bar


@pytest.fixture(scope="session")
def circle() -> Callable[..., Mask]:
    return draw_circle


@pytest.fixture(scope="session")
def drawn_eye() -> type[DrawnEye]:
    return DrawnEye


@pytest.fixture(scope="session")
def without() -> Callable[..., AnatomyMasks]:
    """Masks with some of them replaced, or emptied where nothing is given instead."""

    def changed(masks: AnatomyMasks, *emptied: str, **replaced: Mask) -> AnatomyMasks:
        nothing = {name: np.zeros_like(masks.field_HW) for name in emptied}
        return replace(masks, **nothing, **replaced)

    return changed
