"""What one eye shows: what to do, how sure, judged on what."""

from __future__ import annotations

import re

import pytest

from edge_runtime.contracts.result import Condition, DrGrade, Findings, Measurement
from edge_runtime.domain import Evidence
from ui.findings import findings, of_100


def a_grade(referable: float = 0.52, cut: float | None = 0.31) -> DrGrade:
    rest = 1.0 - referable
    return DrGrade(
        probabilities=(0.7 * rest, 0.3 * rest, 0.5 * referable, 0.3 * referable, 0.2 * referable),
        referable=referable,
        referable_threshold=cut,
        evidence=Evidence.INTERNAL,
    )


def test_at_the_mark_the_person_is_referred():
    shown = findings(Findings(dr_grade=a_grade(0.31, 0.31)))

    assert "Diabetic eye disease: refer to an eye doctor" in shown
    assert 'class="fs-say warn"' in shown
    assert "This is not a diagnosis." in shown


def test_below_the_mark_nobody_is_called_healthy():
    shown = findings(Findings(dr_grade=a_grade(0.05)))

    assert "below the mark for referral" in shown
    assert 'class="fs-say note"' in shown
    assert "A photograph can miss disease" in shown
    assert "refer to an eye doctor" not in shown


def test_a_bundle_without_a_mark_gives_the_chance_and_no_verdict():
    shown = findings(Findings(maculopathy=Condition(probability=0.3, evidence=Evidence.INTERNAL)))

    assert "Of 100 photographs with this answer, 30 show it." in shown
    assert "refer" not in shown.lower().replace("reference", "")


@pytest.mark.parametrize("evidence", Evidence)
def test_no_number_stands_without_its_evidence(evidence: Evidence):
    ill = Condition(probability=0.2, threshold=0.4, evidence=evidence)
    grade = a_grade().model_copy(update={"evidence": evidence})

    shown = findings(Findings(dr_grade=grade, maculopathy=ill))

    # Two boxes and the grades' table.
    assert shown.count(f'class="fs-badge {evidence.value}"') == 3
    assert shown.count("Research use only. An eye doctor decides.") == 2


def test_the_doctor_reads_each_grade_and_their_sum_against_the_mark():
    shown = findings(Findings(dr_grade=a_grade(0.5, 0.31)))

    values = re.findall(r'<td class="value">([^<]*) %</td>', shown)
    assert values == ["35", "15", "25", "15", "10", "50"]
    assert "mark for referral: 31 %" in shown
    assert "4 - proliferative" in shown


def test_a_chance_just_beside_the_mark_is_seen_to_be_so():
    assert of_100(0.308, 0.312) == ("30.8", "31.2")
    assert of_100(0.5, 0.312) == ("50", "31")
    assert of_100(0.31, 0.31) == ("31", "31")


def test_a_chance_is_never_rounded_to_none_or_to_all():
    assert of_100(0.002) == ("under 1", "")
    assert of_100(0.999) == ("over 99", "")
    assert of_100(0.0, 0.0004) == ("under 0.01", "0.04")


def test_what_the_eye_tells_of_the_body_is_held_back_while_drawn_eyes_alone_judged_it():
    age = Measurement(value=57.2, unit="a", evidence=Evidence.DRAWN)

    assert findings(Findings(retinal_age_years=age)) == ""


def test_what_the_eye_tells_of_the_body_stands_in_a_table():
    age = Measurement(value=57.2, unit="a", evidence=Evidence.INTERNAL)

    shown = findings(Findings(retinal_age_years=age))

    assert "fs-table" in shown
    assert "57" in shown
    assert findings(Findings()) == ""
