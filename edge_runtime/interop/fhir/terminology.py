"""Every code that foreseye writes into FHIR and DICOM, its source, and how sure that source is.

A standard code is used only where a dictionary that was published with a library holds it
(`dictionary`) or a page of its owner was read (`read`). Everything else is said in foreseye's own
codes, which claim nothing. Codes that fit but may not be claimed are listed and not sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.contracts.result import Findings
from edge_runtime.fundus.biomarkers import UNIT_OF
from edge_runtime.interop.identifiers import LOCAL_SCHEME

SNOMED: Final = "http://snomed.info/sct"
DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
UCUM: Final = "http://unitsofmeasure.org"
LOINC: Final = "http://loinc.org"
HL7: Final = "http://terminology.hl7.org/CodeSystem"

Sure = Literal["dictionary", "read", "ours", "not sent"]


@dataclass(frozen=True)
class Term:
    """One code."""

    system: str
    code: str
    display: str
    source: str
    sure: Sure


def _ours(code: str, display: str) -> Term:
    return Term(LOCAL_SCHEME, code, display, "foreseye", "ours")


def _dictionary(system: str, code: str, display: str) -> Term:
    return Term(system, code, display, "pydicom 3.0.2 dictionaries", "dictionary")


def _hl7(system: str, code: str, display: str) -> Term:
    return Term(f"{HL7}/{system}", code, display, "FHIR R4B code systems", "read")


RETINA: Final = _dictionary(SNOMED, "5665001", "Retina")
RIGHT: Final = _dictionary(SNOMED, "24028007", "Right")
LEFT: Final = _dictionary(SNOMED, "7771000", "Left")
OPHTHALMIC_PHOTOGRAPHY: Final = _dictionary(DCM, "OP", "Ophthalmic Photography")
FUNDUS_CAMERA: Final = _dictionary(SNOMED, "409898007", "Fundus Camera")
EXPORT: Final = _dictionary(DCM, "110106", "Export")

IMAGING: Final = _hl7("observation-category", "imaging", "Imaging")
EXAM: Final = _hl7("observation-category", "exam", "Exam")
NOT_PERFORMED: Final = _hl7("data-absent-reason", "not-performed", "Not Performed")
ASSEMBLER: Final = _hl7("provenance-participant-type", "assembler", "Assembler")

GRADABLE: Final = _ours("gradable", "The photograph is good enough to read")
EVIDENCE: Final = _ours("evidence", "What the number was judged on")
LATERALITY: Final = _ours("laterality", "Which eye")
INTERVAL_90: Final = _ours("interval_90", "90 % interval")
CUT: Final = _ours("threshold", "The model's cut: called present from this probability on")
SMALLEST_CHANGE: Final = _ours("smallest_detectable_change", "Smallest detectable change")
REPORT: Final = _ours("screening", "Screening of fundus photographs by software, research use only")
SOFTWARE: Final = _ours("software", "Software that reads fundus photographs")
STEPS: Final = {
    "age_sex": _ours("step_age_sex", "Forecast from age and sex alone"),
    "covariates": _ours("step_covariates", "Forecast with covariates"),
    "photographs": _ours("step_photographs", "Forecast with photographs"),
}
EVIDENCE_KINDS: Final = {
    "drawn": _ours("drawn", "Judged only on eyes that were drawn"),
    "internal": _ours("internal", "Judged on held-out people of a set that it was trained on"),
    "external": _ours("external", "Judged on a set that it never saw"),
}
GRADES: Final = {
    grade: _ours(f"dr_grade_{grade}", f"Probability of diabetic retinopathy grade {grade} (ICDR)")
    for grade in range(5)
}
FINDINGS: Final = {name: _ours(name, name.replace("_", " ")) for name in Findings.model_fields}
REFERABLE: Final = _ours("dr_referable", "Probability of diabetic retinopathy of grade 2 to 4")
MEASURED: Final = {name: _ours(name, name.replace("_", " ")) for name in UNIT_OF}
DEFECTS: Final = {
    name: _ours(f"defect_{name}", f"Defect of the photograph: {name.replace('_', ' ')}")
    for name in (
        "blur", "dark", "bright", "glare", "small_field", "clipped_field", "haze", "not_a_fundus",
    )
}  # fmt: skip
CONDITIONS: Final = {
    condition.value: _ours(condition.value, condition.value.replace("_", " "))
    for condition in ForecastCondition
}
GIVEN: Final = {
    name: _ours(f"given_{name}", f"Given: {name.replace('_', ' ')}")
    for name in ("age_years", *COVARIATES)
}

NOT_SENT: Final = (
    Term(LOINC, "105914-6", "Eye Diabetic retinopathy screening Autonomous AI",
         "loinc.org; worded for cleared software, which foreseye is not", "not sent"),
    Term(LOINC, "71491-5", "Right eye diabetic retinopathy severity, answers LL2117-1",
         "loinc.org; a grader's verdict, not a probability", "not sent"),
    Term(LOINC, "71490-7", "Left eye diabetic retinopathy severity, answers LL2117-1",
         "loinc.org; a grader's verdict, not a probability", "not sent"),
)  # fmt: skip


def all_terms() -> Iterator[Term]:
    """Yield every code once, the standard ones first."""
    yield from (RETINA, RIGHT, LEFT, OPHTHALMIC_PHOTOGRAPHY, FUNDUS_CAMERA, EXPORT)
    yield from (IMAGING, EXAM, NOT_PERFORMED, ASSEMBLER)
    yield from (GRADABLE, EVIDENCE, LATERALITY, INTERVAL_90, CUT, SMALLEST_CHANGE, REPORT, SOFTWARE)
    tables = (STEPS, EVIDENCE_KINDS, FINDINGS, DEFECTS, CONDITIONS, MEASURED, GIVEN)
    for table in tables:
        yield from table.values()
    yield REFERABLE
    yield from GRADES.values()
    yield from NOT_SENT


def markdown_table() -> str:
    """Return the table for docs/interop.md; a test holds the page to it."""
    lines = ["| code | system | says | source | how sure |", "| --- | --- | --- | --- | --- |"]
    names = {LOCAL_SCHEME: "foreseye"}
    for term in all_terms():
        system = names.get(term.system, term.system)
        cells = (f"`{term.code}`", system, term.display, term.source, term.sure)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
