"""The page for the person: both eyes, an answer each, what it means and what to do."""

from __future__ import annotations

import io
from typing import Final

from fpdf.util import Padding

from edge_runtime.contracts.exam import Forecast
from edge_runtime.domain import Evidence, Eye
from edge_runtime.interop.report.eye_pictures import eye_picture
from edge_runtime.interop.report.page_parts import (
    FOOT_MM,
    best_of_each_eye,
    calls,
    eye_name,
    foot,
    head,
    is_above,
    of_100,
)
from edge_runtime.interop.report.sheet import (
    AMBER,
    AMBER_PAPER,
    GREY,
    INNER_MM,
    MARGIN_MM,
    TEAL,
    TEAL_PAPER,
    Sheet,
)
from edge_runtime.interop.report.wording import in_language
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

PICTURE_MM: Final = 84.0
GAP_MM: Final = INNER_MM - 2 * PICTURE_MM
SHOWN_YEARS: Final = 5.0
"""The horizon that the person is shown; the doctor sees them all."""
MOST_FORECASTS: Final = 3
FORECAST_MM, FORECAST_FRAME_MM = 4.6, 14.0
"""Height of one, and of heading, evidence and what lies between them and the foot."""

REFER, BELOW, UNREADABLE, NOTHING = "refer", "below", "unreadable", "nothing"


def patient_page(sheet: Sheet, exam: ScreenedExam, results_sha256: str) -> None:
    """Add the page for the person."""
    head(sheet, exam, "patient.title")
    shown = best_of_each_eye(exam)
    columns = _columns(set(shown))
    top = sheet.get_y() + 2
    bottom = top
    for place, eye in enumerate(columns):
        sheet.set_y(top)
        x_mm = MARGIN_MM + place * (PICTURE_MM + GAP_MM)
        _eye(sheet, shown.get(eye), eye, x_mm)
        bottom = max(bottom, sheet.get_y())
    sheet.set_y(bottom + 4)
    answers = {answer_of(photograph) for photograph in shown.values()}
    _next_steps(sheet, answers)
    _meaning(sheet, answers)
    _forecasts(sheet, exam.record.forecast or [])
    foot(sheet, exam, results_sha256, "page.patient")


def _columns(eyes: set[Eye | None]) -> list[Eye | None]:
    """Return which eyes the page shows, the right one on the left as the doctor sees the person.

    An eye that was not photographed is shown as missing, unless its place is needed for a
    photograph of which nobody knows the eye.
    """
    known: list[Eye | None] = [eye for eye in Eye if eye in eyes]
    if None in eyes and len(known) < len(Eye):
        return [*known, None]
    return list(Eye)


def answer_of(photograph: ScreenedPhotograph) -> str:
    """Return what the page says of an eye: refer, below, unreadable or nothing."""
    result = photograph.result
    if not result.quality.gradable:
        return UNREADABLE
    found = calls(result)
    if not found:
        return NOTHING
    return REFER if any(is_above(chance, cut) for _, chance, cut in found) else BELOW


def _eye(sheet: Sheet, photograph: ScreenedPhotograph | None, eye: Eye | None, x: float) -> None:
    sheet.set_x(x)
    sheet.paragraph(eye_name(sheet, eye), 13, TEAL, PICTURE_MM, x)
    if photograph is None:
        sheet.paragraph(sheet.say("eye.none"), 10, GREY, PICTURE_MM, x)
        return
    y = sheet.get_y() + 1
    picture = io.BytesIO(eye_picture(photograph, marked=False))
    sheet.image(picture, x, y, PICTURE_MM, PICTURE_MM, alt_text=eye_name(sheet, eye))
    sheet.set_y(y + PICTURE_MM + 2)
    answer = answer_of(photograph)
    ink, paper = (TEAL, TEAL_PAPER) if answer in (BELOW, NOTHING) else (AMBER, AMBER_PAPER)
    sheet.set_fill_color(*paper)
    sheet.set_x(x)
    sheet.ink(10.5, ink)
    sheet.multi_cell(
        PICTURE_MM, 6, sheet.shown(sheet.say(f"answer.{answer}")), fill=True, align="L",
        padding=Padding(1.5, 1.5, 1.5, 1.5),
        new_x="LEFT", new_y="NEXT",
    )  # fmt: skip
    sheet.ln(1.5)
    for line in _details(sheet, photograph):
        sheet.paragraph(line, 10, width_mm=PICTURE_MM, x_mm=x)
        sheet.ln(0.8)


