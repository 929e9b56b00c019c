"""Measurements, findings and forecasts of one exam as a DICOM Structured Report (TID 1500).

One group a photograph, one a forecast. What was not measured has no number here: TID 1500 has no
place for a reason, the FHIR bundle and the page do. Nothing is verified until a person signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import highdicom as hd
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from edge_runtime import __version__
from edge_runtime.contracts.exam import Forecast
from edge_runtime.contracts.result import Condition, DrGrade, Measurement, ScreeningResult
from edge_runtime.domain import Evidence, Eye
from edge_runtime.interop.dicom.coded import add_coding_scheme, own_code
from edge_runtime.interop.dicom.study import MANUFACTURER, MODEL, OBJECT_NUMBER, SERIAL
from edge_runtime.interop.fhir.terminology import CONDITIONS, FINDINGS, GRADES, MEASURED, REFERABLE
from edge_runtime.interop.identifiers import uid_of
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

RETINA: Final = Code("5665001", "SCT", "Retina")
SIDE_OF: Final = {
    Eye.OD: Code("24028007", "SCT", "Right"),
    Eye.OS: Code("7771000", "SCT", "Left"),
}
ENGLISH: Final = Code("en", "RFC5646", "English")
PROCEDURE: Final = own_code("screening", "Screening of fundus photographs by software")
DEVICE: Final = Code("121007", "DCM", "Device")
YES, NO = Code("373066001", "SCT", "Yes"), Code("373067005", "SCT", "No")
UNIT_WORDS: Final = {"1": "no units", "um": "micrometer", "deg": "degree", "rad": "radian"}


def structured_report(exam: ScreenedExam, sources: Sequence[Dataset]) -> Dataset:
    """Return an exam's report; `sources` are its photographs' objects, in their order."""
    groups = [
        _group(photograph, source, exam, number)
        for number, (photograph, source) in enumerate(
            zip(exam.photographs, sources, strict=True), 1
        )
    ]
    groups += [_forecast(one, exam) for one in exam.record.forecast or [] if one.evidence]
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=_observer()),
        procedure_reported=PROCEDURE,
        imaging_measurements=groups,
        title=Code("126000", "DCM", "Imaging Measurement Report"),
        language_of_content_item_and_descendants=hd.sr.LanguageOfContentItemAndDescendants(
            language=_concept(ENGLISH)
        ),
    )
    made = hd.sr.ComprehensiveSR(
        evidence=list(sources),
        content=content[0],
        series_instance_uid=uid_of(exam.record.exam_id, "report", "series"),
        series_number=OBJECT_NUMBER["report"],
        sop_instance_uid=uid_of(exam.record.exam_id, "report", "1"),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    made.ManufacturerModelName, made.SoftwareVersions = MODEL, __version__
    made.DeviceSerialNumber = SERIAL
    add_coding_scheme(made)
    return made


def _observer() -> hd.sr.ObserverContext:
    """Return who observed: this software."""
    return hd.sr.ObserverContext(
        observer_type=_concept(DEVICE),
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=uid_of("software", __version__),
            name=MANUFACTURER,
            manufacturer_name=MANUFACTURER,
            model_name=MODEL,
            serial_number=SERIAL,
        ),
    )


def _group(
    photograph: ScreenedPhotograph, source: Dataset, exam: ScreenedExam, number: int
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    result, eye = photograph.result, photograph.eye
    site = hd.sr.FindingSite(
        anatomic_location=RETINA, laterality=SIDE_OF[eye] if eye is not None else None
    )
    gradable = hd.sr.QualitativeEvaluation(
        name=own_code("gradable", "Good enough to read"),
        value=YES if result.quality.gradable else NO,
    )
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=uid_of(exam.record.exam_id, "group", str(number)),
            identifier=result.photograph.name[:64],
        ),
        finding_sites=[site],
        algorithm_id=_algorithm(result),
        source_images=[hd.sr.SourceImageForMeasurementGroup.from_source_image(source)],
        measurements=list(_measurements(result)),
        qualitative_evaluations=[gradable],
    )


def _algorithm(result: ScreeningResult, *said: str) -> hd.sr.AlgorithmIdentification:
    return hd.sr.AlgorithmIdentification(
        name=f"{MODEL} with bundle {result.bundle.name}",
        version=f"{__version__}, bundle {result.bundle.version}",
        parameters=[f"SHA-256 of bundle.json: {result.bundle.sha256}", *said],
    )


def _measurements(result: ScreeningResult) -> Iterator[hd.sr.Measurement]:
    quality = result.quality
    chance = own_code("gradable_chance", "Probability of being good enough to read")
    yield _number(chance, quality.probability, "1", quality.evidence, result)
    for name, finding in result.findings or ():
        if isinstance(finding, DrGrade):
            yield from _dr_grade(finding, result)
        elif isinstance(finding, Condition):
            code = own_code(name, f"Probability of {FINDINGS[name].display}")
            yield _number(code, finding.probability, "1", finding.evidence, result)
        elif isinstance(finding, Measurement):
            yield from _measured(FINDINGS[name].display, name, finding, result)
    for name, measurement in (result.biomarkers or {}).items():
        yield from _measured(MEASURED[name].display, name, measurement, result)


def _dr_grade(finding: DrGrade, result: ScreeningResult) -> Iterator[hd.sr.Measurement]:
    shares = [(REFERABLE, finding.referable)]
    shares += [(GRADES[grade], share) for grade, share in enumerate(finding.probabilities)]
    for term, share in shares:
        code = own_code(term.code, term.display)
        yield _number(code, share, "1", finding.evidence, result)


def _measured(
    meaning: str, name: str, measured: Measurement, result: ScreeningResult
) -> Iterator[hd.sr.Measurement]:
    if measured.value is not None and measured.unit is not None and measured.evidence is not None:
        code = own_code(name, meaning)
        yield _number(code, measured.value, measured.unit, measured.evidence, result)


def _number(
    code: Code, value: float, unit: str, evidence: Evidence, result: ScreeningResult
) -> hd.sr.Measurement:
    return hd.sr.Measurement(
        name=_concept(code),
        # A DICOM number has 16 characters at most.
        value=float(f"{value:.6g}"),
        unit=Code(unit, "UCUM", UNIT_WORDS.get(unit, unit)),
        algorithm_id=_algorithm(result, f"Judged on: {evidence.value}"),
    )


def _forecast(
    forecast: Forecast, exam: ScreenedExam
) -> hd.sr.MeasurementsAndQualitativeEvaluations:
    condition = CONDITIONS[forecast.condition.value]
    result = exam.photographs[0].result
    assert forecast.cumulative_incidence is not None
    assert forecast.evidence is not None
    shares = {"cumulative_incidence": forecast.cumulative_incidence}
    if forecast.interval_90 is not None:
        shares["interval_90_low"], shares["interval_90_high"] = forecast.interval_90
    numbers = [
        _number(own_code(name, name.replace("_", " ")), share, "1", forecast.evidence, result)
        for name, share in shares.items()
    ]
    horizon = own_code("horizon", "Horizon of the forecast")
    numbers.append(_number(horizon, forecast.horizon_years, "a", forecast.evidence, result))
    name = f"{forecast.condition.value} {forecast.horizon_years:g} a"
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=uid_of(exam.record.exam_id, "forecast", name), identifier=name
        ),
        finding_type=_concept(own_code(condition.code, condition.display)),
        algorithm_id=_algorithm(result, f"Step shown: {forecast.step}"),
        measurements=numbers,
    )


def _concept(code: Code) -> CodedConcept:
    return CodedConcept(code.value, code.scheme_designator, code.meaning)
