"""One exam as one FHIR transaction: sent twice, it changes nothing the second time.

Nothing is final until a person signs, so every status is preliminary. There is no Consent: foreseye
is told of none, and one that nobody gave must not be written.
"""

from __future__ import annotations

import base64
import json
import uuid

from edge_runtime.domain import USE
from edge_runtime.interop.fhir.elements import Json, coding, concept, instant, reference
from edge_runtime.interop.fhir.forecasts import risk_assessment
from edge_runtime.interop.fhir.observations import Context, given_observations, observations_of
from edge_runtime.interop.fhir.study import (
    cameras,
    imaging_id,
    imaging_study,
    patient,
    patient_id,
    software,
    software_id,
    taken_at,
)
from edge_runtime.interop.fhir.terminology import ASSEMBLER, EXPORT, IMAGING, REPORT
from edge_runtime.interop.identifiers import uuid_of
from edge_runtime.interop.screened import ScreenedExam


def exam_bundle(exam: ScreenedExam, report_pdf: bytes | None = None) -> Json:
    """Return an exam's Bundle; `report_pdf` goes into the DiagnosticReport.

    Raises ValueError for an exam without a photograph: then there is nothing to tell.
    """
    if not exam.photographs:
        raise ValueError(f"exam {exam.record.exam_id} has no result")
    bundle = exam.photographs[0].result.bundle
    context = Context(
        exam.record.exam_id,
        patient_id(exam),
        software_id(bundle),
        imaging_id(exam),
        taken_at(exam),
        instant(exam.screened_at),
        dict(exam.bundle.smallest_detectable_change or {}),
    )
    given = dict(exam.record.covariates)
    if exam.record.age_years is not None:
        given = {"age_years": exam.record.age_years, **given}
    said = given_observations(given, context)
    seen = [
        observation
        for number, photograph in enumerate(exam.photographs, 1)
        for observation in observations_of(photograph, number, context)
    ]
    risks = [
        risk_assessment(one, context, ids(said + seen if one.step == "photographs" else said))
        for one in exam.record.forecast or []
    ]
    report = _report(exam, context, [*seen, *said], report_pdf)
    resources = [
        patient(exam), software(bundle), *cameras(exam.photographs).values(), imaging_study(exam),
        *said, *seen, *risks, report, _provenance(report, context), _audit(context),
    ]  # fmt: skip
    return {
        "resourceType": "Bundle",
        "id": str(uuid_of(exam.record.exam_id, "bundle")),
        "type": "transaction",
        "timestamp": context.at,
        "entry": [_entry(resource) for resource in resources],
    }


def ndjson_line(bundle: Json) -> str:
    """Return a bundle as one line of NDJSON, without its line feed."""
    return json.dumps(bundle, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def indented(bundle: Json) -> str:
    """Return a bundle as text for people."""
    return json.dumps(bundle, ensure_ascii=False, allow_nan=False, indent=2)


def ids(resources: list[Json]) -> list[uuid.UUID]:
    """Return the ids of resources."""
    return [uuid.UUID(resource["id"]) for resource in resources]


def _entry(resource: Json) -> Json:
    return {
        "fullUrl": f"urn:uuid:{resource['id']}",
        "resource": resource,
        "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
    }


def _report(
    exam: ScreenedExam, context: Context, observations: list[Json], report_pdf: bytes | None
) -> Json:
    readable = sum(photograph.result.quality.gradable for photograph in exam.photographs)
    total = len(exam.photographs) + len(exam.record.refused)
    report: Json = {
        "resourceType": "DiagnosticReport",
        "id": str(uuid_of(exam.record.exam_id, "report")),
        "status": "preliminary",
        "category": [concept(IMAGING)],
        "code": concept(REPORT),
        "subject": reference(context.patient),
        "effectiveDateTime": context.taken_at,
        "issued": context.at,
        "imagingStudy": [reference(imaging_id(exam))],
        "result": [reference(one) for one in ids(observations)],
        "conclusion": f"{readable} of {total} photographs could be read. Made by software and "
        f"signed by nobody. {USE}",
    }
    if report_pdf is not None:
        data = base64.b64encode(report_pdf).decode()
        report["presentedForm"] = [{"contentType": "application/pdf", "data": data}]
    return report


def _provenance(report: Json, context: Context) -> Json:
    return {
        "resourceType": "Provenance",
        "id": str(uuid_of(context.exam_id, "provenance")),
        "target": [reference(uuid.UUID(report["id"]))],
        "recorded": context.at,
        "agent": [{"type": concept(ASSEMBLER), "who": reference(context.software)}],
        "entity": [{"role": "source", "what": reference(context.imaging)}],
    }


def _audit(context: Context) -> Json:
    return {
        "resourceType": "AuditEvent",
        "id": str(uuid_of(context.exam_id, "audit")),
        "type": coding(EXPORT),
        "action": "C",
        "recorded": context.at,
        "outcome": "0",
        "agent": [{"who": reference(context.software), "requestor": True}],
        "source": {"observer": reference(context.software)},
        "entity": [{"what": reference(context.patient)}],
    }
