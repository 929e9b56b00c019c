"""Forecasts judged by what came: which figures a condition has, and what stands beside them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.contracts.cohort import Event, Role
from edge_runtime.contracts.evaluation import Evaluation, JudgedBundle
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.domain import Evidence
from edge_runtime.forecast.covariates import NAMES
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.evaluation.page import evaluation_page
from training.forecast.judging import Seen
from training.forecast.people import SIGNS, People
from training.outcomes.definitions import DEFINITIONS
from training.outcomes.figures import STATISTICS, Judged, figures
from training.outcomes.plots import plots

STROKE = CONDITIONS.index("stroke")
PEOPLE = 600


def judged(events: bool = True) -> Judged:
    """People of whom every fourth has a stroke within years, and whom photographs tell apart."""
    dice = np.random.default_rng(8)
    count, conditions = PEOPLE, len(CONDITIONS)
    years_NK = np.full((count, conditions), 12.0, np.float32)
    event_NK = np.zeros((count, conditions), np.int8)
    if events:
        ill = np.arange(count) % 4 == 0
        event_NK[ill, STROKE] = int(Event.EVENT)
        years_NK[ill, STROKE] = dice.uniform(0.5, 4.5, int(ill.sum()))
    people = People(
        np.zeros((count, len(NAMES)), np.float32),
        np.ones((count, len(NAMES)), np.float32),
        np.ones((count, conditions), bool),
        years_NK,
        event_NK,
        np.zeros((count, len(SIGNS)), np.float32),
        np.empty((count, conditions, 0), np.float32),
    )
    nothing = np.full((count, conditions, len(HORIZONS_YEARS)), 0.25)
    sure_NK = np.where(event_NK == int(Event.EVENT), 0.9 - years_NK / 10.0, 0.2)
    knowing = np.repeat(sure_NK[..., None], len(HORIZONS_YEARS), axis=2)
    views = {
        "age_sex": Seen(nothing, nothing, nothing),
        "as_written": Seen(nothing, nothing, nothing),
        "as_written_and_eyes": Seen(knowing, knowing, knowing),
    }
    return Judged(people, views, 1200, "drawn", Role.TEST, "test", Evidence.DRAWN)


def test_each_figure_stands_beside_age_and_sex_and_beside_no_photographs() -> None:
    found, _ = figures(judged())

    assert {m.name for m in found} == set(STATISTICS) == set(DEFINITIONS)
    eyes = next(m for m in found if m.name == "uno_c" and m.photographs)
    assert eyes.value == pytest.approx(1.0)
    assert eyes.baseline == pytest.approx(0.5)
    assert [b.name for b in eyes.beside or []] == ["covariates as the clinic wrote them"]
    assert eyes.interval_95 is not None


def test_what_has_few_events_is_named_with_its_reason() -> None:
    found, missing = figures(judged(events=False))

    assert found == []
    assert len(missing) == len(CONDITIONS) * len(STATISTICS)
    assert any(m.reason.startswith("stroke: 0 events") for m in missing)


def test_who_was_not_followed_for_years_gives_no_figure_over_years() -> None:
    of = judged()
    short = replace(of.people, years_NK=np.minimum(of.people.years_NK, 1.5))

    found, missing = figures(replace(of, people=short))

    assert "integrated_brier" not in {m.name for m in found}
    assert "uno_c" in {m.name for m in found}
    [reason] = {m.reason for m in missing if m.reason.startswith("stroke")}
    assert "in view" in reason


def test_acting_at_the_mean_on_those_who_will_have_it_gains_their_share() -> None:
    found, _ = figures(judged())

    benefit = next(m for m in found if m.name == "net_benefit" and m.photographs)
    assert benefit.value == pytest.approx(0.25)
    assert benefit.baseline == pytest.approx(0.0, abs=1e-9)


def test_the_page_shows_every_figure_and_both_plots() -> None:
    of = judged()
    metrics, missing = figures(of)
    drawn = list(plots(of))
    page = evaluation_page(
        Evaluation(
            split="test", made_with={}, bundles=[a_bundle()], sets=[], metrics={},
            subgroups={"forecast": metrics}, missing=missing, definitions=DEFINITIONS,
            plots=drawn, notes=[],
        )
    )  # fmt: skip

    assert [plot.kind for plot in drawn] == ["incidence", "decision_curve"]
    assert [len(plot.series) for plot in drawn] == [3, 4]
    assert page.count("<svg") >= 2 + len(metrics)
    assert "stroke: calibration" in page
    assert "<h1>How well a forecasts</h1>" in page
    assert re.search(r'<a href="#forecast">Forecasts</a>', page)


def a_bundle() -> JudgedBundle:
    identity = BundleIdentity(name="a", version="0.1.0", sha256="0" * 64)
    return JudgedBundle(bundle=identity, models={})
