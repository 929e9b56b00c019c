"""Photographs of drawn people whom a bundle never saw, through the bundle's own door.

Beside it stand what the true signs add, told to a forecast of the same make (the ceiling), what a
stranger's photographs of the same sex and age add, and controls (which must add nothing).

Legend: N people, S signs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Evidence, FloatArray
from edge_runtime.errors import NotInBundle
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from training.drawn.population.person import SET
from training.forecast.controls import strangers
from training.forecast.judging import Run, judged_forecast, seen_views
from training.forecast.people import People, joined
from training.outcomes.figures import Judged
from training.outcomes.judging import Cohorts, outcome_evaluation
from training.signs.bundle_reading import signs_in
from training.signs.cohort import people_with_truth
from training.signs.gains import Told, gains
from training.signs.judged import JudgedPhotographs
from training.signs.subgroups import by_subgroup, groups_of, joined_groups

KNOWS = "photographs"


def judged_photographs(
    bundle: Path, cohorts: Cohorts, ceiling: Run, controls: Mapping[str, Run]
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
        sign_NS = np.concatenate([signs_in(seen, pipeline) for seen in everybody])
        read = ~np.isnan(sign_NS[:, 0])
        true = joined([seen.people for seen in everybody]).take(read)
        run = pipeline.loaded["forecast"].run
        told = _told(run, true, sign_NS[read], ceiling, controls)
        shown = replace(true, sign_NS=sign_NS[read])
        photographs = sum(len(eyes) for people in everybody for eyes in people.eyes)
        judged = Judged(
            shown, told.photographs, photographs, SET, Role.TEST, "test", Evidence.DRAWN
        )
        came = outcome_evaluation(pipeline, judged, cohorts, everybody, read)
        parts = [
            groups_of(folder, seen) for (folder, _), seen in zip(cohorts, everybody, strict=True)
        ]
        groups = {name: label_N[read] for name, label_N in joined_groups(parts).items()}
        return JudgedPhotographs(
            signs_sha256=_sha256(pipeline, "signs"),
            forecast_sha256=_sha256(pipeline, "forecast"),
            withheld=float(1.0 - read.mean()),
            # What is known without photographs is judged on more people, when it is exported.
            metrics=[
                *(m for m in judged_forecast(run, shown, KNOWS, photographs) if m.photographs),
                *gains(shown, told, photographs),
                *by_subgroup(shown, told.photographs, groups, photographs),
                *came.subgroups["forecast"],
            ],
            by_outcomes=came,
        )


def _told(
    run: Run, true: People, sign_NS: FloatArray, ceiling: Run, controls: Mapping[str, Run]
) -> Told:
    """Return the people's forecasts by the signs that were read, by the true ones, by nothing."""
    shown = replace(true, sign_NS=sign_NS)
    strange = replace(true, sign_NS=sign_NS[strangers(shown)])
    return Told(
        seen_views(run, shown, KNOWS),
        seen_views(ceiling, true, "signs"),
        {
            "a_strangers_photographs": seen_views(run, strange, KNOWS),
            **{name: seen_views(control, shown, KNOWS) for name, control in controls.items()},
        },
    )


def _sha256(pipeline: Pipeline, model: str) -> str:
    file = pipeline.loaded[model].entry.artefacts["fp32"].file
    return pipeline.bundle.manifest.files[file]
