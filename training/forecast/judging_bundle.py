"""A whole bundle's forecast, judged on drawn people through the runtime's own door."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from edge_runtime.contracts.bundle import Metric, ModelEntry
from edge_runtime.contracts.cohort import Role
from edge_runtime.errors import NotInBundle
from edge_runtime.forecast.signs import SIGN_NAMES
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from training.errors import CohortError
from training.forecast.deployed import as_run, deployed_forecast
from training.forecast.drawing import Wanted, people_of
from training.forecast.judging import Run, judged_forecast
from training.forecast.train import trained_recipe, tune_people


def knows_of(entry: ModelEntry) -> str:
    """Return what a forecast model knows, as its recipe calls it."""
    return "photographs" if set(SIGN_NAMES) <= set(entry.labels) else "covariates"


def ceiling_of(run: Path) -> Run:
    """Return the forecast of a finished run that was told the true signs, as a graph is run.

    Raises CohortError for a run that was not.
    """
    recipe = trained_recipe(run)
    if recipe.knows != "signs":
        raise CohortError(f"{run} was not told the true signs")
    return as_run(deployed_forecast(run, tune_people(recipe, run)))


def controls_of(runs: Sequence[Path]) -> dict[str, Run]:
    """Return the forecasts of finished control runs, by name. Raises CohortError for another."""
    found = {}
    for run in runs:
        recipe = trained_recipe(run)
        if recipe.control == "none" or recipe.knows != "photographs":
            raise CohortError(f"{run} is no control of a forecast from photographs")
        found[f"control_{recipe.control}"] = as_run(
            deployed_forecast(run, tune_people(recipe, run))
        )
    return found


def judged_bundle(
    bundle: Path, run: Path, people: int, futures: int, seed: int, workers: int
) -> list[Metric]:
    """Return the figures of a bundle's forecast on drawn test people, which lie in `run` after.

    Raises NotInBundle where it has none, and what opening a bundle raises.
    """
    settings = replace(settings_from(os.environ), bundle=str(bundle))
    with closing(Pipeline.open(settings)) as pipeline:
        model = pipeline.loaded.get("forecast")
        if model is None:
            raise NotInBundle(f"{bundle} holds no forecast")
        drawn = people_of(Wanted(seed, Role.TEST, people, futures), run, workers)
        return judged_forecast(model.run, drawn, knows_of(model.entry))
