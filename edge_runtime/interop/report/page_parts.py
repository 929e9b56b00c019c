"""Parts that both pages have: who and when, the foot with its square, numbers in words."""

from __future__ import annotations

import io
from typing import Final

import segno

from edge_runtime.contracts.result import Condition, DrGrade, ScreeningResult
from edge_runtime.domain import Eye
from edge_runtime.interop.report.sheet import (
    AMBER,
    AMBER_PAPER,
    GREY,
    LINE,
    MARGIN_MM,
    WIDTH_MM,
    Sheet,
)
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

SQUARE_MM: Final = 24.0
FOOT_MM: Final = 258.0
QR_PIXELS: Final = 6


def head(sheet: Sheet, exam: ScreenedExam, title: str) -> None:
    """Write the top of a page: what it is, what it is not, whose it is."""
    sheet.add_page()
    sheet.line_of(sheet.say(title), 20)
    sheet.ln(1)
    sheet.banner(f"{sheet.say('use')}  {sheet.say('unsigned')}", AMBER, AMBER_PAPER, 9.5)
    sheet.ln(2)
    record = exam.record
    said = [
        (sheet.say("person"), record.person_id or "-"),
        (sheet.say("age"), _age(sheet, exam)),
        (sheet.say("date"), exam.screened_at.strftime("%Y-%m-%d %H:%M %Z")),
        (sheet.say("exam"), record.exam_id),
    ]
    sheet.line_of("    ".join(sheet.say("pair", name=n, value=v) for n, v in said), 8.5, GREY)
    sheet.ln(1.5)


def _age(sheet: Sheet, exam: ScreenedExam) -> str:
    record = exam.record
    age = "-" if record.age_years is None else sheet.say("years", age=record.age_years)
    said = [age] if record.sex is None else [age, sheet.say(f"sex.{record.sex.value}")]
    return sheet.say("comma").join(said)


def foot(sheet: Sheet, exam: ScreenedExam, results_sha256: str, page: str) -> None:
    """Write the foot of a page: models, the square with the hash, which page it is."""
    sheet.set_draw_color(*LINE)
    sheet.line(MARGIN_MM, FOOT_MM - 2, WIDTH_MM - MARGIN_MM, FOOT_MM - 2)
    content = f"foreseye-report:1 exam={exam.record.exam_id} results.json={results_sha256}"
    square = io.BytesIO()
    segno.make(content, error="m", micro=False).save(square, kind="png", scale=QR_PIXELS, border=2)
    sheet.image(square, WIDTH_MM - MARGIN_MM - SQUARE_MM, FOOT_MM, SQUARE_MM, SQUARE_MM,
                alt_text=content)  # fmt: skip
    width = WIDTH_MM - 2 * MARGIN_MM - SQUARE_MM - 4
    sheet.set_y(FOOT_MM)
    bundle = exam.photographs[0].result.bundle
    said = sheet.say("models", name=bundle.name, version=bundle.version, sha256=bundle.sha256)
    sheet.paragraph(said, 6.5, GREY, width)
    sheet.paragraph(sheet.say("and").join(_counts(sheet, exam)), 6.5, GREY, width)
    check = sheet.say("pair", name=sheet.say("check.title"), value=sheet.say("check"))
    sheet.paragraph(check, 6.5, GREY, width)
    sheet.paragraph(f"SHA-256 {results_sha256}", 6.5, GREY, width)
    number = f"{sheet.page_no()} / {num_pages(exam)}"
    sheet.paragraph(f"foreseye  {sheet.say(page)}  {number}", 6.5, GREY, width)


def num_pages(exam: ScreenedExam) -> int:
    """Return how many pages the report has: one that is lost is missed."""
    return 3 if exam.record.forecast else 2


def _counts(sheet: Sheet, exam: ScreenedExam) -> list[str]:
    counts = []
    for model, sets in exam.bundle.data_statement.models.items():
        seen = {"real": 0, "drawn": 0}
        for one in sets:
            learned = (one.photographs.get(role, 0) for role in ("train", "tune"))
            seen[one.evidence_kind] += sum(learned)
        counts.append(sheet.say("counts", model=model, **seen))
    return counts


def eye_name(sheet: Sheet, eye: Eye | None) -> str:
    """Return what an eye is called."""
    return sheet.say(f"eye.{eye.value if eye else None}")


def calls(result: ScreeningResult) -> list[tuple[str, float, float | None]]:
    """Return name, probability and cut of each finding that refers a person."""
    found = []
    for name, finding in result.findings or ():
        if isinstance(finding, DrGrade):
            found.append((name, finding.referable, finding.referable_threshold))
        elif isinstance(finding, Condition):
            found.append((name, finding.probability, finding.threshold))
    return found


def is_above(probability: float, cut: float | None) -> bool:
    """Return whether a finding is called present."""
    return cut is not None and probability >= cut


def best_of_each_eye(exam: ScreenedExam) -> dict[Eye | None, ScreenedPhotograph]:
    """Return for each eye the photograph that the page shows: the one to act on."""
    best: dict[Eye | None, ScreenedPhotograph] = {}
    for photograph in exam.photographs:
        held = best.get(photograph.eye)
        if held is None or _worth(photograph) > _worth(held):
            best[photograph.eye] = photograph
    return best


def _worth(photograph: ScreenedPhotograph) -> tuple[bool, bool, float]:
    """Of two photographs of an eye the one that refers the person is shown, then the better."""
    quality = photograph.result.quality
    refers = any(is_above(chance, cut) for _, chance, cut in calls(photograph.result))
    return quality.gradable, refers, quality.probability


def of_100(probability: float) -> str:
    """Return a probability as people of 100; what is not zero never reads as none."""
    count = 100 * probability
    if 0 < count < 1:
        return "<1"
    return ">99" if 99 < count < 100 else f"{count:.0f}"
