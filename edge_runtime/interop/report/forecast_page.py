"""The doctor's page of forecasts: every condition and horizon, what each step adds, judged on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.contracts.exam import Forecast, ForecastStep
from edge_runtime.interop.report.page_parts import foot, head
from edge_runtime.interop.report.sheet import GREY, INK, INNER_MM, Align, Sheet
from edge_runtime.interop.screened import ScreenedExam

STEPS: Final = ("age_sex", "covariates", "photographs")
YEARS_MM, INTERVAL_MM = 22.0, 28.0
STEP_MM: Final = {1: 34.0, 2: 34.0, 3: 27.0}
"""By the number of steps; the condition has what is left."""
SIZE_PT: Final = 8.0
LEFT: Final[Align] = "L"
RIGHT: Final[Align] = "R"


def forecast_page(sheet: Sheet, exam: ScreenedExam, results_sha256: str) -> None:
    """Add the page of forecasts; nothing where the bundle makes none."""
    forecasts = exam.record.forecast
    if not forecasts:
        return
    head(sheet, exam, "page.forecast")
    sheet.paragraph(_given(sheet, exam), SIZE_PT, INK)
    sheet.ln(1)
    steps = _steps_taken(forecasts)
    others = (YEARS_MM, *(STEP_MM[len(steps)] for _ in steps), INTERVAL_MM)
    widths = (INNER_MM - sum(others), *others)
    align = (LEFT, *(RIGHT for _ in widths[1:]))
    names = ("condition", "horizon", *steps, "interval")
    sheet.row([sheet.say(f"column.{name}") for name in names], widths, SIZE_PT, GREY, align)
    by_condition = groupby(forecasts, key=lambda forecast: forecast.condition)
    for place, (_, of_one) in enumerate(by_condition):
        for cells in _rows(sheet, list(of_one), steps):
            sheet.row(cells, widths, SIZE_PT, INK, align, shaded=place % 2 == 1)
    sheet.ln(2)
    if any(_is_conditional(forecast) for forecast in forecasts):
        sheet.paragraph(sheet.say("forecast.conditional"), 8.0, INK)
    sheet.paragraph(sheet.say("forecast.interval"), 6.5, GREY)
    sheet.paragraph(sheet.say("evidence.legend"), 6.5, GREY)
    foot(sheet, exam, results_sha256, "page.forecast")


def _given(sheet: Sheet, exam: ScreenedExam) -> str:
    """Return what the step "+ measurements" knows besides age and sex."""
    given = exam.record.covariates
    said = [_covariate(sheet, name, given[name]) for name in COVARIATES if name in given]
    return sheet.say("given", given=sheet.say("and").join(said) or sheet.say("given.nothing"))


def _covariate(sheet: Sheet, name: str, value: float) -> str:
    shown = f"{value:g}"
    if name == "smoking":
        shown = sheet.say(f"smoking.{value:.0f}")
    elif name.startswith("has_"):
        shown = sheet.say("given.yes" if value else "given.no")
    return sheet.say("pair", name=sheet.say(f"covariate.{name}"), value=shown)


def _steps_taken(forecasts: list[Forecast]) -> tuple[str, ...]:
    """Return the steps that stand in any forecast; the first always."""
    taken = [one.steps for one in forecasts if one.steps is not None]
    later = (name for name in STEPS[1:] if any(getattr(steps, name) for steps in taken))
    return (STEPS[0], *later)


def _rows(sheet: Sheet, forecasts: list[Forecast], steps: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the rows of one condition; its name in the first, and one row for one reason."""
    name = sheet.say(f"condition.{forecasts[0].condition.value}")
    name += "*" if any(map(_is_conditional, forecasts)) else ""
    missing: dict[str, list[str]] = {}
    for forecast in forecasts:
        years = f"{forecast.horizon_years:g}"
        if forecast.missing_because is not None or forecast.steps is None:
            reason = forecast.missing_because
            said = sheet.say(f"missing.{reason.value}") if reason else "-"
            missing.setdefault(said, []).append(years)
            continue
        shown = [_step(sheet, getattr(forecast.steps, step)) for step in steps]
        yield [name, years, *shown, _interval(forecast)]
        name = ""
    for said, horizons in missing.items():
        yield [name, ", ".join(horizons), said, *("" for _ in steps[1:]), ""]
        name = ""


def _interval(forecast: Forecast) -> str:
    if forecast.interval_90 is None:
        return "-"
    low, high = forecast.interval_90
    return f"{percent(low)} - {percent(high)} %"


def percent(share: float) -> str:
    """Return a share in percent to a tenth; what is not nothing never reads as nothing."""
    return "<0.1" if 0.0 < share < 0.0005 else f"{100 * share:.1f}"


def _is_conditional(forecast: Forecast) -> bool:
    """True where a chance is given that holds for some people only."""
    return forecast.evidence is not None and bool(forecast.sentence)


def _step(sheet: Sheet, step: ForecastStep | None) -> str:
    if step is None:
        return "-"
    if step.value is None or step.evidence is None:
        return sheet.say(f"missing.{step.missing_because.value}") if step.missing_because else "-"
    return f"{percent(step.value)} % ({sheet.say(f'evidence.{step.evidence.value}')})"
