"""The page for the doctor: what was found and measured in both eyes, on what it was judged."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Final

from edge_runtime.contracts.repeatability import SmallestDetectableChange
from edge_runtime.contracts.result import DrGrade, Measurement
from edge_runtime.domain import Eye
from edge_runtime.fundus.biomarkers import UNIT_OF
from edge_runtime.interop.report.eye_pictures import eye_picture
from edge_runtime.interop.report.page_parts import (
    FOOT_MM,
    best_of_each_eye,
    calls,
    eye_name,
    foot,
    head,
    is_above,
)
from edge_runtime.interop.report.sheet import AMBER, GREY, INK, MARGIN_MM, Align, Sheet
from edge_runtime.interop.report.wording import in_language, reason_in_language
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

PICTURE_MM: Final = 52.0
SIZE_PT: Final = 7.0
SMALL_PT: Final = 6.5
LEGENDS_MM: Final = 19.0
"""Room that the legends below the reasons take."""
UNITS: Final = {"1": "", "um": "\u00b5m", "deg": "\u00b0", "rad": "rad", "a": "a"}
WIDTHS: Final = (62.0, 26.0, 26.0, 14.0, 28.0, 24.0)
ALIGN: Final[tuple[Align, ...]] = ("L", "R", "R", "L", "R", "R")

Shown = dict[Eye | None, ScreenedPhotograph]


def doctor_page(sheet: Sheet, exam: ScreenedExam, results_sha256: str) -> None:
    """Add the page for the doctor."""
    head(sheet, exam, "doctor.title")
    shown = best_of_each_eye(exam)
    _pictures(sheet, shown)
    _findings(sheet, shown)
    _measurements(sheet, exam, shown)
    _remarks(sheet, exam, shown)
    foot(sheet, exam, results_sha256, "page.doctor")


def _pictures(sheet: Sheet, shown: Shown) -> None:
    top = sheet.get_y()
    for place, eye in enumerate(_eyes(shown)):
        photograph = shown[eye]
        x_mm = MARGIN_MM + place * (PICTURE_MM + 6)
        picture = io.BytesIO(eye_picture(photograph, marked=True))
        sheet.image(picture, x_mm, top, PICTURE_MM, PICTURE_MM, alt_text=eye_name(sheet, eye))
    x_mm = MARGIN_MM + 2 * (PICTURE_MM + 6)
    sheet.set_y(top)
    for eye in _eyes(shown):
        for line in _about(sheet, shown[eye], eye):
            sheet.paragraph(line, 7.5, width_mm=210 - MARGIN_MM - x_mm, x_mm=x_mm)
        sheet.ln(2)
    sheet.paragraph(sheet.say("legend"), 7, GREY, 210 - MARGIN_MM - x_mm, x_mm)
    sheet.set_y(top + PICTURE_MM + 2)


def _eyes(shown: Shown) -> list[Eye | None]:
    """Return the eyes that there are, the right one first; at most two have room."""
    order: list[Eye | None] = [Eye.OD, Eye.OS, None]
    return [eye for eye in order if eye in shown][:2]


def _about(sheet: Sheet, photograph: ScreenedPhotograph, eye: Eye | None) -> Iterator[str]:
    result = photograph.result
    quality = result.quality
    yield eye_name(sheet, eye)
    yield result.photograph.name
    yield f"SHA-256 {result.photograph.sha256[:16]}..."
    percent = f"{100 * quality.probability:.0f}"
    told = sheet.say("quality.good" if quality.gradable else "quality.bad", percent=percent)
    judged = sheet.say(f"evidence.{quality.evidence.value}")
    yield sheet.say("pair", name=sheet.say("quality"), value=f"{told}, {judged}")
    generic = sheet.say("answer.unreadable")
    for said in (quality.reason, *quality.advice):
        if said:
            yield in_language(said, sheet.language, generic)
    if result.eye.conflict:
        yield sheet.say("eye.conflict")


def _findings(sheet: Sheet, shown: Shown) -> None:
    eyes = _eyes(shown)
    found = {eye: {name: (p, cut) for name, p, cut in calls(shown[eye].result)} for eye in eyes}
    names = list(dict.fromkeys(name for of_eye in found.values() for name in of_eye))
    if not names:
        return
    sheet.heading(sheet.say("findings.title"), 10)
    _columns(sheet, "column.finding", eyes, "column.cut")
    for name in names:
        cuts = [of_eye[name][1] for of_eye in found.values() if name in of_eye]
        cells = [_chance(*found[eye][name]) if name in found[eye] else "-" for eye in eyes]
        cut = f"{cuts[0]:.3f}" if cuts[0] is not None else "-"
        above = any(is_above(*of_eye[name]) for of_eye in found.values() if name in of_eye)
        judged = _evidence_of(sheet, shown, name)
        row = [sheet.say(f"found.{name}"), *_two(cells), "", cut, judged]
        sheet.row(row, WIDTHS, SIZE_PT, AMBER if above else INK, ALIGN)
    _grades(sheet, shown, eyes)
    sheet.ln(1.5)


def _chance(probability: float, cut: float | None) -> str:
    sign = "" if cut is None else ("  \u2265" if is_above(probability, cut) else "  <")
    return f"{probability:.3f}{sign}"


def _grades(sheet: Sheet, shown: Shown, eyes: list[Eye | None]) -> None:
    for eye in eyes:
        findings = shown[eye].result.findings
        grade = findings.dr_grade if findings else None
        if isinstance(grade, DrGrade):
            shares = " / ".join(f"{share:.2f}" for share in grade.probabilities)
            sheet.row(
                [f"{sheet.say('grades')}, {eye_name(sheet, eye)}", shares], (90.0, 60.0), SIZE_PT,
                GREY,
            )  # fmt: skip


def _evidence_of(sheet: Sheet, shown: Shown, name: str) -> str:
    for photograph in shown.values():
        finding = getattr(photograph.result.findings, name, None)
        if finding is not None:
            return sheet.say(f"evidence.{finding.evidence.value}")
    return "-"


def _columns(sheet: Sheet, first: str, eyes: list[Eye | None], fifth: str) -> None:
    names = [eye_name(sheet, eye) for eye in eyes]
    unit = sheet.say("column.unit") if first == "column.measure" else ""
    row = [sheet.say(first), *_two(names), unit, sheet.say(fifth), sheet.say("column.evidence")]
    sheet.row(row, WIDTHS, SIZE_PT, GREY, ALIGN)


def _two(cells: list[str]) -> list[str]:
    """Return two cells, empty ones where an eye is missing."""
    return [*cells, "", ""][:2]


def _measurements(sheet: Sheet, exam: ScreenedExam, shown: Shown) -> None:
    eyes = _eyes(shown)
    measured = {eye: shown[eye].result.biomarkers or {} for eye in eyes}
    names = [name for name in UNIT_OF if any(name in of_eye for of_eye in measured.values())]
    if not names:
        return
    changes = exam.bundle.smallest_detectable_change or {}
    sheet.heading(sheet.say("measures.title"), 10)
    _columns(sheet, "column.measure", eyes, "column.change")
    for place, name in enumerate(names):
        readings = [measured[eye].get(name) for eye in eyes]
        judged = next((r.evidence for r in readings if r is not None and r.evidence), None)
        change = changes.get(name)
        row = [
            measure_name(sheet, name),
            *_two([_value(sheet, reading, change) for reading in readings]),
            _unit(sheet, name),
            _number(change.value, 2) if change is not None else "-",
            sheet.say(f"evidence.{judged.value}") if judged else "-",
        ]
        sheet.row(row, WIDTHS, SIZE_PT, align=ALIGN, shaded=place % 2 == 1)
    sheet.ln(1.5)


def measure_name(sheet: Sheet, name: str) -> str:
    """Return what a measurement is called."""
    if name.startswith("rim_width_"):
        return sheet.say("rim", clock=int(name.split("_")[2]))
    return sheet.say(name)


def _unit(sheet: Sheet, name: str) -> str:
    if name.endswith("_dd"):
        return sheet.say("disc_diameters")
    return UNITS.get(UNIT_OF[name], UNIT_OF[name])


def _value(
    sheet: Sheet, reading: Measurement | None, change: SmallestDetectableChange | None
) -> str:
    if reading is None:
        return "-"
    if reading.value is None:
        return sheet.say("missing")
    text = as_fine_as(reading.value, change.value if change else 0.0)
    if reading.interval_90 is None:
        return text
    low, high = (_number(bound, 3) for bound in reading.interval_90)
    return f"{text} ({low}-{high})"


def as_fine_as(value: float, change: float) -> str:
    """Return a number to the last digit of two of its smallest detectable change.

    Finer ones would promise what a second photograph does not keep. Four digits where no change is
    known (0).
    """
    if change <= 0.0:
        return _number(value, 4)
    return f"{value:.{max(0, 1 - math.floor(math.log10(change)))}f}"


def _number(value: float, digits: int) -> str:
    """Return a number with so many digits, never in powers of ten and never finer than one."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.{digits}g}".rstrip(".")


