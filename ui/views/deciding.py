"""What the model says of one photograph, what people said of it, and where to say it.

The model's value stays where it is; what people say stands beside it with who, when and why.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

import streamlit as st

from edge_runtime.wire.client import Eye, ScreeningResult, records_client
from ui import parts, tables
from ui.kept_exam import (
    YES_OR_NO,
    Kind,
    ReadPhotograph,
    findings_of,
    is_disputed,
    measured,
    model_words,
    said_of,
    title_of,
    value_words,
    yes_or_no,
)
from ui.language import spoken
from ui.reading_desk import ReadingDesk
from ui.staff import Staff
from ui.told import told
from ui.wording import moment, say

OPEN = {
    records_client.ExamState.CAPTURING,
    records_client.ExamState.PRELIMINARY,
    records_client.ExamState.AMENDED,
}
"""States in which something can be decided."""

MAX_WHY_CHARACTERS = 2000


def arbitrates(staff: Staff) -> bool:
    """Return whether the person may end a dispute between two readers."""
    return staff.may(records_client.Action.ARBITRATE)


def show(staff: Staff, desk: ReadingDesk, read: ReadPhotograph, result: ScreeningResult) -> None:
    """Draw each finding with its decisions, then the measurements."""
    if not result.quality.gradable:
        lines = [told(result.quality.reason)]
        st.html(
            parts.statement(
                "bad", say("verdict.unreadable"), lines, evidence=result.quality.evidence
            )
        )
    if result.eye.conflict:
        st.html(parts.statement("warn", say("conflict.title"), [say("reading.conflict")]))
    st.html(parts.part_title(say("decide.title")))
    for finding in findings_of(result):
        _finding(staff, desk, read, result, finding)
    names = measured(result)
    if not names:
        return
    rows = tables.measurement_rows(result.biomarkers or {})
    title = say("measurements.title")
    st.html(parts.folded(title, len(rows), tables.table(rows, title)))
    for finding in names:
        if said_of(desk.exam, read.kept.photograph_id, finding):
            _finding(staff, desk, read, result, finding)
    if _open(staff, desk):
        with st.popover(say("decide.measurement"), icon=":material/edit:"):
            finding = st.selectbox(
                say("decide.which"),
                names,
                format_func=title_of,
                key=f"which-{read.kept.photograph_id}-{desk.serial}-{spoken()}",
            )
            _form(staff, desk, read.kept.photograph_id, finding, "measurement")


def _open(staff: Staff, desk: ReadingDesk) -> bool:
    return desk.exam.state in OPEN and staff.may(records_client.Action.DECIDE)


def _finding(
    staff: Staff, desk: ReadingDesk, read: ReadPhotograph, result: ScreeningResult, finding: str
) -> None:
    photograph_id = read.kept.photograph_id
    key = f"{finding.replace('.', '-')}-{photograph_id}"
    with st.container(
        key=f"finding-{key}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.html(row(desk.exam, photograph_id, result, finding))
        if not _open(staff, desk):
            return
        with st.container(key=f"small-{key}", horizontal=True, gap="small", width="content"):
            st.button(
                say("decide.accept"),
                key=f"accept-{key}-{desk.serial}",
                on_click=_decide,
                args=(staff, desk, photograph_id, finding, Kind.ACCEPT),
                icon=":material/check:",
            )
            with st.popover(say("decide.otherwise"), icon=":material/edit:"):
                _form(staff, desk, photograph_id, finding, key)


def row(
    exam: records_client.KeptExam, photograph_id: str, result: ScreeningResult, finding: str
) -> str:
    """Return one finding as HTML: its name, the model's value, and what people said, in order."""
    words, badge = model_words(result, finding)
    said = "".join(_said(each) for each in said_of(exam, photograph_id, finding))
    sign = ""
    if is_disputed(exam, photograph_id, finding):
        sign = parts.chip("warn", say("worklist.flag.disputed"))
    return (
        f'<div class="fs-finding"><h4>{escape(title_of(finding))}</h4>'
        f'<p class="model"><span>{escape(say("decide.model"))}</span>'
        f"<b>{escape(words)}</b>{badge}</p>"
        f"{sign}<ul>{said}</ul></div>"
    )


def _said(decision: records_client.Decision) -> str:
    words = say(f"decide.said.{decision.kind.value}")
    if decision.value_json:
        value = value_words(decision.finding, decision.value_json)
        words = say("decide.said.value", words=words, value=value)
    if decision.arbitrates:
        words = say("decide.said.arbitrated", words=words)
    aside = say("decide.by", by=decision.by, at=moment(decision.at_ms))
    why = f"<q>{escape(decision.why)}</q>" if decision.why else ""
    return f"<li><b>{escape(words)}</b> <span>{escape(aside)}</span>{why}</li>"


def _form(staff: Staff, desk: ReadingDesk, photograph_id: str, finding: str, place: str) -> None:
    kinds = {Kind.CORRECT: say("decide.correct"), Kind.REFUSE: say("decide.refuse")}
    if place == "measurement":
        kinds = {Kind.ACCEPT: say("decide.accept"), **kinds}
    with st.form(f"form-{place}-{photograph_id}-{desk.serial}", border=False):
        kind = st.radio(say("decide.how"), list(kinds), format_func=kinds.__getitem__, index=0)
        value = _value(finding)
        why = st.text_input(say("decide.why"), max_chars=MAX_WHY_CHARACTERS, autocomplete="off")
        if not st.form_submit_button(say("decide.record"), type="primary"):
            return
    if kind is Kind.REFUSE and not why.strip():
        st.html(parts.statement("warn", say("decide.why_needed")))
    elif kind is Kind.CORRECT and value is None:
        st.html(parts.statement("warn", say("decide.value_needed")))
    else:
        said = json.dumps(value) if kind is Kind.CORRECT else ""
        _decide(staff, desk, photograph_id, finding, kind, said, why)
        st.rerun()


def _value(finding: str) -> Any:
    label = say("decide.value")
    if finding == "findings.dr_grade":
        return st.selectbox(
            label, range(5), index=None, format_func=lambda grade: say(f"grade.{grade}")
        )
    if finding in YES_OR_NO:
        return st.radio(
            label,
            [True, False],
            index=None,
            horizontal=True,
            format_func=lambda value: yes_or_no(finding, value),
        )
    if finding == "eye":
        codes = [eye.value for eye in Eye]
        return st.radio(
            label,
            codes,
            index=None,
            horizontal=True,
            format_func=lambda code: parts.eye_name(Eye(code)),
        )
    return st.number_input(label, value=None, format="%.3f")


def _decide(
    staff: Staff,
    desk: ReadingDesk,
    photograph_id: str,
    finding: str,
    kind: records_client.DecisionKind,
    value_json: str = "",
    why: str = "",
) -> None:
    disputed = is_disputed(desk.exam, photograph_id, finding)
    desk.ask(
        lambda: desk.clinic.decide(
            desk.exam.exam_id,
            photograph_id,
            finding,
            kind,
            value_json=value_json,
            why=why.strip(),
            arbitrates=disputed and arbitrates(staff),
        )
    )
