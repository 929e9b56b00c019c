"""What is made of a good photograph: other cameras' pictures of it, copies with a defect, scenes.

DRIMDB alone holds photographs that graders refused, all of one camera. Copies with one defect each
teach the gate the defect and not the camera: every camera's colours are then among the good and
among the bad, and so are those of cameras that nobody here has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from edge_runtime.domain import FovCircle, Photograph, UInt8Array
from edge_runtime.fundus.field_of_view import shrunk
from training.camera.defects import OPERATORS, RETAKE, spoilt
from training.camera.other_camera import other_camera
from training.camera.phone import phone_photograph
from training.quality.example import AT_RETAKE, CAMERA, COPY, PHONE, SCENE, SEEN_FROM, Example
from training.quality.scenes import SCENES

COPY_RADIUS_PX = 190.0
"""Field radius at which copies are made: quality is measured on a still smaller one."""

FAR_RADIUS_PX = 260.0
"""The same where the copy's own field is smaller, and would be blurred for want of pixels."""

COPIES, CAMERA_COPIES = 3, 3
"""Copies of a good photograph, and of another camera's picture of it, to learn from."""

LOOKS = {
    "blur": 4,
    "dark": 2,
    "bright": 2,
    "glare": 3,
    "small_field": 1,
    "clipped_field": 6,
    "haze": 4,
}
"""How often each defect is chosen: the more, the more it can look like."""

LOTS = [defect for defect, lots in LOOKS.items() for _ in range(lots)]

SEVERITIES = ((0.0, 0.2), (SEEN_FROM, 0.7), (SEEN_FROM, 1.0))
"""One of these spans for each copy: between them nobody could say."""

PHONE_SHARE, SCENE_SHARE = 0.5, 0.4
"""How often a good photograph is also a telephone's, or made into a scene that is no eye."""

SEED = 20261122

Make = Callable[[UInt8Array, FovCircle, np.random.Generator], UInt8Array]


@dataclass(frozen=True)
class View:
    """A photograph to make something of, its field in that picture's own pixels."""

    photograph: Photograph
    circle: FovCircle

    def showing(self, pixels_HWC: UInt8Array) -> Photograph:
        """Return the photograph with other pixels of the same size."""
        return replace(self.photograph, pixels_HWC=pixels_HWC)


def made_of(
    example: Example, photograph: Photograph, circle: FovCircle, index: int, judged: bool
) -> Iterator[tuple[Example, Photograph]]:
    """Yield what is made of a good photograph, each by its own seed, not yet measured.

    `circle` is the field in photograph pixels, `index` the photograph's place in the table;
    `judged` adds a copy of each defect at RETAKE.
    """
    near, far = (_reduced(photograph, circle, radius) for radius in (COPY_RADIUS_PX, FAR_RADIUS_PX))
    other = _other_camera(far, np.random.default_rng([SEED, index, 0]))
    yield replace(example, kind=CAMERA), other.photograph
    chance = np.random.default_rng([SEED, index])
    for turn, (label, make) in enumerate(_makings(example, judged, chance), start=1):
        view = near
        if label.kind == COPY and turn > COPIES:
            view = other
        elif label.kind in (PHONE, SCENE) or label.defect == "small_field":
            view = far
        rng = np.random.default_rng([SEED, index, turn])
        yield label, view.showing(make(view.photograph.pixels_HWC, view.circle, rng))


def _makings(
    example: Example, judged: bool, chance: np.random.Generator
) -> Iterator[tuple[Example, Make]]:
    for _ in range(COPIES + CAMERA_COPIES):
        defect = LOTS[int(chance.integers(len(LOTS)))]
        severity = float(chance.uniform(*SEVERITIES[int(chance.integers(len(SEVERITIES)))]))
        copy = replace(example, kind=COPY, defect=defect, severity=severity)
        yield replace(copy, gradable=severity < SEEN_FROM), _spoiling(defect, severity)
    if chance.random() < PHONE_SHARE:
        yield replace(example, kind=PHONE), phone_photograph
    if chance.random() < SCENE_SHARE:
        scene = SCENES[str(chance.choice(list(SCENES)))]
        yield replace(example, kind=SCENE, gradable=False, defect="not_a_fundus"), scene
    for defect in OPERATORS if judged else ():
        copy = replace(example, kind=AT_RETAKE, gradable=False, defect=defect, severity=RETAKE)
        yield copy, _spoiling(defect, RETAKE)


def _spoiling(defect: str, severity: float) -> Make:
    def make(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
        return spoilt(picture_HWC, circle, defect, severity, rng)

    return make


def _other_camera(view: View, rng: np.random.Generator) -> View:
    """Another camera's picture, as large as that camera would give it."""
    seen = other_camera(view.photograph.pixels_HWC, view.circle, rng)
    height, width = seen.picture_HWC.shape[:2]
    scale = view.photograph.scale
    photograph = replace(
        view.photograph,
        pixels_HWC=seen.picture_HWC,
        width_px=round(width / scale),
        height_px=round(height / scale),
    )
    return View(photograph, seen.circle)


def _reduced(photograph: Photograph, circle: FovCircle, radius_px: float) -> View:
    """The photograph with a field of this radius or less."""
    scale = photograph.scale
    zoom = min(1.0, radius_px / (circle.radius_px * scale))
    height, width = photograph.pixels_HWC.shape[:2]
    pixels_HWC = photograph.pixels_HWC
    if zoom < 1.0:
        pixels_HWC = shrunk(pixels_HWC, (round(width * zoom), round(height * zoom)))
    smaller = replace(photograph, pixels_HWC=pixels_HWC)
    scale = smaller.scale
    x, y = ((place + 0.5) * scale - 0.5 for place in (circle.x_px, circle.y_px))
    return View(smaller, FovCircle(x, y, circle.radius_px * scale))