def _remarks(sheet: Sheet, exam: ScreenedExam, shown: Shown) -> None:
    """Write as many reasons as there is room for, how many are left out, and the legends.

    What was not measured in an eye stands together, and what shares a reason has it once.
    """
    legends = [sheet.say(key) for key in ("evidence.legend", "change.legend", "limits")]
    said = [*_refused(sheet, exam), *_missing(sheet, shown)]
    for place, line in enumerate(said):
        if sheet.get_y() > FOOT_MM - LEGENDS_MM and place < len(said) - 1:
            sheet.paragraph(sheet.say("more", count=len(said) - place), SMALL_PT, INK)
            break
        sheet.paragraph(line, SMALL_PT, INK)
    for legend in legends:
        sheet.paragraph(legend, SMALL_PT, GREY)


def _refused(sheet: Sheet, exam: ScreenedExam) -> Iterator[str]:
    generic = sheet.say("refused.generic")
    for one in exam.record.refused:
        reason = in_language(one.reason, sheet.language, generic)
        yield sheet.say("refused", name=one.name, reason=reason)


def _missing(sheet: Sheet, shown: Shown) -> Iterator[str]:
    for eye in _eyes(shown):
        of_reason: dict[str, list[str]] = {}
        for name, reading in (shown[eye].result.biomarkers or {}).items():
            if reading.missing_because:
                of_reason.setdefault(reading.missing_because, []).append(measure_name(sheet, name))
        generic = sheet.say("missing.generic")
        said = [
            sheet.say(
                "pair",
                name=sheet.say("comma").join(measures),
                value=reason_in_language(reason, sheet.language, generic),
            )
            for reason, measures in of_reason.items()
        ]
        if said:
            yield sheet.say("pair", name=eye_name(sheet, eye), value=sheet.say("and").join(said))
