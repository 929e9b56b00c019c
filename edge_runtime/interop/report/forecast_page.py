"""The doctor's page of forecasts: every condition and horizon, what each step adds, judged on."""

from __future__ import annotations

from typing import Final

from edge_runtime.contracts.exam import Forecast, ForecastStep
from edge_runtime.interop.report.page_parts import foot, head
from edge_runtime.interop.report.sheet import GREY, INK, Align, Sheet
from edge_runtime.interop.screened import ScreenedExam

WIDTHS: Final = (50.0, 12.0, 28.0, 28.0, 28.0, 34.0)
ALIGN: Final[tuple[Align, ...]] = ("L", "R", "R", "R", "R", "R")
SIZE_PT: Final = 7.0


def forecast_page(sheet: Sheet, exam: ScreenedExam, results_sha256: str) -> None:
    """Add the page of forecasts; nothing where the bundle makes none."""
    forecasts = exam.record.forecast
    if not forecasts:
        return
    head(sheet, exam, "page.forecast")
    steps = ("age_sex", "covariates", "photographs")
    names = ("condition", "horizon", *steps, "interval")
    sheet.row([sheet.say(f"column.{name}") for name in names], WIDTHS, SIZE_PT, GREY, ALIGN)
    for forecast in forecasts:
        sheet.row(_cells(sheet, forecast), WIDTHS, SIZE_PT, INK, ALIGN)
    sheet.ln(2)
    if any(_is_conditional(forecast) for forecast in forecasts):
        sheet.paragraph(sheet.say("forecast.conditional"), 8.0, INK)
    sheet.paragraph(sheet.say("evidence.legend"), 6.5, GREY)
    foot(sheet, exam, results_sha256, "page.forecast")


def _cells(sheet: Sheet, forecast: Forecast) -> list[str]:
    mark = "*" if _is_conditional(forecast) else ""
    condition = sheet.say(f"condition.{forecast.condition.value}") + mark
    start = [condition, f"{forecast.horizon_years:g}"]
    if forecast.missing_because is not None or forecast.steps is None:
        reason = forecast.missing_because
        return [*start, sheet.say(f"missing.{reason.value}") if reason else "-", "", "", ""]
    steps = forecast.steps
    shown = [_step(sheet, step) for step in (steps.age_sex, steps.covariates, steps.photographs)]
    interval = "-"
    if forecast.interval_90 is not None:
        low, high = forecast.interval_90
        interval = f"{100 * low:.1f} - {100 * high:.1f} %"
    return [*start, *shown, interval]


def _is_conditional(forecast: Forecast) -> bool:
    """True where a chance is given that holds for some people only."""
    return forecast.evidence is not None and bool(forecast.sentence)


def _step(sheet: Sheet, step: ForecastStep | None) -> str:
    if step is None:
        return "-"
    if step.value is None or step.evidence is None:
        return sheet.say(f"missing.{step.missing_because.value}") if step.missing_because else "-"
    return f"{100 * step.value:.1f} % ({sheet.say(f'evidence.{step.evidence.value}')})"
