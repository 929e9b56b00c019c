"""What photographs add to forecasts, through a bundle's own door, on drawn people it never saw.

Beside it stands what the true signs add, told to a forecast of the same make (the ceiling), and
what the photographs of a stranger of the same sex and age add (which must be nothing).

Legend: N people, S signs, K conditions, H horizons.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import BoolArray, Evidence, FloatArray
from edge_runtime.errors import NotInBundle
from edge_runtime.forecast.signs import SeenSigns, signs_of
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.models import LoadedModel
from edge_runtime.pipeline import Pipeline
from edge_runtime.seeing import seen_signs
from edge_runtime.settings import Limits, settings_from
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.drawn.population.person import SET
from training.forecast.judging import (
    EYES,
    KNOWN,
    LEAST_PEOPLE,
    MAIN_HORIZON_YEARS,
    Run,
    Seen,
    judged_forecast,
    seen_views,
)
from training.forecast.people import People, joined
from training.forecast.photographs.seen import SeenEye, SeenPeople
from training.forecast.scores import expected_c
from training.signs.cohort import people_with_truth
from training.signs.judged import JudgedPhotographs

LEAST_GAIN = 0.01
"""Expected C that true signs must add for a condition to count in the mean."""
RESAMPLES = 200
STRANGERS_NEAR = 12
MAIN = HORIZONS_YEARS.index(MAIN_HORIZON_YEARS)


def judged_photographs(bundle: Path, folders: list[Path], ceiling: Run) -> JudgedPhotographs:
    """Return what the photographs of drawn cohorts bring a bundle's forecasts.

    Raises NotInBundle where it reads no signs, CohortError, and what opening a bundle raises.
    """
    settings = replace(settings_from(os.environ), bundle=str(bundle))
    with closing(Pipeline.open(settings)) as pipeline:
        if "signs" not in pipeline.loaded:
            raise NotInBundle(f"{bundle} reads no signs")
        everybody = [people_with_truth(folder, role) for folder in folders for role in Role]
        sign_NS = np.concatenate([_signs(seen, pipeline.loaded) for seen in everybody])
        people = joined([seen.people for seen in everybody])
        read = ~np.isnan(sign_NS[:, 0])
        photographs = sum(len(eyes) for seen in everybody for eyes in seen.eyes)
        true = people.take(read)
        seen = replace(true, sign_NS=sign_NS[read])
        run = pipeline.loaded["forecast"].run
        metrics = judged_forecast(run, seen, "photographs", photographs)
        metrics += _Beside(true, seen, run, ceiling, photographs).metrics()
        return JudgedPhotographs(
            signs_sha256=_sha256(pipeline, "signs"),
            forecast_sha256=_sha256(pipeline, "forecast"),
            withheld=float(1.0 - read.mean()),
            metrics=metrics,
        )


def _sha256(pipeline: Pipeline, model: str) -> str:
    file = pipeline.loaded[model].entry.artefacts["fp32"].file
    return pipeline.bundle.manifest.files[file]


def _signs(seen: SeenPeople, models: Mapping[str, LoadedModel]) -> FloatArray:
    """Return each person's signs (N, S) as the bundle reads them, NaN of whom it reads none."""
    found = []
    with progress_bar("Reading photographs", len(seen)) as show:
        for done, eyes in enumerate(seen.eyes, start=1):
            sign_S = signs_of([one for eye in eyes for one in _read(eye, models)])
            width = len(seen.people.sign_NS[0])
            found.append(np.full(width, np.nan, np.float32) if sign_S is None else sign_S)
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


