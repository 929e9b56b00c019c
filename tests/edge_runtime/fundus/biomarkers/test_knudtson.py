from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.knudtson import (
    ARTERIOLE_CONSTANT,
    VENULE_CONSTANT,
    arteriole_to_venule_ratio,
    central_equivalent,
)

CALIBRES = st.lists(st.floats(20.0, 250.0), min_size=6, max_size=14)


@pytest.mark.parametrize(
    ("constant", "expected"), [(ARTERIOLE_CONSTANT, 1.74843), (VENULE_CONSTANT, 2.13761)]
)
def test_six_equal_calibres_give_the_closed_formula(constant, expected):
    reading = central_equivalent([1.0] * 6, constant, "arteriole")

    # Three pairs, then a pair and one that waits: c^2 sqrt(4 c^2 + 2).
    assert reading.value == pytest.approx(constant**2 * sqrt(4 * constant**2 + 2))
    assert reading.value == pytest.approx(expected, abs=1e-5)
    assert reading.unit == "um"


def test_widest_is_paired_with_narrowest_and_the_middle_one_waits():
    c = ARTERIOLE_CONSTANT
    outer, middle, inner = (c * sqrt(a * a + b * b) for a, b in ((60, 130), (70, 120), (80, 100)))
    low, mid, high = sorted([outer, middle, inner])
    last = c * sqrt((c * sqrt(low**2 + high**2)) ** 2 + mid**2)

    assert central_equivalent([100, 60, 130, 70, 120, 80], c, "arteriole").value == pytest.approx(
        last
    )


def test_only_the_six_widest_count():
    six = [90.0, 100.0, 110.0, 120.0, 130.0, 140.0]

    assert central_equivalent([*six, 20.0, 89.0], 0.95, "venule") == central_equivalent(
        six, 0.95, "venule"
    )


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (0, "0 arterioles in zone B, 6 are needed"),
        (1, "1 arteriole in zone B, 6 are needed"),
        (5, "5 arterioles in zone B, 6 are needed"),
    ],
)
def test_fewer_than_six_vessels_give_a_reason(count, reason):
    assert central_equivalent([100.0] * count, 0.88, "arteriole") == Reading(None, "um", reason)


@given(calibres=CALIBRES, factor=st.floats(0.5, 2.0))
def test_the_equivalent_grows_in_proportion_to_the_calibres(calibres, factor):
    one = central_equivalent(calibres, 0.88, "arteriole").value
    other = central_equivalent([factor * calibre for calibre in calibres], 0.88, "arteriole").value

    assert other == pytest.approx(factor * one)


@given(calibres=CALIBRES, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_vessels_does_not_matter(calibres, seed):
    shuffled = list(calibres)
    seed.shuffle(shuffled)

    assert central_equivalent(shuffled, 0.95, "venule") == central_equivalent(
        calibres, 0.95, "venule"
    )


def test_the_ratio_is_that_of_arterioles_to_venules():
    assert arteriole_to_venule_ratio(Reading(140.0, "um"), Reading(200.0, "um")) == Reading(0.7)


@pytest.mark.parametrize(
    ("crae", "crve", "reason"),
    [
        (Reading(None, "um", "no arteriole"), Reading(200.0, "um"), "no arteriole"),
        (Reading(140.0, "um"), Reading(None, "um", "no venule"), "no venule"),
        (Reading(None, "um", "no disc"), Reading(None, "um", "no disc"), "no disc"),
        (Reading(None, "um", "few a"), Reading(None, "um", "few v"), "few a; few v"),
    ],
)
def test_a_missing_calibre_leaves_no_ratio_and_says_why(crae, crve, reason):
    assert arteriole_to_venule_ratio(crae, crve) == Reading(None, "1", reason)
