"""What the screen asks of a person is what the manifest takes."""

from __future__ import annotations

from datetime import date

import pytest

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.forecast.covariates import range_of
from ui.covariates import MEASURED, PRESENT, SMOKING, Measured
from ui.views.person_card import age_on


def test_every_covariate_of_the_manifest_is_asked_for_once() -> None:
    assert sorted([*(m.name for m in MEASURED), "smoking", *PRESENT]) == sorted(COVARIATES)


@pytest.mark.parametrize("measured", MEASURED, ids=lambda m: m.name)
def test_the_ranges_are_those_of_the_manifest(measured: Measured) -> None:
    assert (measured.low, measured.high) == range_of(measured.name)


def test_smoking_has_the_manifests_codes() -> None:
    assert (min(SMOKING), max(SMOKING)) == range_of("smoking")


@pytest.mark.parametrize(
    ("day", "years"), [(date(2026, 5, 3), 64), (date(2026, 5, 4), 65), (date(2026, 12, 31), 65)]
)
def test_the_age_is_that_of_the_last_birthday(day: date, years: int) -> None:
    assert age_on(day, date(1961, 5, 4)) == years