@dataclass(frozen=True)
class _Beside:
    """The same people told of by their photographs, by the true signs, by a stranger's."""

    true: People
    seen: People
    run: Run
    ceiling: Run
    photographs: int

    def metrics(self) -> list[Metric]:
        """Return the shares of what true signs bring, and what a stranger's photographs bring."""
        ours = seen_views(self.run, self.seen, "photographs")
        best = seen_views(self.ceiling, self.true, "signs")
        strange = replace(self.seen, sign_NS=self.seen.sign_NS[strangers(self.seen)])
        theirs = seen_views(self.run, strange, "photographs")
        found: list[Metric] = []
        for place, condition in enumerate(CONDITIONS):
            who = ~np.isnan(self.true.oracle_NKH[:, place, MAIN])
            if who.sum() >= LEAST_PEOPLE:
                found += self._of_condition(condition, place, who, (ours, best, theirs))
        return found

    def _of_condition(
        self,
        condition: str,
        place: int,
        who: BoolArray,
        views: tuple[Mapping[str, Seen], Mapping[str, Seen], Mapping[str, Seen]],
    ) -> Iterator[Metric]:
        oracle = self.true.oracle_NKH[who, place, MAIN]
        for name in ("age_sex", "some_lost"):
            chances = [
                np.asarray(view[f"{name}{suffix}"].chance[who, place, MAIN])
                for view in views
                for suffix in ("", EYES)
            ]
            columns = (*chances, oracle)
            for what, statistic in _STATISTICS.items():
                value = statistic(*columns)
                yield Metric(
                    name=what,
                    value=value,
                    interval_95=_interval(columns, statistic),
                    set=SET,
                    role=Role.TEST,
                    split="test",
                    subgroup={
                        "condition": condition,
                        "horizon_years": str(MAIN_HORIZON_YEARS),
                        "known": KNOWN[f"{name}{EYES}"],
                        "age_years": "all",
                    },
                    people=int(who.sum()),
                    photographs=self.photographs,
                    baseline=0.0,
                    baseline_name="no photographs",
                    evidence=Evidence.DRAWN,
                )


def strangers(people: People) -> np.ndarray:
    """Return for each person the place of another one of the same sex and about the same age."""
    order = np.lexsort((people.value_ND[:, 0], people.value_ND[:, 1]))
    rng = np.random.default_rng(13)
    found = np.empty(len(order), np.intp)
    for start in range(0, len(order), STRANGERS_NEAR):
        near = order[start : start + STRANGERS_NEAR]
        turn = int(rng.integers(1, len(near))) if len(near) > 1 else 0
        found[near] = np.roll(near, turn)
    return found


def _log_hazard(chance: np.ndarray) -> np.ndarray:
    inside = np.clip(chance, 1e-7, 1.0 - 1e-7)
    return np.asarray(np.log(inside))


def _agreement(
    without: np.ndarray, ours: np.ndarray, least: np.ndarray, best: np.ndarray, *_: np.ndarray
) -> float:
    """Return the squared correlation of what photographs add with what true signs add."""
    added, wanted = _log_hazard(ours) - _log_hazard(without), _log_hazard(best) - _log_hazard(least)
    if added.std() == 0.0 or wanted.std() == 0.0:
        return 0.0
    return float(np.corrcoef(added, wanted)[0, 1] ** 2)


def _gain(without: np.ndarray, ours: np.ndarray, *others: np.ndarray) -> float:
    oracle = others[-1]
    return expected_c(ours, oracle) - expected_c(without, oracle)


def _best_gain(_: np.ndarray, __: np.ndarray, *others: np.ndarray) -> float:
    least, best, _, _, oracle = others
    return expected_c(best, oracle) - expected_c(least, oracle)


def _strangers_gain(_: np.ndarray, __: np.ndarray, *others: np.ndarray) -> float:
    _, _, without, theirs, oracle = others
    return expected_c(theirs, oracle) - expected_c(without, oracle)


_STATISTICS: dict[str, Callable[..., float]] = {
    "agreement_with_true_signs": _agreement,
    "gain_of_photographs": _gain,
    "gain_of_true_signs": _best_gain,
    "gain_of_a_strangers_photographs": _strangers_gain,
}


def _interval(
    columns: tuple[np.ndarray, ...], statistic: Callable[..., float]
) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    count = len(columns[0])
    drawn = [
        statistic(*(column[chosen] for column in columns))
        for chosen in (rng.integers(0, count, count) for _ in range(RESAMPLES))
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
