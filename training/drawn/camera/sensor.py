"""From light to 8 bits: focus and movement before the sensor; tone, sharpening, noise after it."""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, UInt8Array
from training.camera.light import gaussian
from training.camera.optics import stroke
from training.drawn.anatomy import rng_of
from training.drawn.camera.framing import Window
from training.drawn.camera.state import CameraState

BLUR_OF_COLOUR = (1.15, 1.0, 1.25)
"""Red and blue are focused worse than green, for which eye and camera are set; assumed."""
KNEE = 0.82
"""Level from which a camera bends the brightest values down."""
STEPS = 4096
"""Steps of level up to TOP by which the tone curve is tabled, sixteen to a grey level."""
TOP = 2.0
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
READ_FLOOR = 0.06
"""Least level by which reading's noise is divided."""


def focused(
    light_HWC: FloatArray, window: Window, camera: CameraState, media_um: float
) -> FloatArray:
    """Return light (H, W, 3) as the lens throws it: each colour blurred, and the rim more."""
    um = float(np.sqrt(camera.optics_um**2 + camera.defocus_um**2 + media_um**2))
    sigma = float(np.hypot(um / window.um_per_px, camera.softness_px))
    planes = [
        gaussian(np.ascontiguousarray(light_HWC[..., c]), BLUR_OF_COLOUR[c] * sigma)
        for c in range(3)
    ]
    sharp = np.asarray(cv2.merge(planes), np.float32)
    rim_px = camera.rim_blur_um / window.um_per_px
    if rim_px > 0.5:
        soft = gaussian(sharp, rim_px)
        share = np.clip((window.away - np.float32(0.45)) / np.float32(0.6), 0, 1) ** 2
        sharp += (soft - sharp) * np.asarray(cv2.merge([share, share, share]), np.float32)
    return _moved(sharp, camera, window)


def _moved(light: FloatArray, camera: CameraState, window: Window) -> FloatArray:
    """Return light smeared along the movement; less than half a pixel is none."""
    length = camera.motion_um / window.um_per_px
    if length < 0.5:
        return light
    kernel = stroke(length, float(np.deg2rad(camera.motion_deg)), 0.1)
    return np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE))


def developed(light_HWC: FloatArray, camera: CameraState, metered: float) -> FloatArray:
    """Return levels (H, W, 3): tone curve about the metered light, then saturation."""
    index = np.sqrt(np.maximum(light_HWC, 0)) * np.float32(STEPS / TOP)
    np.minimum(index, np.float32(STEPS - 1), out=index)
    level = np.take(_tone(camera.contrast, metered), index.astype(np.uint16))
    grey = np.tile(LUMA, (3, 1))
    matrix = camera.saturation * np.eye(3) + (1 - camera.saturation) * grey
    return np.asarray(cv2.transform(level, matrix.astype(np.float32)))


def _tone(contrast: float, metered: float) -> FloatArray:
    """Return the level written for each step of level seen."""
    seen = (np.arange(STEPS) + 0.5) * (TOP / STEPS)
    middle = float(np.sqrt(metered))
    level = middle * (seen / middle) ** contrast
    over = np.maximum(level - KNEE, 0) / (1 - KNEE)
    return np.asarray(np.minimum(level, KNEE) + (1 - KNEE) * np.tanh(over), np.float32)


def sharpened(level_HWC: FloatArray, camera: CameraState) -> FloatArray:
    """Return levels with the unsharp mask that cameras add to brightness, in place."""
    if camera.sharpening > 0.02:
        luma = cv2.cvtColor(level_HWC, cv2.COLOR_RGB2GRAY)
        fine = luma - cv2.GaussianBlur(luma, (0, 0), 1.2)
        fine *= np.float32(camera.sharpening)
        level_HWC += cv2.merge([fine, fine, fine])
    return level_HWC


def noisy(level_HWC: FloatArray, camera: CameraState) -> FloatArray:
    """Return levels with the sensor's noise, in place: of brightness fine, of colour coarser."""
    own = rng_of(camera.shot_seed, "noise")
    rows, columns = level_HWC.shape[:2]
    grain = _grain((rows, columns), camera.softness_px, own)
    green = cv2.extractChannel(level_HWC, 1)
    size = (columns // 8 + 1, rows // 8 + 1)
    smooth = np.maximum(cv2.resize(green, size, interpolation=cv2.INTER_AREA), READ_FLOOR)
    spread = np.float32(camera.shot_noise) + np.float32(camera.read_noise / 2) / smooth
    grain *= cv2.resize(spread, (columns, rows))
    half = (rows // 2 + 1, columns // 2 + 1)
    chroma = np.float32(camera.chroma_noise * camera.shot_noise)
    red, blue = (
        cv2.resize(_grain(half, 0.5, own), (columns, rows)) * (chroma * np.float32(share))
        for share in (0.8, 1.0)
    )
    level_HWC += cv2.merge([grain + red, grain, grain + blue])
    return level_HWC


def _grain(shape: tuple[int, int], sigma_px: float, own: np.random.Generator) -> FloatArray:
    """Return noise (H, W) of standard deviation 1 with grains of a width."""
    noise = cv2.GaussianBlur(own.standard_normal(shape, np.float32), (0, 0), sigma_px)
    return np.asarray(noise * np.float32(_loss(sigma_px)), np.float32)


def _loss(sigma_px: float) -> float:
    """Return the factor by which a Gaussian blur reduces white noise's spread."""
    kernel = cv2.getGaussianKernel(2 * int(np.ceil(4 * sigma_px)) + 1, sigma_px)
    return float(1 / np.sum(kernel**2))


def eight_bits(level_HWC: FloatArray) -> UInt8Array:
    """Return levels as grey levels, rounded, within 0 and 255."""
    return np.asarray(np.clip(level_HWC * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)
