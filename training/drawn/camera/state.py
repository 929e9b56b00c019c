"""All parameters of one shot, dealt from a preset; and another shot of the same visit.

What belongs to the camera and the day is dealt once a visit, what `shot` names each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.camera.defects import RETAKE
from training.camera.light import FULL_LEVEL
from training.camera.sensor import DARK_LEVEL
from training.drawn.camera.presets import Preset, camera_kinds, deal_kind
from training.drawn.camera.shot import SEEDS, shot

DIMMEST = 0.13
"""Nobody reads a field whose median is below this level; set by eye on drawn photographs."""
FOCUSED_ANEW = ("defocus_um", "motion_um")
HELD_ANEW = ("decentred_x", "decentred_y")


@dataclass(frozen=True, kw_only=True)
class CameraState:
    """One shot. Levels are shares of full, light their square; angles run clockwise."""

    preset: Preset
    kind: str
    tab: str
    device_seed: int
    """Fixes the camera's dust, reflections and tints: the same in all shots of a visit."""
    shot_seed: int
    """Fixes noise, lashes and the places of what happened in this shot."""

    field_deg: float
    """Angle of the whole round field."""
    aspect: float
    """Width of the photograph over its height."""
    field_over_height: float
    """Diameter of the field over the photograph's height; above 1 the frame clips it."""
    decentred_x: float
    """Field's centre right of the frame's, in field radii."""
    decentred_y: float
    cut: float
    """Part of the radius cut off straight above and below, on top of what the frame clips."""
    cut_tilt_deg: float
    edge_softness: float
    """Width of the field's edge, in field radii."""
    surround: float
    """Level around the field."""
    surround_noise: float
    """Standard deviation of that level."""
    tab_deg: float
    """Where the tab sits, in degrees above the right."""

    towards_disc: float
    """Aim between fovea (0) and disc (1)."""
    aim_spread_deg: float
    """Standard deviation of each part of the aim, from shot to shot."""
    aim_x_deg: float
    """Aim off that place, to the nose."""
    aim_y_deg: float
    """Likewise downwards."""
    roll_spread_deg: float
    roll_deg: float
    """Turn of the eye in the photograph, clockwise."""

    metered_level: float
    """Median level (brighter of red and green) that the camera exposes for."""
    metering: float
    """How far it gets there from the retina's own level: 0 not at all, 1 wholly."""
    exposure_spread: float
    exposure_stops: float
    """Error of the exposure of this shot."""
    green_stops: float
    """Green light over red, beyond the painted retina's."""
    blue_stops: float
    """Likewise of blue."""
    cast: float
    """Spread of the logarithm of green over red light, per field radius and from middle to rim."""
    rim_light: float
    """Light at the rim over that in the middle."""
    tilt: float
    """Light more and less at opposite rims."""
    tilt_deg: float
    shade_chance: float
    shade: float
    """Depth of a dark crescent at one side, 0 to 1: the pupil's edge."""
    shade_deg: float
    veil: float
    """Stray light over the whole field, as a share of the metered light."""
    rim_glow_chance: float
    rim_glow: float
    """Light of a coloured crescent at the rim."""
    rim_glow_deg: float
    rim_haze: float
    """Light of a faint ring along the whole rim."""
    ghost: float
    """Light of the soft reflection in the middle."""
    dots: float
    """Small sharp reflections; the whole part counts."""
    lens_ring: float
    """Level of the lens's bright rim (telephone)."""
    dust: float
    """Dark specks on the camera's glass; the whole part counts."""
    lashes_chance: float
    lashes: float
    """Depth of the shadows of lashes, 0 to 1."""

    optics_um: float
    """Blur of eye and camera at best focus, standard deviation on the retina."""
    defocus_um: float
    """Blur that this shot's focus adds, in quadrature."""
    rim_blur_um: float
    """Blur at the rim that is added to the middle's, in quadrature."""
    motion_um: float
    """Length of the eye's or hand's movement during the flash."""
    motion_deg: float

    contrast: float
    """Exponent of levels about the metered one."""
    saturation: float
    sharpening: float
    """Share of the unsharp mask that the camera adds."""
    shot_noise: float
    """Noise of photons: standard deviation in level, the same at all levels."""
    read_noise: float
    """Noise of reading: standard deviation in light, so most in dark levels."""
    chroma_noise: float
    """Noise of blue and (0.8 of it) red beyond that of brightness, as a share of it."""
    softness_px: float
    """Spread of the noise's grain and of the picture by demosaicing."""
    jpeg_quality: float

    mild_defect: float
    ungradable: float
    defect: str = ""
    """What was put in, by the names of `training.camera.defects`; empty for none."""
    severity: float = 0.0
    """How bad, from 0 to 1; from RETAKE on the photograph would be taken again."""
    blocked_by: str = ""
    """What cuts a `clipped_field` off: frame, iris or lid."""

    @property
    def gradable(self) -> bool:
        """Whether a grader would read the photograph, as far as the camera is to blame."""
        return self.severity < RETAKE and self.expected_level >= DIMMEST

    @property
    def expected_level(self) -> float:
        """Median level (brighter of red and green) of a retina that is metered in full."""
        level = self.metered_level * 2.0 ** (self.exposure_stops / 2)
        dark = min(self.severity / RETAKE, 1.0) if self.defect == "dark" else 0.0
        return float(level * min(DARK_LEVEL[0] / FULL_LEVEL / level, 0.6) ** dark)


