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
from edge_runtime.domain import Eye, FloatArray, UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame
from training.errors import CohortError
from training.forecast.photographs.batches import framed_view
from training.forecast.photographs.seen import SeenEye
from training.signs.eyes import SignedEye

TOGETHER = 256
"""Photographs of one part."""


@dataclass(frozen=True)
class Pictures:
    """Eyes in order, and for each its part and place in it."""

    eyes: tuple[SignedEye, ...]
    parts: tuple[UInt8Array, ...]
    where_N2: npt.NDArray[np.intp]
    place_NP2: FloatArray
    """Where disc and fovea lie in the picture, x and y in shares of its side; NaN unknown."""

    def __len__(self) -> int:
        return len(self.eyes)

    def image(self, number: int) -> UInt8Array:
        """Return the network image (H, W, C) of an eye; an OS is mirrored into an OD."""
        part, place = self.where_N2[number]
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
    kept: list[SignedEye] = []
    where, places = [], []
    for number, job in enumerate(jobs):
        with np.load(job.found, allow_pickle=False) as found:
            kept += [job.eyes[i] for i in found["number"]]
            where += [(number, place) for place in range(len(found["number"]))]
            places.append(found["place_NP2"])
    parts = tuple(np.load(job.images, mmap_mode="r", allow_pickle=False) for job in jobs)
    where_N2 = np.asarray(where, np.intp).reshape(-1, 2)
    return Pictures(tuple(kept), parts, where_N2, np.concatenate(places))


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
        return self.folder / f"{self.name}.npz"


def _made(jobs: Sequence[_Job], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(_make, jobs)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_make, jobs)


def _make(job: _Job) -> None:
    cv2.setNumThreads(1)
    images, found, places = [], [], []
    for number, eye in enumerate(job.eyes):
        try:
            seen = framed_view(SeenEye(eye.path, eye.eye, eye.sign_S), job.side_px)
        except CohortError:
            continue
        left = eye.eye is Eye.OS
        images.append(np.asarray(cv2.flip(seen.image_HWC, 1)) if left else seen.image_HWC)
        found.append(number)
        places.append(_in_picture(eye.place_P2, seen.frame, mirrored=left))
    shape = (0, job.side_px, job.side_px, 3)
    np.save(job.images, np.stack(images) if images else np.empty(shape, np.uint8))
    np.savez(
        job.found,
        number=np.asarray(found, np.intp),
        place_NP2=np.asarray(places, np.float32).reshape(-1, 2, 2),
    )


def _in_picture(place_P2: FloatArray, frame: NetworkFrame, *, mirrored: bool) -> FloatArray:
    """Return places of the photograph in shares of the picture's side."""
    corner = np.array([frame.left_px, frame.top_px], np.float32)
    share_P2 = (place_P2 - corner) / np.float32(frame.side_px)
    if mirrored:
        share_P2[:, 0] = 1.0 - share_P2[:, 0]
    return np.asarray(share_P2, np.float32)
