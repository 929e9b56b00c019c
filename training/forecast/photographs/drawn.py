"""Photographs of chosen drawn people, drawn once into a run's folder and found again there.

Each eye is photographed once, at the first visit, under a camera of its own. A photograph that
nobody could read, or in which no field is found, is left out, as a clinic's gate does.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.cli.progress import progress_bar
from edge_runtime.domain import Eye, FloatArray
from edge_runtime.durable import make_folder
from training.drawn.anatomy import rng_of
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import camera_state
from training.drawn.cohort.manifest_rows import UNREADABLE_OPACITY
from training.drawn.cohort.people import parameters
from training.drawn.drawn_eye import DrawnEye
from training.drawn.population.drawing import BLOCK, draw_block
from training.errors import CohortError
from training.forecast.drawing import Wanted
from training.forecast.people import People
from training.forecast.photographs.batches import network_view
from training.forecast.photographs.case_cohort import Chosen
from training.forecast.photographs.seen import LABELS, SeenEye, SeenPeople

JPEG_QUALITY = 95
LABEL_FILE = "labels.npy"
FIRST_VISIT = 0.0


@dataclass(frozen=True)
class Sitting:
    """The people of one block who are photographed: their indices in it, where and how."""

    seed: int
    block: int
    indices: tuple[int, ...]
    folder: Path
    preset: Preset
    height_px: int


def photographed(
    people: People,
    chosen: Chosen,
    wanted: Wanted,
    run: Path,
    preset: Preset,
    height_px: int,
    workers: int = 1,
) -> SeenPeople:
    """Return the chosen of `people` (all that `wanted` names) with photographs of their eyes.

    What lies in `run` already is not drawn again.
    """
    folder = run / f"photographs_{wanted.role.value}_{preset.value}_{height_px}px"
    sittings = list(_sittings(chosen, wanted, folder, preset, height_px))
    missing = [sitting for sitting in sittings if not (sitting.folder / LABEL_FILE).exists()]
    with progress_bar("Photographing blocks of people", len(missing)) as show:
        for done, _ in enumerate(_sat(missing, workers), start=1):
            show(done)
    eyes = [each for sitting in sittings for each in _eyes(sitting)]
    seen_N = np.array([bool(each) for each in eyes])
    kept = tuple(each for each in eyes if each)
    return SeenPeople(people.take(chosen.place_N[seen_N]), kept, chosen.weight_N[seen_N])


def _sittings(
    chosen: Chosen, wanted: Wanted, folder: Path, preset: Preset, height_px: int
) -> Iterator[Sitting]:
    first = wanted.blocks.start
    for number, places in groupby(chosen.place_N.tolist(), key=lambda place: place // BLOCK):
        indices = tuple(place % BLOCK for place in places)
        block = first + number
        yield Sitting(wanted.seed, block, indices, folder / f"{block:06d}", preset, height_px)


def _sat(sittings: list[Sitting], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(_photograph, sittings)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_photograph, sittings)


def _photograph(sitting: Sitting) -> None:
    make_folder(sitting.folder)
    bodies = draw_block(
        sitting.seed, sitting.block, parameters(), indices=sitting.indices, visits=1
    )
    labels = []
    for number in range(len(bodies)):
        person = bodies.person(number)
        for eye in Eye:
            drawn = DrawnEye(person.eye(eye))
            rng = rng_of(drawn.traits.seed, "forecast", eye.value)
            camera = camera_state(sitting.preset, rng)
            picture = drawn.photograph(FIRST_VISIT, camera, sitting.height_px)
            bgr_HWC = cv2.cvtColor(picture.photograph_HWC, cv2.COLOR_RGB2BGR)
            path = _path(sitting, sitting.indices[number], eye)
            cv2.imwrite(str(path), bgr_HWC, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            said = person.labels_at(eye, FIRST_VISIT)
            label_L = np.asarray([bool(said[label]) for label in LABELS], np.float32)
            labels.append(label_L)
            clear = camera.gradable and picture.state.media_opacity < UNREADABLE_OPACITY
            if not (clear and _has_field(SeenEye(path, eye, label_L), sitting.height_px)):
                path.unlink()
    # Last, so that a block that was killed half-way is photographed again.
    temporary = sitting.folder / f"part_{LABEL_FILE}"
    np.save(temporary, np.asarray(labels, np.float32).reshape(-1, len(Eye), len(LABELS)))
    temporary.replace(sitting.folder / LABEL_FILE)


def _eyes(sitting: Sitting) -> Iterator[tuple[SeenEye, ...]]:
    labels: FloatArray = np.load(sitting.folder / LABEL_FILE, allow_pickle=False)
    for index, label in zip(sitting.indices, labels, strict=True):
        yield tuple(
            SeenEye(_path(sitting, index, eye), eye, label[place])
            for place, eye in enumerate(Eye)
            if _path(sitting, index, eye).exists()
        )


def _has_field(seen: SeenEye, side_px: int) -> bool:
    try:
        network_view(seen, side_px)
    except CohortError:
        return False
    return True


def _path(sitting: Sitting, index: int, eye: Eye) -> Path:
    return sitting.folder / f"{index:03d}_{eye.value}.jpg"