def camera_state(preset: Preset, rng: np.random.Generator) -> CameraState:
    """Return the first shot of a visit: a camera of the preset, its day, and the shot."""
    preset, kind = deal_kind(preset, rng)
    dealt = {name: kind.ranges[name].dealt(rng) for name in sorted(kind.ranges)}
    angles = {name: float(rng.uniform(0, 360)) for name in ("tilt_deg", "shade_deg")}
    angles["rim_glow_deg"] = float(rng.uniform(0, 360))
    identity = {
        "preset": preset,
        "kind": kind.name,
        "tab": kind.tab,
        "device_seed": int(rng.integers(SEEDS)),
    }
    given = identity | dealt | angles
    return CameraState(**given, **shot(preset, dealt, rng))  # type: ignore[arg-type]


def typical_shot(preset: Preset, kind_name: str) -> CameraState:
    """Return a well-aimed shot without flaw by a kind of camera, each range at its middle.

    Raises StopIteration where the preset has no such kind.
    """
    kind = next(kind for kind in camera_kinds(preset) if kind.name == kind_name)
    middle = {name: dealt_from.middle for name, dealt_from in kind.ranges.items()}
    aim = dict.fromkeys(("aim_x_deg", "aim_y_deg", "roll_deg", "exposure_stops"), 0.0)
    light = dict.fromkeys(("shade", "rim_glow", "lashes"), 0.0)
    angles = dict.fromkeys(("tilt_deg", "shade_deg", "rim_glow_deg", "motion_deg"), 0.0)
    identity = {"preset": preset, "kind": kind.name, "tab": kind.tab}
    seeds = {"device_seed": 0, "shot_seed": 0}
    return CameraState(**identity, **seeds, **middle, **aim, **light, **angles)  # type: ignore[arg-type]


def repeat_shot(state: CameraState, rng: np.random.Generator) -> CameraState:
    """Return another shot of the same visit: same camera, light and colour.

    Aim, roll, focus, movement, exposure, lashes, shade and defects are dealt anew; a camera in the
    hand is held anew too, so its field lies elsewhere in the frame.
    """
    kind = next(kind for kind in camera_kinds(state.preset) if kind.name == state.kind)
    same = {name: getattr(state, name) for name in kind.ranges}
    anew = FOCUSED_ANEW if state.preset is Preset.CLINIC else FOCUSED_ANEW + HELD_ANEW
    again = {name: kind.ranges[name].dealt(rng) for name in anew}
    clean = replace(state, defect="", severity=0.0, blocked_by="")
    return replace(clean, **(again | shot(state.preset, same, rng)))  # type: ignore[arg-type]
