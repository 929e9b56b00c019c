"""Photographs as the network sees them, made once and kept in a run's folder.

Decoding and cropping a photograph costs half of a training step on it; a run looks at each several
times. The parts are plain arrays that are read from the disk as they are needed.

Legend: N photographs, H rows, W columns, C colours.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.cli.progress import progress_bar
from edge_runtime.domain import UInt8Array
from training.errors import CohortError
from training.forecast.photographs.batches import network_view
from training.forecast.photographs.seen import SeenEye
from training.signs.eyes import SignedEye

TOGETHER = 256
"""Photographs of one part."""


@dataclass(frozen=True)
class Pictures:
    """Eyes in order, and for each its part and place in it."""

    eyes: tuple[SignedEye, ...]
    parts: tuple[UInt8Array, ...]
    place_N2: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.eyes)

    def image(self, number: int) -> UInt8Array:
        """Return the network image (H, W, C) of an eye; an OS is mirrored into an OD."""
        part, place = self.place_N2[number]
        return np.asarray(self.parts[part][place])


def pictures_of(
    eyes: Sequence[SignedEye], side_px: int, folder: Path, workers: int = 1
) -> Pictures:
    """Return the eyes whose photographs show a round field, with their pictures.

    What lies in `folder` already is not made again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [
        _Job(tuple(eyes[i : i + TOGETHER]), side_px, folder) for i in range(0, len(eyes), TOGETHER)
    ]
    missing = [job for job in jobs if not job.found.exists()]
    with progress_bar("Reading photographs", len(missing)) as show:
        for done, _ in enumerate(_made(missing, workers), start=1):
            show(done)
    kept, places = [], []
    for number, job in enumerate(jobs):
        found = np.load(job.found, allow_pickle=False)
        kept += [job.eyes[i] for i in found]
        places += [(number, place) for place in range(len(found))]
    parts = tuple(np.load(job.images, mmap_mode="r", allow_pickle=False) for job in jobs)
    return Pictures(tuple(kept), parts, np.asarray(places, np.intp).reshape(-1, 2))


@dataclass(frozen=True)
class _Job:
    eyes: tuple[SignedEye, ...]
    side_px: int
    folder: Path

    @property
    def name(self) -> str:
        """Names the part by what lies in it, so that another selection is another part."""
        told = "\n".join([str(self.side_px), *(str(eye.path) for eye in self.eyes)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def images(self) -> Path:
        return self.folder / f"{self.name}.npy"

    @property
    def found(self) -> Path:
        """Which of the eyes show a field; written last."""
        return self.folder / f"{self.name}.found.npy"


def _made(jobs: Sequence[_Job], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(_make, jobs)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_make, jobs)


def _make(job: _Job) -> None:
    cv2.setNumThreads(1)
    images, found = [], []
    for number, eye in enumerate(job.eyes):
        try:
            images.append(network_view(SeenEye(eye.path, eye.eye, eye.sign_S), job.side_px))
        except CohortError:
            continue
        found.append(number)
    shape = (0, job.side_px, job.side_px, 3)
    np.save(job.images, np.stack(images) if images else np.empty(shape, np.uint8))
    np.save(job.found, np.asarray(found, np.intp))
