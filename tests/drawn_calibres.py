"""Eyes drawn for calibres: vessels of exactly known width on a photograph at the camera's scale.

Only the surroundings of the disc are drawn. Edges are anti-aliased by 4 x 4 samples a pixel; then
come blur, the sensor's noise and JPEG, and the photograph is read as any other, at half its size
where the runtime would. The masks are drawn apart, as a network would give them: coarser, astray
by up to a given distance and with another width.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from edge_runtime.domain import Photograph
from edge_runtime.fundus.biomarkers.masks import AnatomyMasks
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.fundus.preprocess import NetworkFrame
from edge_runtime.settings import Limits
from tests.drawn_vessels import DrawnVessel, VesselArc

NETWORK_PX_PER_FIELD = 672 / 1.02
FIELD_UM = 13_000.0
"""A field of 45 degrees."""
DISC_UM = 1800.0
MASK_FINE = 8


@dataclass(frozen=True)
class Conditions:
    """How an eye was photographed."""

    um_per_px: float = 4.3
    """Of the photograph at its own size."""
    wanted_side_px: int | None = 672
    blur_px: float = 1.0
    noise: float = 3.0
    """Deviation of the sensor's noise in grey levels, before JPEG."""
    reflex: float = 0.3
    """Brightness of the reflex of arterioles as a share of their depth."""
    uneven: float = 12.0
    """Amplitude of the background in grey levels."""
    astray_mask_px: float = 1.5
    jpeg_quality: int = 92


@dataclass
class DrawnEye:
    """A drawn eye: its photograph, its masks and where they lie in it."""

    vessels: list[DrawnVessel]
    conditions: Conditions
    rng: np.random.Generator
    disc_px: float = field(init=False)
    side_px: int = field(init=False)

    def __post_init__(self) -> None:
        self.disc_px = DISC_UM / self.conditions.um_per_px
        self.side_px = 2 * round(1.75 * self.disc_px)

    @property
    def centre_px(self) -> float:
        return self.side_px / 2 + 0.3

    @property
    def frame(self) -> NetworkFrame:
        field_px = FIELD_UM / self.conditions.um_per_px
        size = round(self.side_px * NETWORK_PX_PER_FIELD / field_px)
        return NetworkFrame(0.0, 0.0, float(self.side_px), size)

    def photograph(self) -> Photograph:
        """The eye as a camera would give it, read by the runtime's own door."""
        wish = self.conditions
        bgr = np.clip(np.round(self._camera_bgr()), 0, 255).astype(np.uint8)
        _, content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, wish.jpeg_quality])
        return read_photograph(content.tobytes(), "drawn.jpg", Limits(), wish.wanted_side_px)

    def picture(self) -> SharpPicture:
        return SharpPicture.under(self.photograph(), self.frame)

    def masks(self) -> AnatomyMasks:
        """The masks that a network would give of it."""
        size = self.frame.size_px
        arteriole, venule = (self._mask(kind) for kind in (1, 2))
        rows, columns = np.ogrid[:size, :size]
        ratio = self.frame.network_px_per_photograph_px
        centre = (self.centre_px + 0.5) * ratio - 0.5
        distance = np.hypot(columns - centre, rows - centre)
        disc, cup = (distance <= share * self.disc_px * ratio for share in (0.5, 0.25))
        everywhere = np.ones((size, size), np.bool_)
        return AnatomyMasks(arteriole | venule, arteriole, venule, disc, cup, everywhere)

    def _camera_bgr(self) -> np.ndarray:
        """Blurred and noisy colours; blood takes less than a third as much of the red."""
        wish, side = self.conditions, self.side_px
        coarse = self.rng.normal(0, 1, (9, 9)).astype(np.float32)
        retina = 115 + wish.uneven * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
        passed = np.ones((side, side), np.float32)
        for vessel in sorted(self.vessels, key=lambda one: -one.kind):
            depth = 0.22 if vessel.kind == 1 else 0.32
            arc = self._arc(vessel)
            window = arc.window(side)
            shade = depth * arc.coverage(vessel.width_px, window)
            if vessel.kind == 1 and wish.reflex:
                glint = arc.coverage(vessel.width_px / 4, window)
                shade -= depth * wish.reflex * glint
            passed[window] *= 1 - shade
        layers = (0.3 * retina * passed, retina * passed, 1.6 * retina * (0.7 + 0.3 * passed))
        bgr = np.stack(layers, axis=2)
        if wish.blur_px:
            bgr = cv2.GaussianBlur(bgr, (0, 0), wish.blur_px)
        return bgr + self.rng.normal(0, wish.noise, bgr.shape)

    def _mask(self, kind: int) -> np.ndarray:
        size, ratio = self.frame.size_px, self.frame.network_px_per_photograph_px
        canvas = np.zeros((size * MASK_FINE, size * MASK_FINE), np.uint8)
        for vessel in self.vessels:
            if vessel.kind == kind:
                width = max(1.2, vessel.width_px * ratio + self.rng.uniform(-0.5, 1.0))
                middle = self._arc(vessel).astray(
                    self.conditions.astray_mask_px / ratio, 1 / ratio, self.rng
                )
                points = ((middle + 0.5) * ratio) * MASK_FINE - 0.5
                line = np.round(points * 16).astype(np.int32)
                thickness = max(1, round(width * MASK_FINE))
                cv2.polylines(canvas, [line], False, 255, thickness, shift=4)
        return cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA) >= 128

    def _arc(self, vessel: DrawnVessel) -> VesselArc:
        return VesselArc(vessel, self.centre_px, self.disc_px)
