from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Urgency(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    URGENCY_UNSPECIFIED: _ClassVar[Urgency]
    URGENCY_KIOSK: _ClassVar[Urgency]
    URGENCY_PHONE: _ClassVar[Urgency]
    URGENCY_BATCH: _ClassVar[Urgency]

class Eye(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EYE_UNSPECIFIED: _ClassVar[Eye]
    EYE_OD: _ClassVar[Eye]
    EYE_OS: _ClassVar[Eye]

class Sex(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEX_UNSPECIFIED: _ClassVar[Sex]
    SEX_F: _ClassVar[Sex]
    SEX_M: _ClassVar[Sex]

class Evidence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVIDENCE_UNSPECIFIED: _ClassVar[Evidence]
    EVIDENCE_DRAWN: _ClassVar[Evidence]
    EVIDENCE_INTERNAL: _ClassVar[Evidence]
    EVIDENCE_EXTERNAL: _ClassVar[Evidence]

class LateralitySource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LATERALITY_SOURCE_UNSPECIFIED: _ClassVar[LateralitySource]
    LATERALITY_SOURCE_GIVEN: _ClassVar[LateralitySource]
    LATERALITY_SOURCE_PICTURE: _ClassVar[LateralitySource]
URGENCY_UNSPECIFIED: Urgency
URGENCY_KIOSK: Urgency
URGENCY_PHONE: Urgency
URGENCY_BATCH: Urgency
EYE_UNSPECIFIED: Eye
EYE_OD: Eye
EYE_OS: Eye
SEX_UNSPECIFIED: Sex
SEX_F: Sex
SEX_M: Sex
EVIDENCE_UNSPECIFIED: Evidence
EVIDENCE_DRAWN: Evidence
EVIDENCE_INTERNAL: Evidence
EVIDENCE_EXTERNAL: Evidence
LATERALITY_SOURCE_UNSPECIFIED: LateralitySource
LATERALITY_SOURCE_GIVEN: LateralitySource
LATERALITY_SOURCE_PICTURE: LateralitySource

class PhotographUpload(_message.Message):
    __slots__ = ("name", "content", "eye", "upload_key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    EYE_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    content: bytes
    eye: Eye
    upload_key: str
    def __init__(self, name: _Optional[str] = ..., content: _Optional[bytes] = ..., eye: _Optional[_Union[Eye, str]] = ..., upload_key: _Optional[str] = ...) -> None: ...

class UploadChunk(_message.Message):
    __slots__ = ("upload_key", "total_bytes", "sha256", "offset", "content")
    UPLOAD_KEY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    upload_key: str
    total_bytes: int
    sha256: str
    offset: int
    content: bytes
    def __init__(self, upload_key: _Optional[str] = ..., total_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., offset: _Optional[int] = ..., content: _Optional[bytes] = ...) -> None: ...

class UploadReply(_message.Message):
    __slots__ = ("received_bytes", "total_bytes", "complete")
    RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    received_bytes: int
    total_bytes: int
    complete: bool
    def __init__(self, received_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ..., complete: _Optional[bool] = ...) -> None: ...

class UploadProgressRequest(_message.Message):
    __slots__ = ("upload_key",)
    UPLOAD_KEY_FIELD_NUMBER: _ClassVar[int]
    upload_key: str
    def __init__(self, upload_key: _Optional[str] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("person_id", "age_years", "sex", "covariates")
    class CovariatesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    age_years: float
    sex: Sex
    covariates: _containers.ScalarMap[str, float]
    def __init__(self, person_id: _Optional[str] = ..., age_years: _Optional[float] = ..., sex: _Optional[_Union[Sex, str]] = ..., covariates: _Optional[_Mapping[str, float]] = ...) -> None: ...

class ScreenRequest(_message.Message):
    __slots__ = ("exam_id", "photographs", "person", "with_pictures", "picture_side_px", "urgency", "idempotency_key", "read_ahead")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPHS_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    WITH_PICTURES_FIELD_NUMBER: _ClassVar[int]
    PICTURE_SIDE_PX_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    READ_AHEAD_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    photographs: _containers.RepeatedCompositeFieldContainer[PhotographUpload]
    person: Person
    with_pictures: bool
    picture_side_px: int
    urgency: Urgency
    idempotency_key: str
    read_ahead: bool
    def __init__(self, exam_id: _Optional[str] = ..., photographs: _Optional[_Iterable[_Union[PhotographUpload, _Mapping]]] = ..., person: _Optional[_Union[Person, _Mapping]] = ..., with_pictures: _Optional[bool] = ..., picture_side_px: _Optional[int] = ..., urgency: _Optional[_Union[Urgency, str]] = ..., idempotency_key: _Optional[str] = ..., read_ahead: _Optional[bool] = ...) -> None: ...

class ScreenEvent(_message.Message):
    __slots__ = ("exam_id", "accepted", "photograph_refused", "quality", "anatomy", "biomarkers", "findings", "photograph_done", "forecast", "simulated_visit", "done", "evidence_maps")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_REFUSED_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    ANATOMY_FIELD_NUMBER: _ClassVar[int]
    BIOMARKERS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_DONE_FIELD_NUMBER: _ClassVar[int]
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_VISIT_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_MAPS_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    accepted: Accepted
    photograph_refused: PhotographRefused
    quality: QualityEvent
    anatomy: AnatomyEvent
    biomarkers: BiomarkersEvent
    findings: FindingsEvent
    photograph_done: PhotographDone
    forecast: ForecastEvent
    simulated_visit: SimulatedVisit
    done: ExamDone
    evidence_maps: EvidenceMapsEvent
    def __init__(self, exam_id: _Optional[str] = ..., accepted: _Optional[_Union[Accepted, _Mapping]] = ..., photograph_refused: _Optional[_Union[PhotographRefused, _Mapping]] = ..., quality: _Optional[_Union[QualityEvent, _Mapping]] = ..., anatomy: _Optional[_Union[AnatomyEvent, _Mapping]] = ..., biomarkers: _Optional[_Union[BiomarkersEvent, _Mapping]] = ..., findings: _Optional[_Union[FindingsEvent, _Mapping]] = ..., photograph_done: _Optional[_Union[PhotographDone, _Mapping]] = ..., forecast: _Optional[_Union[ForecastEvent, _Mapping]] = ..., simulated_visit: _Optional[_Union[SimulatedVisit, _Mapping]] = ..., done: _Optional[_Union[ExamDone, _Mapping]] = ..., evidence_maps: _Optional[_Union[EvidenceMapsEvent, _Mapping]] = ...) -> None: ...

class Accepted(_message.Message):
    __slots__ = ("photographs", "queued_before", "bundle")
    PHOTOGRAPHS_FIELD_NUMBER: _ClassVar[int]
    QUEUED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    photographs: int
    queued_before: int
    bundle: BundleInService
    def __init__(self, photographs: _Optional[int] = ..., queued_before: _Optional[int] = ..., bundle: _Optional[_Union[BundleInService, _Mapping]] = ...) -> None: ...

class BundleInService(_message.Message):
    __slots__ = ("name", "version", "sha256")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    sha256: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

class SwitchBundleRequest(_message.Message):
    __slots__ = ("folder", "allow_rollback")
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    ALLOW_ROLLBACK_FIELD_NUMBER: _ClassVar[int]
    folder: str
    allow_rollback: bool
    def __init__(self, folder: _Optional[str] = ..., allow_rollback: _Optional[bool] = ...) -> None: ...

class RollBackBundleRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PhotographRefused(_message.Message):
    __slots__ = ("photograph_index", "error", "reason")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    error: str
    reason: str
    def __init__(self, photograph_index: _Optional[int] = ..., error: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class QualityEvent(_message.Message):
    __slots__ = ("photograph_index", "gradable", "probability", "defects", "advice", "reason", "evidence", "cause")
    class DefectsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    GRADABLE_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    DEFECTS_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    gradable: bool
    probability: float
    defects: _containers.ScalarMap[str, float]
    advice: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    evidence: Evidence
    cause: str
    def __init__(self, photograph_index: _Optional[int] = ..., gradable: _Optional[bool] = ..., probability: _Optional[float] = ..., defects: _Optional[_Mapping[str, float]] = ..., advice: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., cause: _Optional[str] = ...) -> None: ...

class Circle(_message.Message):
    __slots__ = ("x_px", "y_px", "radius_px")
    X_PX_FIELD_NUMBER: _ClassVar[int]
    Y_PX_FIELD_NUMBER: _ClassVar[int]
    RADIUS_PX_FIELD_NUMBER: _ClassVar[int]
    x_px: float
    y_px: float
    radius_px: float
    def __init__(self, x_px: _Optional[float] = ..., y_px: _Optional[float] = ..., radius_px: _Optional[float] = ...) -> None: ...

class Picture(_message.Message):
    __slots__ = ("kind", "media_type", "content", "width_px", "height_px")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PX_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PX_FIELD_NUMBER: _ClassVar[int]
    kind: str
    media_type: str
    content: bytes
    width_px: int
    height_px: int
    def __init__(self, kind: _Optional[str] = ..., media_type: _Optional[str] = ..., content: _Optional[bytes] = ..., width_px: _Optional[int] = ..., height_px: _Optional[int] = ...) -> None: ...

class AnatomyEvent(_message.Message):
    __slots__ = ("photograph_index", "fov_circle", "laterality", "source", "conflict", "pictures", "evidence", "photograph_width_px", "photograph_height_px")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    FOV_CIRCLE_FIELD_NUMBER: _ClassVar[int]
    LATERALITY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    PICTURES_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_WIDTH_PX_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_HEIGHT_PX_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    fov_circle: Circle
    laterality: Eye
    source: LateralitySource
    conflict: bool
    pictures: _containers.RepeatedCompositeFieldContainer[Picture]
    evidence: Evidence
    photograph_width_px: int
    photograph_height_px: int
    def __init__(self, photograph_index: _Optional[int] = ..., fov_circle: _Optional[_Union[Circle, _Mapping]] = ..., laterality: _Optional[_Union[Eye, str]] = ..., source: _Optional[_Union[LateralitySource, str]] = ..., conflict: _Optional[bool] = ..., pictures: _Optional[_Iterable[_Union[Picture, _Mapping]]] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., photograph_width_px: _Optional[int] = ..., photograph_height_px: _Optional[int] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("value", "unit", "interval_90_low", "interval_90_high", "evidence", "missing_because")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_90_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_90_HIGH_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MISSING_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    value: float
    unit: str
    interval_90_low: float
    interval_90_high: float
    evidence: Evidence
    missing_because: str
    def __init__(self, value: _Optional[float] = ..., unit: _Optional[str] = ..., interval_90_low: _Optional[float] = ..., interval_90_high: _Optional[float] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., missing_because: _Optional[str] = ...) -> None: ...

class NamedMeasurement(_message.Message):
    __slots__ = ("name", "measurement")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    measurement: Measurement
    def __init__(self, name: _Optional[str] = ..., measurement: _Optional[_Union[Measurement, _Mapping]] = ...) -> None: ...

class BiomarkersEvent(_message.Message):
    __slots__ = ("photograph_index", "biomarkers")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    BIOMARKERS_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    biomarkers: _containers.RepeatedCompositeFieldContainer[NamedMeasurement]
    def __init__(self, photograph_index: _Optional[int] = ..., biomarkers: _Optional[_Iterable[_Union[NamedMeasurement, _Mapping]]] = ...) -> None: ...

class DrGrade(_message.Message):
    __slots__ = ("probabilities", "referable", "evidence", "referable_threshold")
    PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    REFERABLE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    REFERABLE_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    probabilities: _containers.RepeatedScalarFieldContainer[float]
    referable: float
    evidence: Evidence
    referable_threshold: float
    def __init__(self, probabilities: _Optional[_Iterable[float]] = ..., referable: _Optional[float] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., referable_threshold: _Optional[float] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("probability", "evidence", "threshold")
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    probability: float
    evidence: Evidence
    threshold: float
    def __init__(self, probability: _Optional[float] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., threshold: _Optional[float] = ...) -> None: ...

class FindingsEvent(_message.Message):
    __slots__ = ("photograph_index", "dr_grade", "maculopathy", "glaucoma_suspicion", "retinal_age_years", "hba1c_percent", "egfr_ml_min_1_73m2", "sbp_mmhg")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    DR_GRADE_FIELD_NUMBER: _ClassVar[int]
    MACULOPATHY_FIELD_NUMBER: _ClassVar[int]
    GLAUCOMA_SUSPICION_FIELD_NUMBER: _ClassVar[int]
    RETINAL_AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    HBA1C_PERCENT_FIELD_NUMBER: _ClassVar[int]
    EGFR_ML_MIN_1_73M2_FIELD_NUMBER: _ClassVar[int]
    SBP_MMHG_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    dr_grade: DrGrade
    maculopathy: Condition
    glaucoma_suspicion: Condition
    retinal_age_years: Measurement
    hba1c_percent: Measurement
    egfr_ml_min_1_73m2: Measurement
    sbp_mmhg: Measurement
    def __init__(self, photograph_index: _Optional[int] = ..., dr_grade: _Optional[_Union[DrGrade, _Mapping]] = ..., maculopathy: _Optional[_Union[Condition, _Mapping]] = ..., glaucoma_suspicion: _Optional[_Union[Condition, _Mapping]] = ..., retinal_age_years: _Optional[_Union[Measurement, _Mapping]] = ..., hba1c_percent: _Optional[_Union[Measurement, _Mapping]] = ..., egfr_ml_min_1_73m2: _Optional[_Union[Measurement, _Mapping]] = ..., sbp_mmhg: _Optional[_Union[Measurement, _Mapping]] = ...) -> None: ...

class PhotographDone(_message.Message):
    __slots__ = ("photograph_index", "result_json")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    result_json: str
    def __init__(self, photograph_index: _Optional[int] = ..., result_json: _Optional[str] = ...) -> None: ...

class ForecastStep(_message.Message):
    __slots__ = ("value", "evidence", "missing_because", "sentence", "interval_90_low", "interval_90_high")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MISSING_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_90_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_90_HIGH_FIELD_NUMBER: _ClassVar[int]
    value: float
    evidence: Evidence
    missing_because: str
    sentence: str
    interval_90_low: float
    interval_90_high: float
    def __init__(self, value: _Optional[float] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., missing_because: _Optional[str] = ..., sentence: _Optional[str] = ..., interval_90_low: _Optional[float] = ..., interval_90_high: _Optional[float] = ...) -> None: ...

class Forecast(_message.Message):
    __slots__ = ("condition", "horizon_years", "cumulative_incidence", "interval_90_low", "interval_90_high", "age_sex", "covariates", "photographs", "step", "evidence", "missing_because", "sentence")
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    HORIZON_YEARS_FIELD_NUMBER: _ClassVar[int]
    CUMULATIVE_INCIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_90_LOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_90_HIGH_FIELD_NUMBER: _ClassVar[int]
    AGE_SEX_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPHS_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MISSING_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    condition: str
    horizon_years: float
    cumulative_incidence: float
    interval_90_low: float
    interval_90_high: float
    age_sex: ForecastStep
    covariates: ForecastStep
    photographs: ForecastStep
    step: str
    evidence: Evidence
    missing_because: str
    sentence: str
    def __init__(self, condition: _Optional[str] = ..., horizon_years: _Optional[float] = ..., cumulative_incidence: _Optional[float] = ..., interval_90_low: _Optional[float] = ..., interval_90_high: _Optional[float] = ..., age_sex: _Optional[_Union[ForecastStep, _Mapping]] = ..., covariates: _Optional[_Union[ForecastStep, _Mapping]] = ..., photographs: _Optional[_Union[ForecastStep, _Mapping]] = ..., step: _Optional[str] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., missing_because: _Optional[str] = ..., sentence: _Optional[str] = ...) -> None: ...

class ForecastEvent(_message.Message):
    __slots__ = ("forecast",)
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    forecast: _containers.RepeatedCompositeFieldContainer[Forecast]
    def __init__(self, forecast: _Optional[_Iterable[_Union[Forecast, _Mapping]]] = ...) -> None: ...

class EvidenceMap(_message.Message):
    __slots__ = ("condition", "picture", "evidence")
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    condition: str
    picture: Picture
    evidence: Evidence
    def __init__(self, condition: _Optional[str] = ..., picture: _Optional[_Union[Picture, _Mapping]] = ..., evidence: _Optional[_Union[Evidence, str]] = ...) -> None: ...

class EvidenceMapsEvent(_message.Message):
    __slots__ = ("photograph_index", "maps")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    MAPS_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    maps: _containers.RepeatedCompositeFieldContainer[EvidenceMap]
    def __init__(self, photograph_index: _Optional[int] = ..., maps: _Optional[_Iterable[_Union[EvidenceMap, _Mapping]]] = ...) -> None: ...

class SimulatedVisit(_message.Message):
    __slots__ = ("photograph_index", "horizon_years", "sample", "seed", "picture", "difference_map", "evidence", "width_px", "height_px")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    HORIZON_YEARS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_MAP_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PX_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PX_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    horizon_years: float
    sample: int
    seed: int
    picture: bytes
    difference_map: bytes
    evidence: Evidence
    width_px: int
    height_px: int
    def __init__(self, photograph_index: _Optional[int] = ..., horizon_years: _Optional[float] = ..., sample: _Optional[int] = ..., seed: _Optional[int] = ..., picture: _Optional[bytes] = ..., difference_map: _Optional[bytes] = ..., evidence: _Optional[_Union[Evidence, str]] = ..., width_px: _Optional[int] = ..., height_px: _Optional[int] = ...) -> None: ...

class SimulatedSpread(_message.Message):
    __slots__ = ("photograph_index", "horizon_years", "spread_map", "evidence")
    PHOTOGRAPH_INDEX_FIELD_NUMBER: _ClassVar[int]
    HORIZON_YEARS_FIELD_NUMBER: _ClassVar[int]
    SPREAD_MAP_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    photograph_index: int
    horizon_years: float
    spread_map: bytes
    evidence: Evidence
    def __init__(self, photograph_index: _Optional[int] = ..., horizon_years: _Optional[float] = ..., spread_map: _Optional[bytes] = ..., evidence: _Optional[_Union[Evidence, str]] = ...) -> None: ...

class ExamDone(_message.Message):
    __slots__ = ("exam_json",)
    EXAM_JSON_FIELD_NUMBER: _ClassVar[int]
    exam_json: str
    def __init__(self, exam_json: _Optional[str] = ...) -> None: ...

class SimulateRequest(_message.Message):
    __slots__ = ("photograph", "person", "horizon_years", "samples", "seed", "picture_side_px", "languages")
    PHOTOGRAPH_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    HORIZON_YEARS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    PICTURE_SIDE_PX_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    photograph: PhotographUpload
    person: Person
    horizon_years: _containers.RepeatedScalarFieldContainer[float]
    samples: int
    seed: int
    picture_side_px: int
    languages: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, photograph: _Optional[_Union[PhotographUpload, _Mapping]] = ..., person: _Optional[_Union[Person, _Mapping]] = ..., horizon_years: _Optional[_Iterable[float]] = ..., samples: _Optional[int] = ..., seed: _Optional[int] = ..., picture_side_px: _Optional[int] = ..., languages: _Optional[_Iterable[str]] = ...) -> None: ...

class SimulateEvent(_message.Message):
    __slots__ = ("quality", "simulated_visit", "simulated_spread")
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_VISIT_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_SPREAD_FIELD_NUMBER: _ClassVar[int]
    quality: QualityEvent
    simulated_visit: SimulatedVisit
    simulated_spread: SimulatedSpread
    def __init__(self, quality: _Optional[_Union[QualityEvent, _Mapping]] = ..., simulated_visit: _Optional[_Union[SimulatedVisit, _Mapping]] = ..., simulated_spread: _Optional[_Union[SimulatedSpread, _Mapping]] = ...) -> None: ...

class DescribeBundleRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ModelDescription(_message.Message):
    __slots__ = ("name", "backend", "precision", "evidence")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    backend: str
    precision: str
    evidence: Evidence
    def __init__(self, name: _Optional[str] = ..., backend: _Optional[str] = ..., precision: _Optional[str] = ..., evidence: _Optional[_Union[Evidence, str]] = ...) -> None: ...

class DescribeBundleReply(_message.Message):
    __slots__ = ("name", "version", "sha256", "models", "horizon_years", "model_card", "bundle_json", "server_version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    HORIZON_YEARS_FIELD_NUMBER: _ClassVar[int]
    MODEL_CARD_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_JSON_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    sha256: str
    models: _containers.RepeatedCompositeFieldContainer[ModelDescription]
    horizon_years: _containers.RepeatedScalarFieldContainer[float]
    model_card: str
    bundle_json: str
    server_version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., sha256: _Optional[str] = ..., models: _Optional[_Iterable[_Union[ModelDescription, _Mapping]]] = ..., horizon_years: _Optional[_Iterable[float]] = ..., model_card: _Optional[str] = ..., bundle_json: _Optional[str] = ..., server_version: _Optional[str] = ...) -> None: ...

class ListScheduledRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ScheduledExam(_message.Message):
    __slots__ = ("starts", "patient_id", "name", "birth_date", "sex", "age_years", "procedure", "station", "accession_number", "eyes")
    STARTS_FIELD_NUMBER: _ClassVar[int]
    PATIENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BIRTH_DATE_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    PROCEDURE_FIELD_NUMBER: _ClassVar[int]
    STATION_FIELD_NUMBER: _ClassVar[int]
    ACCESSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EYES_FIELD_NUMBER: _ClassVar[int]
    starts: str
    patient_id: str
    name: str
    birth_date: str
    sex: Sex
    age_years: int
    procedure: str
    station: str
    accession_number: str
    eyes: _containers.RepeatedScalarFieldContainer[Eye]
    def __init__(self, starts: _Optional[str] = ..., patient_id: _Optional[str] = ..., name: _Optional[str] = ..., birth_date: _Optional[str] = ..., sex: _Optional[_Union[Sex, str]] = ..., age_years: _Optional[int] = ..., procedure: _Optional[str] = ..., station: _Optional[str] = ..., accession_number: _Optional[str] = ..., eyes: _Optional[_Iterable[_Union[Eye, str]]] = ...) -> None: ...

class ListScheduledReply(_message.Message):
    __slots__ = ("scheduled", "unreadable", "more")
    SCHEDULED_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    scheduled: _containers.RepeatedCompositeFieldContainer[ScheduledExam]
    unreadable: int
    more: bool
    def __init__(self, scheduled: _Optional[_Iterable[_Union[ScheduledExam, _Mapping]]] = ..., unreadable: _Optional[int] = ..., more: _Optional[bool] = ...) -> None: ...
