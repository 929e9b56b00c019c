"""Vessels of exactly known width that leave a disc: straight lines and arcs from its centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FINE = 4
"""Samples of a pixel along each side where an edge crosses it."""

FIRST_DD, LAST_DD = 0.6, 1.9
"""Where a vessel begins and ends, in disc diameters from the disc's centre."""


@dataclass(frozen=True)
class DrawnVessel:
    """One vessel that leaves the disc: an arc that starts at its centre."""

    width_px: float
    angle_deg: float
    bend_per_disc: float = 0.0
    """Change of direction in radians over one disc diameter."""
    kind: int = 1
    """1 arteriole, 2 venule."""


@dataclass(frozen=True)
class VesselArc:
    """A vessel on a photograph: lengths and places in its pixels."""

    vessel: DrawnVessel
    centre_px: float
    """Of the disc, along both axes."""
    disc_px: float

    @property
    def _turn(self) -> tuple[float, float]:
        """The angle at the disc's centre, and the change of direction on one pixel."""
        return np.deg2rad(self.vessel.angle_deg), self.vessel.bend_per_disc / self.disc_px

    def distance(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Distance to the middle line, which goes on for ever beyond FIRST_DD."""
        angle, bend = self._turn
        x, y = x - self.centre_px, y - self.centre_px
        along, across = np.cos(angle), np.sin(angle)
        if bend:
            ox, oy = -across / bend, along / bend
            distance = np.abs(np.hypot(x - ox, y - oy) - 1 / abs(bend))
        else:
            distance = np.abs(y * along - x * across)
        behind = (x * along + y * across < 0) | (x * x + y * y < (FIRST_DD * self.disc_px) ** 2)
        return np.where(behind, 1e6, distance)

    def coverage(self, width_px: float, window: tuple[slice, slice]) -> np.ndarray:
        """The share of each pixel of a window that a strip along the middle line covers."""
        rows, columns = np.mgrid[window].astype(np.float32)
        distance = self.distance(columns, rows)
        covered = (distance <= width_px / 2).astype(np.float32)
        near = np.flatnonzero(np.abs(distance - width_px / 2) < 0.8)
        total = np.zeros(len(near), np.float32)
        for dx in (np.arange(FINE) + 0.5) / FINE - 0.5:
            for dy in (np.arange(FINE) + 0.5) / FINE - 0.5:
                x, y = columns.flat[near] + dx, rows.flat[near] + dy
                total += self.distance(x, y) <= width_px / 2
        covered.flat[near] = total / FINE**2
        return covered

    def window(self, side_px: int) -> tuple[slice, slice]:
        """The rows and columns of a square photograph that the vessel can touch."""
        middle, _ = self._course()
        reach = self.vessel.width_px / 2 + 3
        first = np.clip(middle.min(axis=0) - reach, 0, side_px - 1).astype(int)
        last = np.clip(middle.max(axis=0) + reach, 1, side_px).astype(int)
        return slice(first[1], last[1]), slice(first[0], last[0])

    def astray(self, by_px: float, px_per_mask_px: float, rng: np.random.Generator) -> np.ndarray:
        """The middle line, astray by smooth waves of an amplitude, their lengths in mask pixels."""
        middle, normal = self._course()
        arc = np.linspace(FIRST_DD, LAST_DD, len(middle)) * self.disc_px / px_per_mask_px
        waves = sum(
            rng.normal() * np.sin(2 * np.pi * (arc / length + rng.uniform()))
            for length in (15, 25, 40, 80)
        )
        off = waves / max(float(np.abs(waves).max()), 1e-9) * by_px
        return middle + off[:, None] * normal

    def _course(self) -> tuple[np.ndarray, np.ndarray]:
        """The middle line as points (x, y), and the unit vector across it at each."""
        arc = np.linspace(FIRST_DD, LAST_DD, 200) * self.disc_px
        angle, bend = self._turn
        turned = angle + bend * arc
        if bend:
            x, y = (np.sin(turned) - np.sin(angle)) / bend, (np.cos(angle) - np.cos(turned)) / bend
        else:
            x, y = arc * np.cos(angle), arc * np.sin(angle)
        normal = np.stack([-np.sin(turned), np.cos(turned)], axis=1)
        return np.stack([x, y], axis=1) + self.centre_px, normal


def spokes(widths_px: tuple[float, ...], rng: np.random.Generator) -> list[DrawnVessel]:
    """Arterioles and venules by turns, straight and curved, one for each width, about the disc."""
    step = 360 / len(widths_px)
    turn = rng.uniform(0, 360)
    return [
        DrawnVessel(
            width,
            turn + step * (i + rng.uniform(-0.15, 0.15)),
            rng.choice([0.0, -0.5, 0.5]),
            1 + i % 2,
        )
        for i, width in enumerate(widths_px)
    ]
