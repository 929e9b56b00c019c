"""Courses of drawn eyes: the photograph of now, and how another future changes it.

The future is drawn anew under the camera of now, so that nothing differs but the eye. A change
is kept in sixteenths of a grey level: a picture of 8 bits, averaged to the network's size, holds
changes smaller than one level.

Legend: F horizons, H rows, W columns, C colours, D covariates.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, Eye, FloatArray, Photograph, UInt8Array
from edge_runtime.forecast.covariates import NAMES
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.preprocess import NetworkImage, network_image
from training.drawn.anatomy import rng_of
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import CameraState, camera_state
from training.drawn.cohort.manifest_rows import UNREADABLE_OPACITY
from training.drawn.drawn_eye import DrawnEye, DrawnPhotograph
from training.drawn.population.futures import other_futures
from training.drawn.population.person import Person

NOW_YEARS = 0.0
LEVEL = 16
"""Steps of a kept change in one grey level."""
TRIES = 6
"""Cameras dealt until one makes a photograph that can be read."""

Change = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Course:
    """One eye now and at F later moments of one future."""

    image_HWC: UInt8Array
    field_HW: BoolArray
    change_FHWC: Change
    """The future's image less the image of now, in sixteenths of a grey level."""
    horizon_years_F: FloatArray
    value_D: FloatArray
    """Covariates of now in the order of edge_runtime.forecast.covariates.NAMES, 0 not known."""
    known_D: FloatArray

    def save(self, path: Path) -> None:
        """Write the course whole or not at all."""
        temporary = path.with_suffix(".tmp.npz")
        np.savez_compressed(temporary, **{f.name: getattr(self, f.name) for f in fields(self)})
        temporary.replace(path)


def load_course(path: Path) -> Course:
    """Return the course of a file that `Course.save` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return Course(**{name: kept[name] for name in kept.files})


@dataclass(frozen=True)
class SeenEye:
    """An eye that a camera can read now."""

    drawn: DrawnEye
    camera: CameraState
    now: DrawnPhotograph
    seen: NetworkImage

    def image_of(self, picture_HWC: UInt8Array) -> FloatArray:
        """Return a picture cut out and averaged as the image of now was, but not rounded."""
        frame = self.seen.frame
        colours = [frame.from_photograph(picture_HWC[..., c].astype(np.float32)) for c in range(3)]
        return np.asarray(np.stack(colours, axis=-1), np.float32)


def seen_eye(
    person: Person, eye: Eye, preset: Preset, height_px: int, side_px: int
) -> SeenEye | None:
    """Return the eye's photograph of now, None where no camera of the first few can read it."""
    drawn = DrawnEye(person.eye(eye))
    if drawn.history.at(NOW_YEARS).media_opacity >= UNREADABLE_OPACITY:
        return None
    rng = rng_of(drawn.traits.seed, "progression", eye.value)
    camera = next(
        (c for c in (camera_state(preset, rng) for _ in range(TRIES)) if c.gradable), None
    )
    if camera is None:
        return None
    now = drawn.photograph(NOW_YEARS, camera, height_px)
    photograph = as_photograph(now.photograph_HWC)
    field = find_field_of_view(photograph)
    if field is None:
        return None
    return SeenEye(drawn, camera, now, network_image(photograph, field, side_px))


def drawn_course(
    person: Person,
    eye: Eye,
    horizons_years: FloatArray,
    preset: Preset,
    height_px: int,
    side_px: int,
) -> Course | None:
    """Return an eye's course at these horizons of one other future; None where it cannot be read.

    One future for all horizons: its lesions are then placed once, which takes as long as drawing.
    """
    seen = seen_eye(person, eye, preset, height_px, side_px)
    if seen is None:
        return None
    (future,) = other_futures(person, eye, NOW_YEARS, [0])
    later = seen.drawn.along(future)
    changes = [
        change_of(seen, later.photograph(float(years), seen.camera, height_px))
        for years in horizons_years
    ]
    value_D, known_D = covariates_of(person, eye)
    return Course(
        image_HWC=seen.seen.image_HWC,
        field_HW=seen.seen.field_HW,
        change_FHWC=np.stack(changes),
        horizon_years_F=np.asarray(horizons_years, np.float32),
        value_D=value_D,
        known_D=known_D,
    )


def change_of(seen: SeenEye, later: DrawnPhotograph) -> Change:
    """Return how the network image changes (H, W, C), cut out as the image of now was."""
    before = seen.image_of(seen.now.photograph_HWC)
    after = seen.image_of(later.photograph_HWC)
    change = (after - before) * seen.seen.field_HW[..., None]
    return np.asarray(np.rint(change * LEVEL), np.int16)


def covariates_of(person: Person, eye: Eye) -> tuple[FloatArray, FloatArray]:
    """Return what a clinic knows of the person now: values (D,) and whether known (D,)."""
    said = person.covariates_at(NOW_YEARS, eye)
    said["sex"] = float(person.bodies.fixed["sex"][person.i])
    known_D = np.array([said[name] is not None for name in NAMES], np.float32)
    value_D = [0.0 if said[name] is None else float(said[name]) for name in NAMES]  # type: ignore[arg-type]
    return np.array(value_D, np.float32), known_D


def as_photograph(pixels_HWC: UInt8Array) -> Photograph:
    """Return drawn pixels as the runtime's photograph."""
    height_px, width_px = pixels_HWC.shape[:2]
    return Photograph("drawn", "0" * 64, width_px, height_px, pixels_HWC)
