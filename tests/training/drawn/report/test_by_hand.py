"""Figures of the report that one computes by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from edge_runtime.contracts.cohort import Event, OutcomeRow
from edge_runtime.contracts.exam import ForecastCondition
from tests.training.drawn.report.handmade import a_band
from training.drawn.population.evidence.incidence import BandRate
from training.drawn.population.evidence.ladder import concordance
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import CONDITIONS
from training.drawn.report.courses import aalen_johansen, courses
from training.drawn.report.measures import beside_published, body_spreads
from training.drawn.report.published_means import PUBLISHED_MEANS, PublishedMean


def test_a_rate_a_quarter_above_the_cited_one_is_missed_and_a_sixth_above_is_not():
    rate = BandRate("stroke", "F", 60.0, 70.0, 800.0, 8, cited=8.0, true=10.0)

    assert rate.ratio == 1.25
    assert a_band(true=10.0, cited=8.0).missed
    assert not a_band(true=7.0, cited=6.0).missed
    assert a_band(true=7.5, cited=10.0).missed


def test_cumulative_incidence_of_four_people_with_death_competing():
    # Event at 1 (1/4), death at 2 (two thirds of 3/4 go on: 1/2), one lost at 3, event at 4.
    curve = aalen_johansen(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 0, 1]))

    said = [curve.incidence[curve.at(years)] for years in (0.5, 1.0, 2.5, 3.5, 4.0)]
    assert said == pytest.approx([0.0, 0.25, 0.25, 0.25, 0.75])


def test_without_an_event_the_curve_lies_at_nought():
    curve = aalen_johansen(np.array([1.0, 2.0]), np.array([2, 0]))

    assert curve.incidence.tolist() == [0.0, 0.0]
    assert curve.years[-1] == 2.0


def test_the_ladder_of_three_people():
    # Pairs weigh p (1 - q): 1.71 of 1.82 are in order for the oracle, 1.31 with the upper two
    # exchanged, half of all for a score that is the same for everybody.
    p = np.array([0.1, 0.5, 0.9])

    blind, exchanged, oracle = (
        concordance(p, np.array(score)) for score in ([1.0, 1.0, 1.0], [1.0, 3.0, 2.0], p)
    )

    assert [blind, exchanged, oracle] == pytest.approx([0.5, 1.31 / 1.82, 1.71 / 1.82])
    assert blind < exchanged < oracle


def _row(person: str, exit_years: float, event: Event, **more: object) -> OutcomeRow:
    facts = {"set": "drawn", "person_id": person, "condition": ForecastCondition.STROKE,
             "entry_years": 0.0, "exit_years": exit_years, "event": event,
             "prevalent": False}  # fmt: skip
    return OutcomeRow.model_validate(facts | more)


def _foretold(chances: dict[str, float]) -> pd.DataFrame:
    names = [f"oracle_{name}_{years}y" for name in CONDITIONS for years in HORIZONS_YEARS]
    table = pd.DataFrame(np.nan, index=pd.Index(list(chances)), columns=names)
    for years in HORIZONS_YEARS:
        table[f"oracle_stroke_{years}y"] = pd.Series(chances)
    return table


def test_a_course_is_of_those_at_risk_at_the_first_visit_alone():
    rows = [
        _row("a", 2.5, Event.EVENT),
        _row("b", 6.0, Event.CENSORED),
        _row("had it", 6.0, Event.CENSORED, prevalent=True),
        _row("came at risk later", 6.0, Event.EVENT, entry_years=1.0),
    ]
    chances = {"a": 0.4, "b": 0.2, "had it": np.nan, "came at risk later": np.nan}

    (course,) = courses(rows, _foretold(chances))

    assert (course.condition, course.people, course.events) == ("stroke", 2, 1)
    assert [h.oracle for h in course.horizons] == pytest.approx([0.3] * 5)
    assert [h.estimate for h in course.horizons] == [0.0, 0.0, 0.5, 0.5, None]
    assert [h.still_followed for h in course.horizons] == [2, 2, 1, 1, 0]


def test_who_leaves_the_time_at_risk_stays_counted_as_free_of_the_event():
    # b can no longer have the event from year 1 on, but is seen until year 9: a is one of two.
    rows = [
        _row("a", 4.0, Event.EVENT),
        _row("b", 1.0, Event.CENSORED),
        _row("b", 9.0, Event.CENSORED, condition=ForecastCondition.DEMENTIA),
    ]

    stroke = next(
        c for c in courses(rows, _foretold({"a": 0.1, "b": 0.1})) if c.condition == "stroke"
    )

    assert stroke.horizons[3].estimate == pytest.approx(0.5)


def _people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age_years": [45.0, 48.0, 65.0, 45.0],
            "sex": ["F", "F", "F", "M"],
            "type_2_diabetes": [0.0, 1.0, 0.0, 0.0],
            "hba1c_percent": [5.0, 8.0, 5.4, 5.6],
        }
    )


def test_a_measure_is_told_by_age_and_sex():
    spreads = body_spreads(_people())

    told = {(s.sex, s.from_age): (s.number, s.mean, s.sd) for s in spreads}
    assert told == {("F", 40): (2, 6.5, 1.5), ("F", 60): (1, 5.4, 0.0), ("M", 40): (1, 5.6, 0.0)}


def test_a_published_mean_is_laid_beside_people_of_its_own_ages_and_health():
    published = PublishedMean("hba1c_percent", 5.35, 0.34, 40, 50, "by hand", read=True,
                              without_diabetes=True)  # fmt: skip

    (beside,) = beside_published(_people(), [published])

    assert (beside.number, beside.mean) == (2, pytest.approx(5.3))


def test_every_published_mean_names_its_source():
    assert all(one.source and one.from_age < one.until_age for one in PUBLISHED_MEANS)
    assert not all(one.read for one in PUBLISHED_MEANS)
