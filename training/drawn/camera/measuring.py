"""Plain statistics of how a photograph was taken: framing, light, colour, sharpness, noise.

The same measurements are taken of public photographs, from which the ranges in presets.toml were
set, and of drawn ones. Levels are in shares of full (0 to 1); places and lengths in field radii.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array
from training.drawn.camera.framing import UM_PER_DEG

MEASURED_RADIUS_PX = 256.0
"""Noise is measured on a copy with this field radius too, which is how networks see it."""
EDGES = 400
"""Steepest edges by which sharpness is measured."""
BLOCK_PX = 12

Values = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ShotMeasurements:
    """What one photograph says of the camera that took it; medians over its field."""

    aspect: float
    """Width over height."""
    field_over_height: float
    decentred_x: float
    """Field's centre from the frame's, in field radii."""
    decentred_y: float
    cut_top: float
    """Part of the radius that is missing above: 0 whole, 0.3 cut at 0.7 radii."""
    cut_bottom: float
    cut_left: float
    cut_right: float
    surround: float
    surround_sd: float
    red: float
    green: float
    blue: float
    rim_over_middle: float
    """Level (brighter of red and green) at 0.85-0.95 radii over that at 0.3-0.6."""
    unevenness: float
    """Darkest over brightest sixth, by direction, at 0.5-0.9 radii."""
    brightest: float
    """Green that one pixel in 200 exceeds, over the median: disc and reflections."""
    darkest: float
    """Green that one pixel in 50 stays under, over the median: vessels, fovea, shade."""
    edge_um: float
    """Spread (sigma) of the field's steepest edges, as if of a step."""
    noise_dark: float
    """High-pass standard deviation in flat blocks of the darker third of the field."""
    noise_bright: float
    noise_dark_small: float
    """The same on a copy of MEASURED_RADIUS_PX."""
    noise_bright_small: float


def measured_shot(
    photograph_HWC: UInt8Array, circle: FovCircle, field_deg: float
) -> ShotMeasurements:
    """Return the measurements of an RGB photograph whose field lies at `circle`."""
    height, width = photograph_HWC.shape[:2]
    levels = photograph_HWC.astype(np.float32) / np.float32(255)
    away, angle = _polar(levels, circle)
    field = (away < 0.97) & (levels[..., :2].max(axis=2) > 0.03)
    bright = levels[..., :2].max(axis=2)
    um_per_px = field_deg * UM_PER_DEG / (2 * circle.radius_px)
    small, small_field = _small(levels, field, circle)
    middle = np.median(levels[field], axis=0)
    surround = bright[away > 1.06]
    cuts = _cuts(away, bright, angle)
    return ShotMeasurements(
        aspect=width / height,
        field_over_height=2 * circle.radius_px / height,
        decentred_x=(circle.x_px - (width - 1) / 2) / circle.radius_px,
        decentred_y=(circle.y_px - (height - 1) / 2) / circle.radius_px,
        cut_top=cuts[0],
        cut_bottom=cuts[1],
        cut_left=cuts[2],
        cut_right=cuts[3],
        surround=float(np.median(surround)) if surround.size else float("nan"),
        surround_sd=float(surround.std()) if surround.size else float("nan"),
        red=float(middle[0]),
        green=float(middle[1]),
        blue=float(middle[2]),
        rim_over_middle=_ring(bright, away, field, 0.85, 0.95)
        / max(_ring(bright, away, field, 0.3, 0.6), 1e-3),
        unevenness=_unevenness(bright, away, angle, field),
        brightest=float(np.quantile(levels[..., 1][field], 0.995) / max(middle[1], 1e-3)),
        darkest=float(np.quantile(levels[..., 1][field], 0.02) / max(middle[1], 1e-3)),
        edge_um=edge_sigma_px(levels[..., 1], field) * um_per_px,
        noise_dark=noise_sd(levels[..., 1], field)[0],
        noise_bright=noise_sd(levels[..., 1], field)[1],
        noise_dark_small=noise_sd(small[..., 1], small_field)[0],
        noise_bright_small=noise_sd(small[..., 1], small_field)[1],
    )


