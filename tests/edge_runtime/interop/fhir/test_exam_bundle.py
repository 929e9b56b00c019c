"""A FHIR bundle holds what the result holds, and two libraries of the standard take it."""

from __future__ import annotations

import base64
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.contracts.result import DrGrade
from edge_runtime.domain import USE
from edge_runtime.interop.fhir.exam_bundle import exam_bundle, ndjson_line
from edge_runtime.interop.fhir.observations import UNIT_OF_GIVEN
from edge_runtime.interop.fhir.terminology import (
    DCM,
    LOCAL_SCHEME,
    SNOMED,
    all_terms,
    markdown_table,
)
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph
from tests.edge_runtime.interop.exams import (
    AT,
    example_bundle,
    example_exam,
    example_record,
    example_result,
)

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[4]


def of_kind(bundle: Json, kind: str) -> list[Json]:
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in resources if resource["resourceType"] == kind]


def codes(resource: Json) -> set[str]:
    return {coding["code"] for coding in resource["code"]["coding"]}


def observation(bundle: Json, code: str, nth: int = 0) -> Json:
    return [one for one in of_kind(bundle, "Observation") if code in codes(one)][nth]


def component(resource: Json, code: str) -> Json:
    (found,) = (part for part in resource["component"] if code in codes(part))
    return dict(found)


def exams() -> list[ScreenedExam]:
    ungradable = ScreenedPhotograph(example_result("screening-ungradable"))
    alone = ScreenedExam(example_record(forecast=None), (ungradable,), example_bundle(), AT)
    return [example_exam(), example_exam(person_id="p-1"), alone]


@pytest.mark.parametrize("exam", exams())
def test_a_bundle_is_valid_r4b(exam: ScreenedExam) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, about its own models
        from fhir.resources.R4B.bundle import Bundle

        Bundle.model_validate(exam_bundle(exam))


@pytest.mark.parametrize("exam", exams())
def test_an_r4_client_parses_a_bundle_and_writes_it_back_unchanged(exam: ScreenedExam) -> None:
    from fhirclient.models.bundle import Bundle

    made = json.loads(ndjson_line(exam_bundle(exam)))

    assert Bundle(made).as_json() == made


