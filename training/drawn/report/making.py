"""Makes the report of a folder: measures, writes record and page, and says what failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_runtime.durable import write_whole
from training.drawn.report.counting import what_was_drawn
from training.drawn.report.courses import courses
from training.drawn.report.films import films
from training.drawn.report.folder import DrawnCohort
from training.drawn.report.measures import eye_spreads
from training.drawn.report.page import Sheets, report_page
from training.drawn.report.record import Drawn, Population, Report
from training.drawn.report.strips import Shown, drawn_beside, real_beside, strips, unreadable

LOCAL = "-with-real-photographs"
"""Goes into the name of the page that shows real people beside drawn ones."""


@dataclass(frozen=True)
class Made:
    """The report and the files that hold it."""

    report: Report
    page: Path
    json: Path
    local_page: Path | None


def make_report(
    cohort: DrawnCohort, population: Population, page: Path, data: Path | None = None
) -> Made:
    """Write `page` and its JSON file; with `data` a second page with real photographs beside.

    `page` never shows a real person. Raises CohortError for `data`, OutputError.
    """
    sheets = Sheets(strips(cohort), films(cohort))
    real = None
    if data is not None:
        real = replace(sheets, drawn=drawn_beside(cohort), real=real_beside(data))
    shown: list[Sequence[Shown]] = [strip.visits for strip in sheets.strips]
    shown += [real.drawn, real.real] if real else []
    drawn = what_was_drawn(cohort)
    report = Report(
        drawn=drawn,
        population=population,
        courses=courses(cohort.outcomes, cohort.first_visits),
        eyes_measured=eye_spreads(cohort.truth),
        failed=[*_other_parameters(drawn, population), *unreadable(shown)],
    )
    json, local = page.with_suffix(".json"), page.with_name(f"{page.stem}{LOCAL}{page.suffix}")
    write_whole(json, report.to_json() + "\n")
    write_whole(page, report_page(report, sheets))
    if real is not None:
        write_whole(local, report_page(report, real))
    return Made(report, page, json, local if real is not None else None)


def _other_parameters(drawn: Drawn, population: Population) -> list[str]:
    if drawn.parameters_sha256 == population.parameters_sha256:
        return []
    return [
        "The cohort was drawn with other parameters than those that are measured here: what is "
        "said of the population is not said of this cohort. Draw it anew."
    ]
