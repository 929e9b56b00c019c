"""What goes onto the wire comes off it unchanged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.contracts.exam import (
    ExamRecord,
    Forecast,
    ForecastCondition,
    ForecastStep,
    ForecastSteps,
    Missing,
)
from edge_runtime.contracts.result import (
    Condition,
    DrGrade,
    EyeReading,
    Findings,
    Measurement,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import Evidence, Eye, FovCircle, Sex
from edge_runtime.wire import records
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_bundle import (
    bundle_description_from_wire,
    bundle_description_to_wire,
)
from edge_runtime.wire.convert_events import event_from_wire, event_to_wire
from edge_runtime.wire.enums import EVIDENCE, EYE, SEX, SOURCE
from edge_runtime.wire.records import ClientEvent

probabilities = st.floats(0.0, 1.0)
numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(min_size=1, max_size=20)
evidences = st.sampled_from(Evidence)
indices = st.integers(0, 15)
sizes_px = st.integers(1, 10_000)

measurements = st.builds(
    Measurement,
    value=numbers,
    unit=st.sampled_from(["um", "1", "a"]),
    interval_90=st.none() | st.tuples(numbers, numbers),
    evidence=evidences,
) | st.builds(Measurement, missing_because=texts)

qualities = st.builds(
    Quality,
    gradable=st.just(True),
    probability=probabilities,
    defects=st.dictionaries(texts, probabilities, max_size=4),
    advice=st.lists(texts, max_size=3),
    evidence=evidences,
) | st.builds(
    Quality,
    gradable=st.just(False),
    probability=probabilities,
    defects=st.just({}),
    advice=st.lists(texts, max_size=3),
    reason=texts,
    evidence=evidences,
)

conditions = st.builds(
    Condition,
    probability=probabilities,
    threshold=st.none() | probabilities,
    evidence=evidences,
)
dr_grades = st.builds(
    DrGrade,
    probabilities=st.tuples(*[probabilities] * 5),
    referable=probabilities,
    referable_threshold=st.none() | probabilities,
    evidence=evidences,
)
findings = st.builds(
    Findings,
    **{
        name: st.none()
        | {"dr_grade": dr_grades, "maculopathy": conditions, "glaucoma_suspicion": conditions}.get(
            name, measurements
        )
        for name in Findings.model_fields
    },
)

steps = st.builds(ForecastStep, value=probabilities, evidence=evidences) | st.builds(
    ForecastStep, missing_because=st.sampled_from(Missing), sentence=st.none() | texts
)
forecasts = st.builds(
    Forecast,
    condition=st.sampled_from(ForecastCondition),
    horizon_years=st.floats(0.5, 10.0),
    cumulative_incidence=probabilities,
    interval_90=st.none() | st.tuples(probabilities, probabilities),
    steps=st.builds(ForecastSteps, age_sex=steps, covariates=steps, photographs=steps),
    step=st.sampled_from(["age_sex", "covariates", "photographs"]),
    evidence=evidences,
) | st.builds(
    Forecast,
    condition=st.sampled_from(ForecastCondition),
    horizon_years=st.floats(0.5, 10.0),
    missing_because=st.sampled_from(Missing),
    sentence=texts,
)

pictures = st.builds(
    records.Picture,
    kind=texts,
    media_type=st.sampled_from(["image/jpeg", "image/png"]),
    content=st.binary(max_size=50),
    width_px=sizes_px,
    height_px=sizes_px,
)

events: st.SearchStrategy[ClientEvent] = st.one_of(
    st.builds(records.Accepted, st.just("exam-1"), indices, indices),
    st.builds(records.PhotographRefused, indices, texts, texts),
    st.builds(records.QualityRead, indices, qualities),
    st.builds(
        records.AnatomySeen,
        index=indices,
        fov_circle=st.builds(FovCircle, numbers, numbers, numbers),
        photograph_width_px=sizes_px,
        photograph_height_px=sizes_px,
        eye=st.builds(
            EyeReading,
            laterality=st.none() | st.sampled_from(Eye),
            source=st.sampled_from(["given", "picture", "unknown"]),
            conflict=st.booleans(),
        ),
        evidence=evidences,
        pictures=st.lists(pictures, max_size=4).map(tuple),
    ),
    st.builds(records.BiomarkersRead, indices, st.dictionaries(texts, measurements, max_size=4)),
    st.builds(records.FindingsRead, indices, findings),
    st.builds(records.ForecastRead, st.lists(forecasts, max_size=3).map(tuple)),
    st.builds(
        records.EvidenceMapped,
        indices,
        st.lists(
            st.builds(records.EvidenceMap, st.sampled_from(ForecastCondition), pictures, evidences),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
)


@settings(deadline=None, max_examples=50)
@given(events)
def test_an_event_comes_off_the_wire_as_it_went_on(event: ClientEvent) -> None:
    sent = event_to_wire("exam-1", event).SerializeToString()

    assert event_from_wire(pb.ScreenEvent.FromString(sent)) == event


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(texts, measurements, min_size=2, max_size=6))
def test_biomarkers_keep_the_order_in_which_to_show_them(
    biomarkers: dict[str, Measurement],
) -> None:
    event = event_from_wire(event_to_wire("e", records.BiomarkersRead(0, biomarkers)))

    assert isinstance(event, records.BiomarkersRead)
    assert list(event.biomarkers) == list(biomarkers)


RESULT = ScreeningResult.model_validate(
    {
        "schema": "foreseye.screening/1",
        "bundle": {"name": "drawn", "version": "1.0.0", "sha256": "a" * 64},
        "models": {"anatomy": {"backend": "onnxruntime-cpu", "precision": "fp32"}},
        "photograph": {
            "name": "a.jpg",
            "sha256": "b" * 64,
            "width_px": 600,
            "height_px": 400,
            "fov_circle_px": None,
        },
        "eye": {"laterality": "OS", "source": "given"},
        "quality": {
            "gradable": True,
            "probability": 0.9,
            "defects": {},
            "advice": [],
            "evidence": "drawn",
        },
        "biomarkers": {"avr": {"missing_because": "no arteriole"}},
        "timings_ms": {"total": 12.5},
    }
)
RECORD = ExamRecord.model_validate(
    {"schema": "foreseye.exam/1", "exam_id": "e", "photographs": ["a.jpg"], "sex": "F"}
)


@pytest.mark.parametrize(
    "event",
    [
        records.PhotographDone(3, RESULT, RESULT.to_json()),
        records.ExamDone(RECORD, RECORD.to_json()),
    ],
)
def test_results_cross_as_the_text_that_is_written_to_disk(event: ClientEvent) -> None:
    assert event_from_wire(event_to_wire("e", event)) == event


@settings(deadline=None, max_examples=50)
@given(
    st.builds(
        records.BundleDescription,
        name=texts,
        version=texts,
        sha256=texts,
        models=st.lists(
            st.builds(records.ModelDescription, texts, texts, texts, evidences), max_size=3
        ).map(tuple),
        horizon_years=st.lists(st.floats(0.5, 10.0), max_size=3).map(tuple),
        model_card=texts,
        bundle_json=texts,
        server_version=texts,
    )
)
def test_a_description_of_a_bundle_crosses_unchanged(bundle: records.BundleDescription) -> None:
    assert bundle_description_from_wire(bundle_description_to_wire(bundle)) == bundle


@pytest.mark.parametrize(
    ("table", "words", "wire"),
    [
        (EYE, Eye, pb.Eye),
        (SEX, Sex, pb.Sex),
        (EVIDENCE, Evidence, pb.Evidence),
        (SOURCE, ("given", "picture", "unknown"), pb.LateralitySource),
    ],
)
def test_every_word_has_its_number_on_the_wire(
    table: dict[Any, int], words: Any, wire: Any
) -> None:
    assert set(table) == set(words)
    assert set(wire.values()) == {0, *table.values()}