@pytest.mark.parametrize("exam", exams())
def test_every_reference_leads_to_a_resource_of_the_bundle(exam: ScreenedExam) -> None:
    made = exam_bundle(exam)

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["reference"]] if "reference" in value else []
            return own + [r for part in value.values() for r in references(part)]
        return [r for part in value for r in references(part)] if isinstance(value, list) else []

    urls = [entry["fullUrl"] for entry in made["entry"]]
    assert set(references(made)) <= set(urls)
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize("exam", exams())
def test_every_code_that_is_sent_stands_in_the_table_and_may_be_sent(exam: ScreenedExam) -> None:
    table = {(term.system, term.code): term for term in all_terms()}

    def codings(value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            coded = "display" in value and "system" in value and "code" in value
            own = [(value["system"], value["code"])] if coded else []
            return own + [c for part in value.values() for c in codings(part)]
        return [c for part in value for c in codings(part)] if isinstance(value, list) else []

    for system, code in codings(exam_bundle(exam)):
        assert table[system, code].sure != "not sent"


def test_a_measurement_keeps_value_unit_interval_evidence_and_eye() -> None:
    crae = observation(exam_bundle(example_exam()), "crae_um")

    assert crae["valueQuantity"]["value"] == 152.1
    assert crae["valueQuantity"]["code"] == "um"
    between = component(crae, "interval_90")["valueRange"]
    assert (between["low"]["value"], between["high"]["value"]) == (148.0, 157.0)
    judged = component(crae, "evidence")["valueCodeableConcept"]
    assert codes({"code": judged}) == {"internal"}
    assert codes({"code": component(crae, "laterality")["valueCodeableConcept"]}) == {"24028007"}
    assert crae["status"] == "preliminary"


def test_a_missing_measurement_says_why() -> None:
    avr = observation(exam_bundle(example_exam()), "avr")

    assert "valueQuantity" not in avr
    assert avr["dataAbsentReason"]["text"] == "4 arterioles in zone B, 6 are needed"


def test_the_grades_come_back_whole() -> None:
    exam = example_exam()
    findings = exam.photographs[0].result.findings
    assert findings is not None
    finding = findings.dr_grade
    assert isinstance(finding, DrGrade)

    grade = observation(exam_bundle(exam), "dr_grade")

    shares = [component(grade, f"dr_grade_{n}")["valueQuantity"]["value"] for n in range(5)]
    assert tuple(shares) == finding.probabilities
    assert component(grade, "dr_referable")["valueQuantity"]["value"] == finding.referable
    assert "valueQuantity" not in grade


def test_an_ungradable_photograph_has_its_reason_and_advice_and_no_side() -> None:
    quality = observation(exam_bundle(example_exam()), "gradable", nth=1)

    assert quality["valueBoolean"] is False
    words = [note["text"] for note in quality["note"]]
    assert words == ["No round field of a fundus camera was found.", "Hold the lens closer."]
    assert "laterality" not in json.dumps(quality)


def test_a_forecast_is_a_percentage_with_horizon_interval_and_steps() -> None:
    heart, diabetes = of_kind(exam_bundle(example_exam()), "RiskAssessment")

    (prediction,) = heart["prediction"]
    assert prediction["probabilityDecimal"] == 3.1
    assert prediction["whenRange"]["high"] == {
        "value": 5.0,
        "unit": "a",
        "system": "http://unitsofmeasure.org",
        "code": "a",
    }
    words = " ".join(note["text"] for note in heart["note"])
    assert "90 % interval: 2 % to 5 %" in words
    assert "ungradable, Too dark." in words
    (missing,) = diabetes["prediction"]
    assert "probabilityDecimal" not in missing
    assert "already has it" in missing["rationale"]


def test_a_series_an_eye_and_an_instance_a_photograph_with_its_hash() -> None:
    (study,) = of_kind(exam_bundle(example_exam()), "ImagingStudy")

    right, unknown = study["series"]
    assert right["laterality"]["code"] == "24028007"
    assert "laterality" not in unknown
    (instance,) = right["instance"]
    assert instance["title"].startswith("a.jpg (SHA-256 0123456789abcdef")
    assert study["started"] == "2026-03-03T09:10:11+08:00"
    assert [note["text"] for note in study["note"]] == ["Not read: b.jpg: It is damaged."]


def test_the_software_is_a_device_with_its_bundle_and_is_no_medical_one() -> None:
    software, camera = of_kind(exam_bundle(example_exam()), "Device")

    assert {v["value"] for v in software["version"]} >= {"reference 0.1.0"}
    assert software["note"] == [{"text": USE}]
    assert camera["deviceName"][0]["name"] == "Model 5"


def test_the_report_carries_the_page_on_paper() -> None:
    (report,) = of_kind(exam_bundle(example_exam(), b"%PDF-1.7 ..."), "DiagnosticReport")

    (form,) = report["presentedForm"]
    assert base64.b64decode(form["data"]) == b"%PDF-1.7 ..."
    assert USE in report["conclusion"]


def test_the_same_exam_gives_the_same_ids_and_another_person_another_patient() -> None:
    first, again = exam_bundle(example_exam()), exam_bundle(example_exam())
    other = exam_bundle(example_exam(person_id="p-1"))

    assert first == again
    assert of_kind(first, "Patient")[0]["id"] != of_kind(other, "Patient")[0]["id"]


def test_a_person_is_a_pseudonym_and_no_more() -> None:
    (patient,) = of_kind(exam_bundle(example_exam(person_id="p-1")), "Patient")

    assert set(patient) == {"resourceType", "id", "identifier", "gender"}


def test_no_consent_is_invented() -> None:
    assert of_kind(exam_bundle(example_exam()), "Consent") == []


def test_an_exam_without_a_result_has_no_bundle() -> None:
    with pytest.raises(ValueError, match="no result"):
        exam_bundle(ScreenedExam(example_record(), (), example_bundle(), AT))


def test_every_number_that_may_be_said_of_a_person_has_a_unit() -> None:
    numbers = {name for name in COVARIATES if not name.startswith("has_")}

    assert set(UNIT_OF_GIVEN) == {"age_years", *numbers}


def test_what_a_person_is_known_to_have_is_yes_or_no() -> None:
    made = exam_bundle(example_exam(covariates={"has_stroke": 1.0, "sbp_mmhg": 150.0}))

    assert observation(made, "given_has_stroke")["valueBoolean"] is True
    assert observation(made, "given_sbp_mmhg")["valueQuantity"]["code"] == "mm[Hg]"


def test_no_code_stands_twice_in_the_table() -> None:
    named = [(term.system, term.code) for term in all_terms()]

    assert len(named) == len(set(named))
    assert LOCAL_SCHEME.startswith("urn:oid:2.25.")


def test_standard_codes_are_in_a_published_dictionary() -> None:
    from pydicom.sr import _concepts_dict

    schemes = {SNOMED: "SCT", DCM: "DCM"}
    known = {
        (scheme, code)
        for scheme in schemes.values()
        for words in _concepts_dict.concepts[scheme].values()
        for code in words
    }

    for term in all_terms():
        if term.sure == "dictionary":
            assert (schemes[term.system], term.code) in known, term


def test_the_page_shows_the_table_that_is_in_use() -> None:
    page = (ROOT / "docs" / "interop.md").read_text(encoding="utf-8")

    shown = page.partition("<!-- terminology -->\n")[2].partition("<!-- end of terminology")[0]
    assert shown == markdown_table()
