"""The camera takes the photograph: a retina's colour goes in, 8 bits come out.

In the order of light: the eye's media and the lens blur, flash and shadows multiply, scatter and
stray light add, dust and reflections lie over it, a defect may spoil it, then the sensor develops,
sharpens and adds its noise, all within the window of the field; around it is the surround.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, UInt8Array
from training.camera.defects import OPERATORS
from training.camera.framing import behind_a_lid, shaded
from training.camera.light import Scene
from training.drawn.anatomy import rng_of
from training.drawn.camera.flaws import lens_rim, mark
from training.drawn.camera.framing import Window, covered, field_cover, window_of_frame
from training.drawn.camera.light import enlarged, light_through
from training.drawn.camera.media import Media, media_of
from training.drawn.camera.sensor import developed, eight_bits, focused, noisy, sharpened
from training.drawn.camera.state import CameraState
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame


def take_photograph(
    retina_HWC: FloatArray, frame: Frame, camera: CameraState, traits: EyeTraits, state: EyeState
) -> UInt8Array:
    """Return the photograph (H, W, 3), RGB, of a retina's colour (H, W, 3), levels from 0 to 1.

    `frame` is `frame_of` the same camera. Nothing is random: camera and eye hold their seeds.
    """
    window = window_of_frame(frame)
    retina = retina_HWC[window.rows, window.columns]
    media = media_of(traits, state)
    level = through_camera(np.asarray(retina, np.float32), window, camera, media)
    around = _surround(frame.shape, camera)
    inner = around[window.rows, window.columns]
    if camera.lens_ring > 0:
        inner += lens_rim(window, camera)[..., None]
    inner[:] = covered(level, inner, field_cover(window, camera))
    return eight_bits(around)


def through_camera(
    retina_HWC: FloatArray, window: Window, camera: CameraState, media: Media
) -> FloatArray:
    """Return levels (H, W, 3) of a retina's levels in a window, the field not yet cut out."""
    light = focused(retina_HWC * retina_HWC, window, camera, media.blur_um)
    maps = light_through(light, window, camera, media)
    cv2.multiply(light, enlarged(maps.gain_hwC, window.shape), dst=light)
    cv2.add(light, enlarged(maps.added_hwC, window.shape), dst=light)
    mark(light, window, camera, maps.metered)
    light = _spoilt(light, window, camera)
    level = developed(light, camera, maps.metered)
    return noisy(sharpened(level, camera), camera)


def encoded_jpeg(photograph_HWC: UInt8Array, camera: CameraState) -> bytes:
    """Return an RGB photograph as the camera's JPEG file."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, round(camera.jpeg_quality)]
    _, content = cv2.imencode(".jpg", photograph_HWC[..., ::-1], quality)
    return bytes(content.tobytes())


def _spoilt(light: FloatArray, window: Window, camera: CameraState) -> FloatArray:
    """Return the light with the shot's defect, by the operators that real photographs get.

    A small field and one cut off by the frame are the frame's doing, and done already.
    """
    if camera.defect in ("", "small_field") or camera.blocked_by == "frame":
        return light
    blocking = {"iris": shaded, "lid": behind_a_lid}
    operator = blocking.get(camera.blocked_by) or OPERATORS[camera.defect]
    u, v = (np.broadcast_to(part, window.shape) for part in (window.u, window.v))
    radius = window.circle.radius_px
    inside = np.clip((1 - window.away) * np.float32(radius) + np.float32(0.5), 0, 1)
    scene = Scene(light, inside, np.asarray(u), np.asarray(v), radius)
    return operator(scene, camera.severity, rng_of(camera.shot_seed, "defect"))


def _surround(shape: tuple[int, int], camera: CameraState) -> FloatArray:
    """Return levels (H, W, 3) of what lies around the field: nearly black, a little noisy."""
    around = np.full((*shape, 3), camera.surround, np.float32)
    if camera.surround_noise > 0.001:
        own = rng_of(camera.shot_seed, "surround")
        noise = own.standard_normal(shape, np.float32) * np.float32(camera.surround_noise)
        around += cv2.merge([noise, noise, noise])
    return around
