"""What the findings model's numbers become, and which numbers are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.contracts.tensors import DR_GRADE_LABELS
from edge_runtime.domain import Evidence
from edge_runtime.errors import BundleUnsupported, InferenceFailed
from edge_runtime.fundus.findings import conditions_of, findings_of
from tests.edge_runtime.findings_bundle import findings_entry

GRADES = np.array([0.5, 0.2, 0.15, 0.1, 0.05], np.float32)
ILL = np.array([0.03], np.float32)


def test_referable_is_the_chance_of_grade_two_three_or_four():
    findings = findings_of(GRADES, ILL, findings_entry())

    assert findings.dr_grade is not None
    assert findings.dr_grade.probabilities == pytest.approx((0.5, 0.2, 0.15, 0.1, 0.05))
    assert findings.dr_grade.referable == pytest.approx(0.3)


def test_each_finding_carries_its_evidence_and_its_cut():
    entry = findings_entry(evidence=Evidence.EXTERNAL, thresholds={"referable": 0.2})

    findings = findings_of(GRADES, ILL, entry)

    assert findings.dr_grade is not None
    assert findings.maculopathy is not None
    assert (findings.dr_grade.evidence, findings.dr_grade.referable_threshold) == (
        Evidence.EXTERNAL,
        0.2,
    )
    assert (findings.maculopathy.evidence, findings.maculopathy.threshold) == (
        Evidence.EXTERNAL,
        None,
    )


def test_a_condition_is_known_by_its_label_and_the_others_are_absent():
    labels = [*DR_GRADE_LABELS, "glaucoma_suspicion"]

    findings = findings_of(GRADES, ILL, findings_entry(labels=labels, thresholds={}))

    assert findings.maculopathy is None
    assert findings.glaucoma_suspicion is not None
    assert findings.glaucoma_suspicion.probability == pytest.approx(0.03)


@given(st.lists(st.floats(-30.0, 30.0), min_size=5, max_size=5))
def test_whatever_a_softmax_gives_is_taken(logits: list[float]):
    raised = np.exp(np.asarray(logits, np.float32) - np.float32(max(logits)))

    findings = findings_of((raised / raised.sum()).astype(np.float32), ILL, findings_entry())

    assert findings.dr_grade is not None
    assert 0.0 <= findings.dr_grade.referable <= 1.0


@pytest.mark.parametrize(
    ("grades", "ill"),
    [
        (np.full(5, np.nan, np.float32), ILL),
        (np.array([2.0, -1.0, 0.0, 0.0, 0.0], np.float32), ILL),
        (np.full(5, 0.1, np.float32), ILL),
        (GRADES[:4], ILL),
        (GRADES, np.array([1.5], np.float32)),
        (GRADES, np.array([0.1, 0.2], np.float32)),
    ],
    ids=["nan", "outside", "sum", "four grades", "condition", "two conditions"],
)
def test_numbers_that_are_no_probabilities_are_refused(grades: np.ndarray, ill: np.ndarray):
    with pytest.raises(InferenceFailed):
        findings_of(grades, ill, findings_entry())


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ["maculopathy", *DR_GRADE_LABELS]},
        {"labels": [*DR_GRADE_LABELS, "cataract"]},
        {"labels": [*DR_GRADE_LABELS, "maculopathy", "maculopathy"]},
        {"thresholds": {"referrable": 0.3}},
        {"thresholds": {"referable": 1.3}},
    ],
    ids=["order", "unknown", "twice", "cut of nothing", "cut outside"],
)
def test_labels_and_cuts_that_this_version_does_not_know_are_refused(changes: dict[str, object]):
    with pytest.raises(BundleUnsupported):
        conditions_of(findings_entry(**changes))