def _details(sheet: Sheet, photograph: ScreenedPhotograph) -> list[str]:
    result = photograph.result
    lines = []
    if result.eye.conflict:
        lines.append(sheet.say("eye.conflict"))
    if not result.quality.gradable:
        said = [result.quality.reason, *result.quality.advice[:1]]
        generic = sheet.say("answer.unreadable")
        return [*lines, *dict.fromkeys(in_language(s, sheet.language, generic) for s in said)]
    for name, chance, cut in calls(result):
        call = sheet.say("found.above" if is_above(chance, cut) else "found.below")
        reckoned = sheet.say("found.chance", percent=of_100(chance))
        finding = sheet.say(f"found.{name}")
        lines.append(sheet.say("finding", finding=finding, call=call, chance=reckoned))
    return [*lines, *_judged(sheet, photograph)]


def _judged(sheet: Sheet, photograph: ScreenedPhotograph) -> list[str]:
    """Return what the findings were judged on: nothing is shown without it."""
    findings = photograph.result.findings
    judged = {getattr(findings, name).evidence for name, _, _ in calls(photograph.result)}
    said = [sheet.say(f"judged.{evidence.value}") for evidence in sorted(judged)]
    return [sheet.say("found.judged", judged=sheet.say("and").join(said))] if said else []


def _meaning(sheet: Sheet, answers: set[str]) -> None:
    sheet.heading(sheet.say("meaning.title"))
    for answer in (REFER, UNREADABLE, BELOW):
        if answer in answers:
            sheet.paragraph(sheet.say(f"meaning.{answer}"), 10)
            sheet.ln(1)
    sheet.ln(2)


def _next_steps(sheet: Sheet, answers: set[str]) -> None:
    sheet.heading(sheet.say("next.title"))
    step = "next.refer" if answers & {REFER, UNREADABLE} else "next.below"
    sheet.paragraph(sheet.say(step), 11)
    sheet.ln(2)


def _forecasts(sheet: Sheet, forecasts: list[Forecast]) -> None:
    # One with a sentence holds only if something is so that nobody knows of this person.
    certain = [one for one in forecasts if one.evidence and not one.sentence]
    shown = [one for one in certain if one.horizon_years == SHOWN_YEARS]
    # Where the eyes took the room, fewer are shown or none: the doctor's page has them all.
    room = int((FOOT_MM - FORECAST_FRAME_MM - sheet.get_y()) / FORECAST_MM)
    shown = sorted(shown, key=lambda one: -(one.cumulative_incidence or 0.0))
    shown = shown[: max(0, min(room, MOST_FORECASTS))]
    if not shown:
        return
    sheet.heading(sheet.say("forecast.title"))
    for forecast in shown:
        sheet.paragraph(forecast_in_words(sheet, forecast), 9.5)
    if any(forecast.evidence is Evidence.DRAWN for forecast in shown):
        sheet.paragraph(sheet.say("forecast.drawn"), 9, AMBER)
    sheet.ln(2)


def forecast_in_words(sheet: Sheet, forecast: Forecast) -> str:
    """Return a forecast as people of 100, those who will and those who will not."""
    # While photographs are judged only on drawn eyes the person is shown the step without them.
    chance, interval = forecast.cumulative_incidence or 0.0, forecast.interval_90
    if forecast.step == "photographs" and forecast.evidence is Evidence.DRAWN and forecast.steps:
        without = forecast.steps.covariates
        chance, interval = without.value or 0.0, without.interval_90
    values = {
        "condition": sheet.say(f"condition.{forecast.condition.value}"),
        "years": forecast.horizon_years,
        "count": of_100(chance),
        "others": of_100(1.0 - chance),
    }
    if interval is None:
        return sheet.say("forecast.plain", **values)
    low, high = (of_100(bound) for bound in interval)
    return sheet.say("forecast.words", low=low, high=high, **values)
