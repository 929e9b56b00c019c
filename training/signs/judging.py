"""Photographs of drawn people whom a bundle never saw, through the bundle's own door.

Beside it stand what the true signs add, told to a forecast of the same make (the ceiling), what a
stranger's photographs of the same sex and age add, and controls (which must add nothing).

Legend: N people, S signs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import FloatArray
from edge_runtime.errors import NotInBundle
from edge_runtime.forecast.signs import SeenSigns, signs_of
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.models import LoadedModel
from edge_runtime.pipeline import Pipeline
from edge_runtime.seeing import seen_signs
from edge_runtime.settings import Limits, settings_from
from training.forecast.controls import strangers
from training.forecast.judging import Run, judged_forecast, seen_views
from training.forecast.people import joined
from training.forecast.photographs.seen import SeenEye, SeenPeople
from training.signs.cohort import people_with_truth
from training.signs.gains import Told, gains
from training.signs.judged import JudgedPhotographs
from training.signs.subgroups import by_subgroup, groups_of, joined_groups

KNOWS = "photographs"


def judged_photographs(
    bundle: Path, cohorts: list[tuple[Path, Role]], ceiling: Run, controls: Mapping[str, Run]
) -> JudgedPhotographs:
    """Return what the photographs of drawn cohorts bring a bundle's forecasts, by folder and role.

    `controls` are forecasts that must gain nothing from them, by name. Raises NotInBundle where it
    reads no signs, CohortError, and what opening a bundle raises.
    """
    settings = replace(settings_from(os.environ), bundle=str(bundle))
    with closing(Pipeline.open(settings)) as pipeline:
        if "signs" not in pipeline.loaded:
            raise NotInBundle(f"{bundle} reads no signs")
        everybody = [people_with_truth(folder, role) for folder, role in cohorts]
        sign_NS = np.concatenate([_signs(seen, pipeline.loaded) for seen in everybody])
        read = ~np.isnan(sign_NS[:, 0])
        true = joined([seen.people for seen in everybody]).take(read)
        groups = joined_groups(
            [groups_of(folder, seen) for (folder, _), seen in zip(cohorts, everybody, strict=True)]
        )
        seen = replace(true, sign_NS=sign_NS[read])
        photographs = sum(len(eyes) for people in everybody for eyes in people.eyes)
        run = pipeline.loaded["forecast"].run
        strange = replace(seen, sign_NS=seen.sign_NS[strangers(seen)])
        told = Told(
            seen_views(run, seen, KNOWS),
            seen_views(ceiling, true, "signs"),
            {
                "a_strangers_photographs": seen_views(run, strange, KNOWS),
                **{name: seen_views(control, seen, KNOWS) for name, control in controls.items()},
            },
        )
        return JudgedPhotographs(
            signs_sha256=_sha256(pipeline, "signs"),
            forecast_sha256=_sha256(pipeline, "forecast"),
            withheld=float(1.0 - read.mean()),
            # What is known without photographs is judged on more people, when it is exported.
            metrics=[
                *(m for m in judged_forecast(run, seen, KNOWS, photographs) if m.photographs),
                *gains(seen, told, photographs),
                *by_subgroup(
                    seen,
                    told.photographs,
                    {name: label_N[read] for name, label_N in groups.items()},
                    photographs,
                ),
            ],
        )


def _sha256(pipeline: Pipeline, model: str) -> str:
    file = pipeline.loaded[model].entry.artefacts["fp32"].file
    return pipeline.bundle.manifest.files[file]


def _signs(seen: SeenPeople, models: Mapping[str, LoadedModel]) -> FloatArray:
    """Return each person's signs (N, S) as the bundle reads them, NaN of whom it reads none."""
    nothing = np.full_like(seen.people.sign_NS[0], np.nan)

    def of(eyes: tuple[SeenEye, ...]) -> FloatArray:
        sign_S = signs_of([one for eye in eyes for one in _read(eye, models)])
        return nothing if sign_S is None else sign_S

    found = []
    with (
        ThreadPoolExecutor(len(os.sched_getaffinity(0))) as readers,
        progress_bar("Reading photographs", len(seen)) as show,
    ):
        for done, sign_S in enumerate(readers.map(of, seen.eyes), start=1):
            found.append(sign_S)
            show(done)
    return np.stack(found)


def _read(eye: SeenEye, models: Mapping[str, LoadedModel]) -> Iterator[SeenSigns]:
    limits = Limits()
    side_px = models["signs"].entry.picture.image_size_px
    content = read_file(eye.path, limits)
    photograph = read_photograph(content, eye.path.name, limits, wanted_side_px=side_px)
    field = find_field_of_view(photograph)
    told = None if field is None else seen_signs(models, photograph, field, eye.eye)
    if told is not None:
        yield told[0]
