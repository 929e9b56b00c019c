"""What the person is told to do follows from the rules, which are data."""

from __future__ import annotations

import pytest

from edge_runtime.contracts.result import Condition, Findings, Quality
from edge_runtime.domain import Evidence, Exam, Eye, PhotographFile
from tests.ui.fake_service import BLURRED, GOOD, FakeEye, events_of
from ui.exam_view import ExamView, exam_view
from ui.plan import Outcome, least, plan, rules
from ui.wording import LANGUAGES

CLOUDED = BLURRED.model_copy(update={"cause": "eye"})


def found(probability: float, evidence: Evidence = Evidence.INTERNAL) -> Findings:
    condition = Condition(probability=probability, threshold=0.5, evidence=evidence)
    return Findings(maculopathy=condition)


def seen(**eyes: FakeEye) -> ExamView:
    files = tuple(PhotographFile(f"{eye}.jpg", b"", Eye(eye)) for eye in eyes)
    events = [
        event
        for index, (eye, each) in enumerate(eyes.items())
        for event in events_of(index, f"{eye}.jpg", Eye(eye), each)
    ]
    return exam_view(Exam("e", files), events)


def eye(quality: Quality = GOOD, probability: float | None = 0.1) -> FakeEye:
    return FakeEye(quality, findings=None if probability is None else found(probability))


@pytest.mark.parametrize(
    ("right", "left", "action"),
    [
        (eye(), eye(), "recall"),
        (eye(), eye(probability=0.5), "refer"),
        (eye(CLOUDED, None), eye(), "refer_unread"),
        (eye(BLURRED, None), eye(), "take_again"),
        (eye(BLURRED, None), eye(probability=0.9), "refer"),
        (eye(probability=None), eye(probability=None), "no_advice"),
        (eye(), None, "other_eye"),
    ],
)
def test_the_most_pressing_eye_decides(right: FakeEye, left: FakeEye | None, action: str) -> None:
    view = seen(OD=right, OS=left) if left is not None else seen(OD=right)

    assert plan(view).rule.action == action


def test_an_eye_that_was_given_up_is_referred() -> None:
    view = seen(OD=eye(BLURRED, None), OS=eye())

    assert plan(view, frozenset({Eye.OD})).rule.when is Outcome.CANNOT_BE_READ


def test_one_readable_photograph_of_an_eye_is_enough() -> None:
    files = tuple(PhotographFile(name, b"", Eye.OD) for name in ("a.jpg", "b.jpg"))
    events = [*events_of(0, "a.jpg", Eye.OD, eye(BLURRED, None))]
    events += [*events_of(1, "b.jpg", Eye.OD, eye())]

    assert plan(exam_view(Exam("e", files), events)).eyes[0].outcome is Outcome.BELOW_MARK


def test_each_outcome_has_a_rule_with_its_source_and_its_words() -> None:
    assert {rule.when for rule in rules()} == set(Outcome)
    for rule in rules():
        assert all(rule.source[language] for language in LANGUAGES)
        assert rule.read in ("whole", "excerpt")
        text = f"plan.{rule.action}.text" + (".other" if rule.months else "")
        assert all(text in words for words in LANGUAGES.values())


def test_an_advice_rests_on_its_weakest_evidence() -> None:
    assert least([Evidence.EXTERNAL, Evidence.DRAWN]) is Evidence.DRAWN
