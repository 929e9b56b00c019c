"""What one eye shows today, as HTML: for the nurse what to do, for the doctor the grades.

Pure functions of the contracts' records. Each box says what to do in words, then the chance as a
frequency beside the mark for referral, and what it was judged on; the grades stand below with the
same evidence. Nothing here is a diagnosis, and each box says so.
"""

from __future__ import annotations

from html import escape

from edge_runtime.wire.client import Condition, DrGrade, Evidence, Findings
from ui import parts, tables
from ui.wording import say

CONDITIONS = ("maculopathy", "glaucoma_suspicion")


def findings(found: Findings) -> str:
    """Return all findings of one eye; empty when the bundle makes none.

    What the eye tells of the body is left out while it was judged on drawn eyes alone: it stands in
    the reading room, as the forecasts' step with photographs does.
    """
    boxes = []
    if found.dr_grade is not None:
        boxes.append(_box("dr_grade", as_condition(found.dr_grade)))
    for name in CONDITIONS:
        condition: Condition | None = getattr(found, name)
        if condition is not None:
            boxes.append(_box(name, condition))
    if found.dr_grade is not None:
        boxes.append(grades(found.dr_grade))
    title = say("findings.title")
    told = tables.finding_rows(found)
    rows = [row for row in told if row.value and row.evidence is not Evidence.DRAWN]
    if rows:
        boxes.append(tables.table(rows, title, "table.finding"))
    if not boxes:
        return ""
    body = "".join(boxes)
    return f'{parts.part_title(title)}<div class="fs-found">{body}</div>'


def as_condition(dr_grade: DrGrade) -> Condition:
    """Return referable retinopathy as a condition that is there or not."""
    return Condition(
        probability=dr_grade.referable,
        threshold=dr_grade.referable_threshold,
        evidence=dr_grade.evidence,
    )


def grades(dr_grade: DrGrade) -> str:
    """Return the chance of each grade, and of the grades that are referred, with its mark."""
    lines = "".join(
        _line(say(f"grade.{grade}"), probability)
        for grade, probability in enumerate(dr_grade.probabilities)
    )
    cut = dr_grade.referable_threshold
    lines += _line(say("grade.referable"), dr_grade.referable, cut, "sum")
    caption = escape(say("grade.text"))
    return (
        f"{parts.part_title(say('grade.title'), dr_grade.evidence)}{parts.quiet(say('grade.text'))}"
        f'<table class="fs-grades"><caption class="fs-unseen">{caption}</caption>'
        f"<tbody>{lines}</tbody></table>"
    )


def of_100(probability: float, mark: float | None = None) -> tuple[str, str]:
    """Return a chance and its mark as counts of 100, with digits enough to tell their sides.

    A chance is never rounded to none or to all.
    """
    digits = 0
    while mark is not None and digits < 3 and probability != mark:
        if f"{100 * probability:.{digits}f}" != f"{100 * mark:.{digits}f}":
            break
        digits += 1
    shown = f"{100 * probability:.{digits}f}"
    if float(shown) == 0:
        shown = say("finding.under", count=_smallest(digits))
    elif float(shown) == 100:
        shown = say("finding.over", count=f"{100 - float(_smallest(digits)):.{digits}f}")
    return shown, "" if mark is None else f"{100 * mark:.{digits}f}"


def _smallest(digits: int) -> str:
    return f"{10.0**-digits:.{digits}f}"


def _box(name: str, condition: Condition) -> str:
    finding = say(f"finding.{name}")
    shown, mark = of_100(condition.probability, condition.threshold)
    chance = say(f"finding.{name}.chance", count=shown)
    if condition.threshold is None:
        return parts.statement(
            "note", finding, [chance], small=say("finding.use"), evidence=condition.evidence
        )
    refer = condition.probability >= condition.threshold
    side = "refer" if refer else "below"
    return parts.statement(
        "warn" if refer else "note",
        say(f"finding.{side}", finding=finding),
        [say(f"finding.{side}.text"), f"{chance} {say('finding.mark', mark=mark)}"],
        small=say("finding.use"),
        evidence=condition.evidence,
    )


def _line(name: str, probability: float, cut: float | None = None, kind: str = "") -> str:
    shown, mark = of_100(probability, cut)
    small = "" if cut is None else f"<small>{escape(say('grade.cut', cut=mark))}</small>"
    tick = "" if cut is None else f'<b style="left: {100 * cut:.1f}%"></b>'
    bar = f'<i style="width: {100 * probability:.1f}%"></i>{tick}'
    return (
        f'<tr class="{kind}"><th scope="row">{escape(name)}{small}</th>'
        f'<td class="bar" aria-hidden="true"><span class="fs-track">{bar}</span></td>'
        f'<td class="value">{escape(shown)} %</td></tr>'
    )