def _small(
    levels: FloatArray, field: npt.NDArray[np.bool_], circle: FovCircle
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return a photograph and its field with a field of MEASURED_RADIUS_PX or less."""
    zoom = min(1.0, MEASURED_RADIUS_PX / circle.radius_px)
    small = cv2.resize(levels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    small_field = cv2.resize(field.astype(np.uint8), small.shape[1::-1]) > 0
    return np.asarray(small, np.float32), small_field


def edge_sigma_px(green_HW: FloatArray, field_HW: npt.NDArray[np.bool_]) -> float:
    """Return the median spread of the steepest edges in the field, NaN where there are none.

    Along each edge's gradient the level is followed to the next turning point on either side; a
    step of that height blurred by a Gaussian has the gradient that was seen at this sigma.
    """
    smooth = cv2.GaussianBlur(green_HW, (0, 0), 0.6)
    gx, gy = cv2.Scharr(smooth, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(smooth, cv2.CV_32F, 0, 1) / 32
    steep = cv2.magnitude(gx, gy)
    inner = cv2.erode(field_HW.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    inner[:15] = inner[-15:] = inner[:, :15] = inner[:, -15:] = False
    if inner.sum() < 4 * EDGES:
        return float("nan")
    local = np.where(inner & (steep >= cv2.dilate(steep, np.ones((5, 5)))), steep, 0).ravel()
    best = np.argsort(local)[-EDGES:]
    rows, columns = np.unravel_index(best, steep.shape)
    peak = steep[rows, columns]
    step = np.arange(-14, 14.01, 0.25, dtype=np.float32)
    xs = columns[:, None] + step * (gx[rows, columns] / peak)[:, None]
    ys = rows[:, None] + step * (gy[rows, columns] / peak)[:, None]
    followed = cv2.remap(smooth, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR)
    profile = np.asarray(followed, np.float32)
    half = len(step) // 2
    up = _rise(profile[:, half:])
    down = _rise(-profile[:, half::-1])
    sigma = (up + down) / peak / np.sqrt(2 * np.pi)
    return float(np.sqrt(max(float(np.median(sigma)) ** 2 - 0.6**2, 0.04)))


def _rise(profile_NP: Values) -> Values:
    """Return how far each profile rises before it first falls again."""
    rises = np.diff(profile_NP, axis=1)
    rising = np.cumprod(rises > 0, axis=1)
    return np.asarray((rises * rising).sum(axis=1), np.float32)


def noise_sd(green_HW: FloatArray, field_HW: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the high-pass standard deviation in the flattest blocks of dark and bright thirds.

    The filter (Immerkaer 1996, CVIU 64:300) is blind to planes and edges' slopes.
    """
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    high = cv2.filter2D(green_HW, cv2.CV_32F, kernel)
    rows, columns = (side // BLOCK_PX for side in green_HW.shape)
    size = (columns, rows)
    cropped = slice(0, rows * BLOCK_PX), slice(0, columns * BLOCK_PX)
    spread = np.sqrt(cv2.resize(high[cropped] ** 2, size, interpolation=cv2.INTER_AREA))
    level = cv2.resize(green_HW[cropped], size, interpolation=cv2.INTER_AREA)
    whole = (
        cv2.resize(field_HW[cropped].astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    )
    spread, level = spread[whole], level[whole]
    low, high_level = np.quantile(level, [1 / 3, 2 / 3])
    return (
        float(np.quantile(spread[level <= low], 0.25)),
        float(np.quantile(spread[level >= high_level], 0.25)),
    )


def _polar(levels: FloatArray, circle: FovCircle) -> tuple[Values, Values]:
    rows, columns = np.indices(levels.shape[:2], dtype=np.float32)
    x, y = (columns - circle.x_px) / circle.radius_px, (rows - circle.y_px) / circle.radius_px
    return np.hypot(x, y).astype(np.float32), np.arctan2(y, x).astype(np.float32)


def _cuts(away: Values, bright: Values, angle: Values) -> list[float]:
    """Return what is missing of the radius above, below, left and right."""
    seen = (away < 1.0) & (bright > 0.04)
    found = []
    for towards in (-np.pi / 2, np.pi / 2, np.pi, 0.0):
        near = np.abs(np.angle(np.exp(1j * (angle - towards)))) < 0.03
        reach = away[near & seen]
        found.append(float(max(0.0, 1 - np.quantile(reach, 0.999))) if reach.size else 1.0)
    return found


def _ring(
    bright: Values, away: Values, field: npt.NDArray[np.bool_], low: float, high: float
) -> float:
    return float(np.median(bright[field & (away > low) & (away < high)]))


def _unevenness(bright: Values, away: Values, angle: Values, field: npt.NDArray[np.bool_]) -> float:
    ring = field & (away > 0.5) & (away < 0.9)
    sixths = ((angle[ring] + np.pi) * 3 / np.pi).astype(int) % 6
    medians = [float(np.median(bright[ring][sixths == k])) for k in range(6)]
    return min(medians) / max(medians)
