"""What of an exam somebody may see: the table of `access`, laid over what is kept."""

from __future__ import annotations

from dataclasses import replace

from edge_runtime.records.access import Action, may, sees_work_of
from edge_runtime.records.kept import Decision, KeptExam, KeptPhotograph
from edge_runtime.records.vault import THE_OPERATOR, Actor
from edge_runtime.records.words import DecisionKind, Role


def as_seen_by(actor: Actor, exam: KeptExam) -> KeptExam:
    """Return the exam without what the table hides from the actor."""
    if actor == THE_OPERATOR or may(actor.roles, Action.SEE_OTHER_READERS):
        return exam
    photographs = tuple(_without_others(each, actor) for each in exam.photographs)
    exam = replace(exam, decisions=_told_to(actor, exam), disputed=(), photographs=photographs)
    if Role.PHONE not in actor.roles:
        return exam
    # A phone lies about in a waiting room: it shows pictures and results, not whose they are.
    hidden = KeptExam(exam.exam_id, exam.number, exam.state, exam.version, 0, 0, "")
    shown = ("opened_ms", "changed_ms", "photographs", "exam_json", "ungradable", "urgent")
    return replace(hidden, **{name: getattr(exam, name) for name in shown})


def _told_to(actor: Actor, exam: KeptExam) -> tuple[Decision, ...]:
    """Return the own decisions, and who went on against the quality verdict to who may as well."""
    overrides = may(actor.roles, Action.OVERRIDE_QUALITY)
    return tuple(
        each
        for each in exam.decisions
        if sees_work_of(actor.roles, actor.user_id, each.user_id)
        or (overrides and each.kind is DecisionKind.OVERRIDE)
    )


def _without_others(photograph: KeptPhotograph, actor: Actor) -> KeptPhotograph:
    """Return a photograph without what is not the actor's to see of what people painted on it."""
    pictures = photograph.pictures
    kept = (p for p in pictures if sees_work_of(actor.roles, actor.user_id, p.user_id))
    return replace(photograph, pictures=tuple(kept))
