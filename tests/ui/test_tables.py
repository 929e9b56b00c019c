"""Measurements, findings and forecasts as HTML."""

from __future__ import annotations

import base64

from edge_runtime.contracts.exam import Forecast, ForecastCondition
from edge_runtime.contracts.result import Findings, Measurement
from edge_runtime.domain import Evidence
from tests.ui.fake_service import a_forecast
from ui import ahead
from ui.tables import finding_rows, measurement_rows, table


def test_a_value_has_its_unit_and_its_evidence() -> None:
    crae = Measurement(value=152.1, unit="um", evidence=Evidence.INTERNAL)

    row = measurement_rows({"crae_um": crae})[0]

    assert (row.name, row.value, row.unit) == ("Width of the arterioles", "152", "\u00b5m")
    assert row.evidence is Evidence.INTERNAL


def test_a_missing_value_has_its_reason_and_no_badge() -> None:
    avr = Measurement(missing_because="4 arterioles in zone B, 6 are needed")

    shown = table(measurement_rows({"avr": avr}), "Measurements")

    assert "Not measured: 4 arterioles in zone B, 6 are needed" in shown
    assert "fs-badge" not in shown


def test_a_share_is_shown_in_percent() -> None:
    density = Measurement(value=0.0834, unit="1", interval_90=(0.08, 0.09), evidence=Evidence.DRAWN)

    row = measurement_rows({"vessel_density": density})[0]

    assert (row.value, row.unit, row.interval) == ("8.3", "%", "90 %: 8.0 to 9.0")


def test_a_measurement_that_this_screen_does_not_know_is_shown_by_its_own_name() -> None:
    new = Measurement(value=3.14159, unit="cd", evidence=Evidence.INTERNAL)

    row = measurement_rows({"arcade_angle": new})[0]

    assert (row.name, row.value, row.unit) == ("arcade angle", "3.14", "cd")


def test_what_the_service_sends_cannot_become_markup() -> None:
    hostile = Measurement(missing_because="<script>alert(1)</script>")

    shown = table(measurement_rows({"<b>": hostile}), "Measurements")

    assert "<script>" not in shown
    assert "<b>" not in shown


def test_only_the_findings_that_the_bundle_makes_have_a_line() -> None:
    findings = Findings(
        retinal_age_years=Measurement(value=57.2, unit="a", evidence=Evidence.DRAWN),
        sbp_mmhg=Measurement(missing_because="outside of what was learned"),
    )

    rows = finding_rows(findings)

    assert [(row.value, row.unit) for row in rows] == [("57", "years"), ("", "")]
    assert rows[1].missing_because == "outside of what was learned"
    assert finding_rows(Findings()) == []


def test_a_forecast_says_how_many_of_100_by_when() -> None:
    shown = ahead.forecasts(a_forecast(Evidence.EXTERNAL))

    assert "Stroke" in shown
    assert "in 1 year<" in shown
    assert "in 5 years" in shown
    assert "7 of 100" in shown
    assert "3 to 9 of 100" in shown


def test_a_step_that_is_held_back_leaves_neither_number_nor_interval() -> None:
    forecast = a_forecast(Evidence.DRAWN)

    shown = ahead.forecasts(forecast)

    assert ahead.any_held_back(forecast)
    assert "5 of 100" in shown
    assert "7 of 100" not in shown
    assert "2 to 8 of 100" in shown
    assert "3 to 9" not in shown
    assert "photographs" not in shown


def test_the_view_for_research_shows_what_the_photographs_add() -> None:
    shown = ahead.forecasts(a_forecast(Evidence.DRAWN), research=True)

    assert "7 of 100" in shown
    assert "3 to 9 of 100" in shown


def curve_of(shown: str) -> str:
    code = shown.split("base64,")[1].split('"')[0]
    return base64.b64decode(code).decode()


def test_the_curve_shows_the_steps_allowed_and_the_interval_of_the_first() -> None:
    drawn = curve_of(ahead.forecasts(a_forecast(Evidence.DRAWN)))

    assert drawn.count("<polyline") == 2
    assert drawn.count("<polygon") == 1
    assert ">10<" in drawn  # 8 of 100 lies under an axis of 10
    assert curve_of(ahead.forecasts(a_forecast(Evidence.EXTERNAL))).count("<polyline") == 3


def test_a_curve_begins_at_nothing_and_rises_to_its_chance() -> None:
    drawn = curve_of(ahead.forecasts(a_forecast(Evidence.EXTERNAL)))

    shown = drawn.split('class="shown" points="')[1].split('"')[0].split()
    heights = [float(point.split(",")[1]) for point in shown]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) == 3


def test_a_reason_stands_in_the_place_of_a_forecast() -> None:
    shown = ahead.forecasts(a_forecast()[-1:])

    assert "This person already has type 2 diabetes." in shown
    assert "<table>" not in shown


def test_a_small_chance_is_not_rounded_to_none() -> None:
    assert ahead.of_100(0.002) == "under 1 of 100"
    assert ahead.of_100(0.031) == "3 of 100"


def test_each_condition_has_one_box() -> None:
    forecast: tuple[Forecast, ...] = a_forecast()

    assert ahead.forecasts(forecast).count("<section>") == 2


def a_conditional_forecast() -> tuple[Forecast, ...]:
    """Worsening of diabetic eye disease, of somebody of whom nobody knows whether diabetic."""
    holds_for = (
        "Holds for people with type 2 diabetes only; nothing given says whether this person has "
        "type 2 diabetes."
    )
    changed = {"condition": ForecastCondition.DR_PROGRESSION, "sentence": holds_for}
    return tuple(each.model_copy(update=changed) for each in a_forecast(Evidence.EXTERNAL)[:2])


def test_a_chance_that_may_not_be_this_persons_is_no_number_on_the_persons_screen() -> None:
    shown = ahead.forecasts(a_conditional_forecast())

    assert "Worsening of diabetic eye disease" in shown
    assert "nothing given says whether this person has type 2 diabetes" in shown
    assert "of 100" not in shown
    assert "<img" not in shown


def test_the_doctor_reads_it_with_whom_it_holds_for() -> None:
    shown = ahead.forecasts(a_conditional_forecast(), for_the_person=False)

    assert "7 of 100" in shown
    assert "Holds for people with type 2 diabetes only" in shown
