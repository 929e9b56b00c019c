"""One exam's results on the operator's terminal: every number with its unit and its evidence."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge_runtime.contracts.exam import Forecast
from edge_runtime.contracts.result import (
    Condition,
    DrGrade,
    EyeReading,
    Findings,
    Measurement,
    ScreeningResult,
)
from edge_runtime.names import shown_name
from edge_runtime.results import WrittenExam

EYE_SOURCE = {"given": "as given", "picture": "from the picture", "unknown": "unknown"}


def show_exam(written: WrittenExam, console: Console | None = None) -> None:
    """Print an exam's results and where they lie, on standard output unless told otherwise."""
    console = console or Console()
    for result in written.results:
        console.print(_photograph(result))
    if written.record.forecast:
        console.print(_forecasts(written.record.forecast))
    console.print(f"Written to {escape(shown_name(written.exam_file.parent))}", soft_wrap=True)
    console.print(f"[dim]{written.record.use}[/dim]")


def _photograph(result: ScreeningResult) -> Table:
    quality = result.quality
    verdict = "gradable" if quality.gradable else f"not gradable: {quality.reason}"
    title = f"{result.photograph.name}  {verdict}"
    table = Table(title=escape(title), title_justify="left", title_style="bold", expand=False)
    for heading in ("", "value", "judged on"):
        table.add_column(heading)
    table.add_row("eye", escape(_eye(result.eye)), "")
    table.add_row("gradable", f"{quality.probability:.2f}", quality.evidence.value)
    for advice in quality.advice:
        table.add_row("advice", escape(advice), "")
    for row in _findings(result.findings) if result.findings else ():
        table.add_row(*(escape(cell) for cell in row))
    for name, measurement in (result.biomarkers or {}).items():
        table.add_row(name, *(escape(cell) for cell in _measured(measurement)))
    return table


def _eye(eye: EyeReading) -> str:
    side = eye.laterality.value if eye.laterality else "not known"
    conflict = "; the picture shows the other eye" if eye.conflict else ""
    return f"{side} ({EYE_SOURCE[eye.source]}{conflict})"


def _findings(findings: Findings) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and evidence of each finding that the bundle makes."""
    for name, finding in findings:
        if isinstance(finding, DrGrade):
            yield from _dr_grade(finding)
        elif isinstance(finding, Condition):
            cut = _against(finding.probability, finding.threshold)
            yield name, f"{finding.probability:.2f}{cut}", finding.evidence.value
        elif isinstance(finding, Measurement):
            yield name, *_measured(finding)


def _dr_grade(dr_grade: DrGrade) -> Iterator[tuple[str, str, str]]:
    evidence = dr_grade.evidence.value
    cut = _against(dr_grade.referable, dr_grade.referable_threshold)
    yield "referable DR (grade 2 to 4)", f"{dr_grade.referable:.2f}{cut}", evidence
    grades = ", ".join(f"{grade}: {p:.2f}" for grade, p in enumerate(dr_grade.probabilities))
    yield "DR grade", grades, evidence


def _against(probability: float, threshold: float | None) -> str:
    if threshold is None:
        return ""
    side = "at or above" if probability >= threshold else "below"
    return f" ({side} the cut {threshold:.2f})"


def _measured(measurement: Measurement) -> tuple[str, str]:
    if measurement.value is None or measurement.evidence is None:
        return f"missing: {measurement.missing_because}", ""
    unit = "" if measurement.unit == "1" else f" {measurement.unit}"
    return f"{measurement.value:.4g}{unit}", measurement.evidence.value


def _forecasts(forecasts: list[Forecast]) -> Table:
    """Return a row for each condition: its chance by each horizon, or why none is given."""
    horizons = sorted({forecast.horizon_years for forecast in forecasts})
    by_condition: dict[str, dict[float, Forecast]] = {}
    for forecast in forecasts:
        of_condition = by_condition.setdefault(forecast.condition.value, {})
        of_condition[forecast.horizon_years] = forecast
    title = "Chance within so many years (y), death competing"
    table = Table(title=title, title_justify="left", title_style="bold", expand=False)
    for heading in ("", *(f"{horizon:g} y" for horizon in horizons), "judged on"):
        table.add_column(heading)
    said: dict[str, str] = {}
    for condition, of_condition in by_condition.items():
        told = [of_condition.get(horizon) for horizon in horizons]
        table.add_row(condition, *map(_chance, told), _judged_on(told))
        sentences = [f.sentence for f in told if f and f.sentence]
        if sentences:
            said[condition] = sentences[0]
    lines = [f"{condition}: {sentence}" for condition, sentence in said.items()]
    table.caption = escape("\n".join(lines)) or None
    table.caption_justify = "left"
    return table


def _chance(forecast: Forecast | None) -> str:
    if forecast is None or forecast.cumulative_incidence is None:
        return "-"
    return f"{100.0 * forecast.cumulative_incidence:.1f} %"


def _judged_on(forecasts: list[Forecast | None]) -> str:
    return ", ".join(sorted({f.evidence.value for f in forecasts if f and f.evidence}))
