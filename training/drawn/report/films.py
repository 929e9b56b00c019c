"""Films: one eye over ten years before one camera, as an animated picture.

The photographs of a cohort each have the camera of their day. Here the same eye is drawn anew from
the cohort's seed, year by year, by the camera of its clearest visit: nothing moves but the eye, so
that what comes, grows and goes is seen in its place.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from edge_runtime.domain import Eye, UInt8Array
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import CameraState
from training.drawn.cohort.drawn_part import shots_of
from training.drawn.cohort.people import visit_years
from training.drawn.drawn_eye import DrawnEye, DrawnPhotograph
from training.drawn.population.drawing import draw_block
from training.drawn.population.parameters import Parameters, reference_population
from training.drawn.population.person import Person
from training.drawn.report.folder import DrawnCohort
from training.drawn.report.strips import chosen_eyes

YEARS = 10
HEIGHT_PX = 300
_LABEL_PX = 26
_FRAME_MS, _LAST_MS = 700, 1800
_QUALITY = 80


@dataclass(frozen=True)
class Film:
    """One eye over time; `webp` is an animated WebP, a frame a year."""

    title: str
    years: tuple[float, ...]
    webp: bytes


def films(cohort: DrawnCohort) -> list[Film]:
    """Return a film of the first eye of each kind of change that the strips show.

    None where the cohort was drawn with other parameters than today's: its eyes are not to be
    drawn again from their seed.
    """
    parameters = reference_population()
    if cohort.record.population_parameters_sha256 != parameters.digest:
        return []
    first: dict[str, tuple[str, str]] = {}
    for why, eye in chosen_eyes(cohort.truth):
        first.setdefault(why, eye)
    return [_film(cohort, why, eye, parameters) for why, eye in first.items()]


def _film(cohort: DrawnCohort, why: str, eye: tuple[str, str], parameters: Parameters) -> Film:
    person, side = _person(cohort, eye[0], parameters), Eye(eye[1])
    drawn = DrawnEye(person.eye(side))
    camera = _camera(cohort, person, drawn)
    last = min(float(YEARS), float(person.bodies.death_years[person.i]))
    years = tuple(float(year) for year in range(YEARS + 1) if year <= last)
    frames = [_labelled(drawn.photograph(year, camera, HEIGHT_PX)) for year in years]
    title = f"{eye[0]} {eye[1]}" + (f": {why}" if why else "")
    return Film(title, years, _encoded(frames))


def _person(cohort: DrawnCohort, person_id: str, parameters: Parameters) -> Person:
    """Return the person of an id, `SEED-BLOCK-PLACE`, as the cohort was drawn."""
    seed, block, place = (int(part) for part in person_id.split("-"))
    visits = cohort.record.visits
    return draw_block(seed, block, parameters, visits=visits, indices=[place]).person(0)


def _camera(cohort: DrawnCohort, person: Person, drawn: DrawnEye) -> CameraState:
    """Return the camera of the visit at which least was wrong with the photograph."""
    preset, shots = Preset(cohort.record.preset), cohort.record.shots
    taken = [shot.camera for shot in shots_of(drawn.traits, visit_years(person), preset, shots)]
    return min(taken, key=lambda camera: (camera.severity, camera.mild_defect))


def _labelled(picture: DrawnPhotograph) -> UInt8Array:
    """Return a photograph (H, W, 3) with its year and what is true of it written beneath."""
    state = picture.state
    said = f"drawn, year {picture.years:.0f}: DR {min(int(state.dr_severity), 4)}"
    said += f", cup {state.cdr_vertical:.2f}"
    beneath = np.full((_LABEL_PX, picture.photograph_HWC.shape[1], 3), 24, np.uint8)
    cv2.putText(beneath, said, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (235,) * 3, 1, cv2.LINE_AA)
    return np.concatenate([picture.photograph_HWC, beneath])


def _encoded(frames: Sequence[UInt8Array]) -> bytes:
    pictures = [Image.fromarray(frame) for frame in frames]
    times = [_FRAME_MS] * (len(frames) - 1) + [_LAST_MS]
    content = io.BytesIO()
    pictures[0].save(
        content, "WEBP", save_all=True, append_images=pictures[1:], duration=times, loop=0,
        quality=_QUALITY,
    )  # fmt: skip
    return content.getvalue()
