"""Draws the people of one part: both eyes at every visit, their masks, and all tables' rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.domain import Eye
from training.drawn.anatomy import rng_of
from training.drawn.camera.photographing import encoded_jpeg
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import CameraState, camera_state, repeat_shot
from training.drawn.cohort.manifest_rows import manifest_row, photograph_name, written_masks
from training.drawn.cohort.parts import Drawing, Part, Row, write_part
from training.drawn.cohort.people import part_bodies, visit_years
from training.drawn.cohort.record import DrawRecord
from training.drawn.cohort.truth_rows import photograph_truth, visit_truths
from training.drawn.drawn_eye import DrawnEye
from training.drawn.eye_state import EyeTraits
from training.drawn.population.person import Person


@dataclass(frozen=True)
class Shot:
    """One photograph that is to be taken."""

    visit: int
    """From 0, the first."""

    number: int
    """Of the photographs of this eye at this visit, from 0."""

    years: float
    camera: CameraState


def draw_part(out: Path, record: DrawRecord, part: Part, one_more: Callable[[], None]) -> None:
    """Draw a part's people and write pictures and rows; `one_more` is called a photograph.

    Raises OutputError, and what `one_more` raises.
    """
    drawing = Drawing()
    for bodies in part_bodies(record.seed, part.people, record.visits):
        truths = visit_truths(bodies)
        for place in range(len(bodies)):
            person = bodies.person(place)
            drawing.outcomes += [row.model_dump(mode="json") for row in person.outcomes()]
            _draw_person(out, record, person, truths[place], drawing, one_more)
    write_part(out, part, drawing)


def shots_of(
    traits: EyeTraits, years: Sequence[float], preset: Preset, shots: int
) -> Iterator[Shot]:
    """Yield an eye's photographs in order: a camera state for each visit, then repeats of it."""
    for visit, moment in enumerate(years):
        rng = rng_of(traits.seed, "camera", traits.eye.value, visit)
        camera = camera_state(preset, rng)
        for number in range(shots):
            yield Shot(visit, number, moment, camera)
            camera = repeat_shot(camera, rng)


def _draw_person(
    out: Path,
    record: DrawRecord,
    person: Person,
    truths: Sequence[Row],
    drawing: Drawing,
    one_more: Callable[[], None],
) -> None:
    for eye in Eye:
        drawn = DrawnEye(person.eye(eye))
        years = visit_years(person)
        for shot in shots_of(drawn.traits, years, Preset(record.preset), record.shots):
            picture = drawn.photograph(shot.years, shot.camera, record.side_px)
            name = photograph_name(
                person, eye, shot.visit, shot.number if record.shots > 1 else None
            )
            photograph = f"photographs/{name}.jpg"
            drawing.write_picture(
                out, photograph, encoded_jpeg(picture.photograph_HWC, shot.camera)
            )
            masks = written_masks(out, name, picture, drawing) if record.masks else {}
            row = manifest_row(person, picture, photograph, masks)
            drawing.manifest.append(row.model_dump(mode="json"))
            drawing.truth.append(photograph_truth(row, truths[shot.visit], picture, record))
            one_more()
