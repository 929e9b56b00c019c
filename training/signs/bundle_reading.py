"""Signs of people as a bundle reads them in their photographs: through gate and strangeness.

Legend: N people, S signs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from edge_runtime.cli.progress import progress_bar
from edge_runtime.domain import FloatArray, PhotographFile
from edge_runtime.errors import PhotographError
from edge_runtime.forecast.signs import SIGNS, SeenSigns, signs_of
from edge_runtime.fundus.intake import read_file
from edge_runtime.pipeline import Pipeline
from edge_runtime.reading import PhotographReader
from edge_runtime.seeing import seen_signs
from edge_runtime.settings import Limits
from training.forecast.photographs.seen import SeenEye, SeenPeople


def signs_in(seen: SeenPeople, pipeline: Pipeline) -> FloatArray:
    """Return each person's signs (N, S), NaN of whom the bundle reads none.

    None are read in a photograph that is no picture, that the gate refuses, or that is strange.
    """
    limits = Limits()
    reader = PhotographReader(pipeline.bundle, dict(pipeline.loaded), limits)

    def told(eye: SeenEye) -> Iterator[SeenSigns]:
        try:
            file = PhotographFile(eye.path.name, read_file(eye.path, limits))
            photograph, field, quality = reader.judge(file)
        except PhotographError:
            return
        if field is not None and quality.gradable:
            read = seen_signs(pipeline.loaded, photograph, field, eye.eye)
            if read is not None:
                yield read[0]

    def of(eyes: tuple[SeenEye, ...]) -> FloatArray:
        sign_S = signs_of([one for eye in eyes for one in told(eye)])
        return np.full(len(SIGNS), np.nan, np.float32) if sign_S is None else sign_S

    found = []
    with (
        ThreadPoolExecutor(len(os.sched_getaffinity(0))) as readers,
        progress_bar("Reading photographs", len(seen)) as show,
    ):
        for done, sign_S in enumerate(readers.map(of, seen.eyes), start=1):
            found.append(sign_S)
            show(done)
    return np.stack(found)
