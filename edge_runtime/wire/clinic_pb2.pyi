from edge_runtime.wire import screening_pb2 as _screening_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_TECHNICIAN: _ClassVar[Role]
    ROLE_GRADER: _ClassVar[Role]
    ROLE_DOCTOR: _ClassVar[Role]
    ROLE_ADMINISTRATOR: _ClassVar[Role]
    ROLE_AUDITOR: _ClassVar[Role]
    ROLE_PHONE: _ClassVar[Role]

class ExamState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXAM_STATE_UNSPECIFIED: _ClassVar[ExamState]
    EXAM_STATE_CREATED: _ClassVar[ExamState]
    EXAM_STATE_CAPTURING: _ClassVar[ExamState]
    EXAM_STATE_ANALYSING: _ClassVar[ExamState]
    EXAM_STATE_PRELIMINARY: _ClassVar[ExamState]
    EXAM_STATE_SIGNED: _ClassVar[ExamState]
    EXAM_STATE_AMENDED: _ClassVar[ExamState]
    EXAM_STATE_ERASED: _ClassVar[ExamState]

class ConsentScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONSENT_SCOPE_UNSPECIFIED: _ClassVar[ConsentScope]
    CONSENT_SCOPE_SCREENING: _ClassVar[ConsentScope]
    CONSENT_SCOPE_TRAINING: _ClassVar[ConsentScope]
    CONSENT_SCOPE_SIMULATED_PICTURES: _ClassVar[ConsentScope]

class DecisionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECISION_KIND_UNSPECIFIED: _ClassVar[DecisionKind]
    DECISION_KIND_ACCEPT: _ClassVar[DecisionKind]
    DECISION_KIND_CORRECT: _ClassVar[DecisionKind]
    DECISION_KIND_REFUSE: _ClassVar[DecisionKind]
    DECISION_KIND_OVERRIDE: _ClassVar[DecisionKind]
ROLE_UNSPECIFIED: Role
ROLE_TECHNICIAN: Role
ROLE_GRADER: Role
ROLE_DOCTOR: Role
ROLE_ADMINISTRATOR: Role
ROLE_AUDITOR: Role
ROLE_PHONE: Role
EXAM_STATE_UNSPECIFIED: ExamState
EXAM_STATE_CREATED: ExamState
EXAM_STATE_CAPTURING: ExamState
EXAM_STATE_ANALYSING: ExamState
EXAM_STATE_PRELIMINARY: ExamState
EXAM_STATE_SIGNED: ExamState
EXAM_STATE_AMENDED: ExamState
EXAM_STATE_ERASED: ExamState
CONSENT_SCOPE_UNSPECIFIED: ConsentScope
CONSENT_SCOPE_SCREENING: ConsentScope
CONSENT_SCOPE_TRAINING: ConsentScope
CONSENT_SCOPE_SIMULATED_PICTURES: ConsentScope
DECISION_KIND_UNSPECIFIED: DecisionKind
DECISION_KIND_ACCEPT: DecisionKind
DECISION_KIND_CORRECT: DecisionKind
DECISION_KIND_REFUSE: DecisionKind
DECISION_KIND_OVERRIDE: DecisionKind

class SignInRequest(_message.Message):
    __slots__ = ("name", "secret", "phone_token", "id_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    PHONE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ID_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    secret: str
    phone_token: str
    id_token: str
    def __init__(self, name: _Optional[str] = ..., secret: _Optional[str] = ..., phone_token: _Optional[str] = ..., id_token: _Optional[str] = ...) -> None: ...

class SessionReply(_message.Message):
    __slots__ = ("session", "user_id", "name", "shown_name", "roles", "idle_left_s", "left_s", "exam_id", "must_change_secret")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHOWN_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    IDLE_LEFT_S_FIELD_NUMBER: _ClassVar[int]
    LEFT_S_FIELD_NUMBER: _ClassVar[int]
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    MUST_CHANGE_SECRET_FIELD_NUMBER: _ClassVar[int]
    session: str
    user_id: str
    name: str
    shown_name: str
    roles: _containers.RepeatedScalarFieldContainer[Role]
    idle_left_s: int
    left_s: int
    exam_id: str
    must_change_secret: bool
    def __init__(self, session: _Optional[str] = ..., user_id: _Optional[str] = ..., name: _Optional[str] = ..., shown_name: _Optional[str] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., idle_left_s: _Optional[int] = ..., left_s: _Optional[int] = ..., exam_id: _Optional[str] = ..., must_change_secret: _Optional[bool] = ...) -> None: ...

class SignOutRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SignOutReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReadSessionRequest(_message.Message):
    __slots__ = ("somebody_is_there",)
    SOMEBODY_IS_THERE_FIELD_NUMBER: _ClassVar[int]
    somebody_is_there: bool
    def __init__(self, somebody_is_there: _Optional[bool] = ...) -> None: ...

class ChangeSecretRequest(_message.Message):
    __slots__ = ("secret", "new_secret")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    NEW_SECRET_FIELD_NUMBER: _ClassVar[int]
    secret: str
    new_secret: str
    def __init__(self, secret: _Optional[str] = ..., new_secret: _Optional[str] = ...) -> None: ...

class ChangeSecretReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class User(_message.Message):
    __slots__ = ("user_id", "name", "shown_name", "roles", "may_sign_in", "locked", "email", "issuer", "subject")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHOWN_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    MAY_SIGN_IN_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    name: str
    shown_name: str
    roles: _containers.RepeatedScalarFieldContainer[Role]
    may_sign_in: bool
    locked: bool
    email: str
    issuer: str
    subject: str
    def __init__(self, user_id: _Optional[str] = ..., name: _Optional[str] = ..., shown_name: _Optional[str] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., may_sign_in: _Optional[bool] = ..., locked: _Optional[bool] = ..., email: _Optional[str] = ..., issuer: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...

class ListUsersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListUsersReply(_message.Message):
    __slots__ = ("users",)
    USERS_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[User]
    def __init__(self, users: _Optional[_Iterable[_Union[User, _Mapping]]] = ...) -> None: ...

class KeepUserRequest(_message.Message):
    __slots__ = ("user", "new_secret")
    USER_FIELD_NUMBER: _ClassVar[int]
    NEW_SECRET_FIELD_NUMBER: _ClassVar[int]
    user: User
    new_secret: str
    def __init__(self, user: _Optional[_Union[User, _Mapping]] = ..., new_secret: _Optional[str] = ...) -> None: ...

class OpenExamRequest(_message.Message):
    __slots__ = ("exam_key", "identifiers", "person", "retention_class")
    class IdentifiersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EXAM_KEY_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    RETENTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    exam_key: str
    identifiers: _containers.ScalarMap[str, str]
    person: _screening_pb2.Person
    retention_class: str
    def __init__(self, exam_key: _Optional[str] = ..., identifiers: _Optional[_Mapping[str, str]] = ..., person: _Optional[_Union[_screening_pb2.Person, _Mapping]] = ..., retention_class: _Optional[str] = ...) -> None: ...

class DescribePersonRequest(_message.Message):
    __slots__ = ("exam_id", "person")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    person: _screening_pb2.Person
    def __init__(self, exam_id: _Optional[str] = ..., person: _Optional[_Union[_screening_pb2.Person, _Mapping]] = ...) -> None: ...

class AddPhotographRequest(_message.Message):
    __slots__ = ("exam_id", "photograph", "photograph_key")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_KEY_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    photograph: _screening_pb2.PhotographUpload
    photograph_key: str
    def __init__(self, exam_id: _Optional[str] = ..., photograph: _Optional[_Union[_screening_pb2.PhotographUpload, _Mapping]] = ..., photograph_key: _Optional[str] = ...) -> None: ...

class ScreenExamRequest(_message.Message):
    __slots__ = ("exam_id", "photograph_ids", "picture_side_px", "urgency", "finishes")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_IDS_FIELD_NUMBER: _ClassVar[int]
    PICTURE_SIDE_PX_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    FINISHES_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    photograph_ids: _containers.RepeatedScalarFieldContainer[str]
    picture_side_px: int
    urgency: _screening_pb2.Urgency
    finishes: bool
    def __init__(self, exam_id: _Optional[str] = ..., photograph_ids: _Optional[_Iterable[str]] = ..., picture_side_px: _Optional[int] = ..., urgency: _Optional[_Union[_screening_pb2.Urgency, str]] = ..., finishes: _Optional[bool] = ...) -> None: ...

class ListExamsRequest(_message.Message):
    __slots__ = ("states", "only_unsigned", "only_ungradable", "only_urgent", "only_disputed", "identifiers", "opened_from_ms", "opened_before_ms", "page_size", "before_number")
    class IdentifiersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    STATES_FIELD_NUMBER: _ClassVar[int]
    ONLY_UNSIGNED_FIELD_NUMBER: _ClassVar[int]
    ONLY_UNGRADABLE_FIELD_NUMBER: _ClassVar[int]
    ONLY_URGENT_FIELD_NUMBER: _ClassVar[int]
    ONLY_DISPUTED_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    OPENED_FROM_MS_FIELD_NUMBER: _ClassVar[int]
    OPENED_BEFORE_MS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    states: _containers.RepeatedScalarFieldContainer[ExamState]
    only_unsigned: bool
    only_ungradable: bool
    only_urgent: bool
    only_disputed: bool
    identifiers: _containers.ScalarMap[str, str]
    opened_from_ms: int
    opened_before_ms: int
    page_size: int
    before_number: int
    def __init__(self, states: _Optional[_Iterable[_Union[ExamState, str]]] = ..., only_unsigned: _Optional[bool] = ..., only_ungradable: _Optional[bool] = ..., only_urgent: _Optional[bool] = ..., only_disputed: _Optional[bool] = ..., identifiers: _Optional[_Mapping[str, str]] = ..., opened_from_ms: _Optional[int] = ..., opened_before_ms: _Optional[int] = ..., page_size: _Optional[int] = ..., before_number: _Optional[int] = ...) -> None: ...

class ListedExam(_message.Message):
    __slots__ = ("exam_id", "number", "state", "opened_ms", "changed_ms", "identifiers", "age_years", "sex", "photographs", "ungradable", "urgent", "disputed", "damaged")
    class IdentifiersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPENED_MS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_MS_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    AGE_YEARS_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPHS_FIELD_NUMBER: _ClassVar[int]
    UNGRADABLE_FIELD_NUMBER: _ClassVar[int]
    URGENT_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_FIELD_NUMBER: _ClassVar[int]
    DAMAGED_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    number: int
    state: ExamState
    opened_ms: int
    changed_ms: int
    identifiers: _containers.ScalarMap[str, str]
    age_years: float
    sex: _screening_pb2.Sex
    photographs: int
    ungradable: bool
    urgent: bool
    disputed: bool
    damaged: bool
    def __init__(self, exam_id: _Optional[str] = ..., number: _Optional[int] = ..., state: _Optional[_Union[ExamState, str]] = ..., opened_ms: _Optional[int] = ..., changed_ms: _Optional[int] = ..., identifiers: _Optional[_Mapping[str, str]] = ..., age_years: _Optional[float] = ..., sex: _Optional[_Union[_screening_pb2.Sex, str]] = ..., photographs: _Optional[int] = ..., ungradable: _Optional[bool] = ..., urgent: _Optional[bool] = ..., disputed: _Optional[bool] = ..., damaged: _Optional[bool] = ...) -> None: ...

class ListExamsReply(_message.Message):
    __slots__ = ("exams", "more")
    EXAMS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    exams: _containers.RepeatedCompositeFieldContainer[ListedExam]
    more: bool
    def __init__(self, exams: _Optional[_Iterable[_Union[ListedExam, _Mapping]]] = ..., more: _Optional[bool] = ...) -> None: ...

class ReadExamRequest(_message.Message):
    __slots__ = ("exam_id",)
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    def __init__(self, exam_id: _Optional[str] = ...) -> None: ...

class KeptExam(_message.Message):
    __slots__ = ("exam_id", "number", "state", "version", "opened_ms", "changed_ms", "opened_by", "identifiers", "person", "photographs", "exam_json", "decisions", "signatures", "consents", "earlier_exam_ids", "ungradable", "urgent", "disputed", "retention_class", "amendments")
    class IdentifiersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OPENED_MS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_MS_FIELD_NUMBER: _ClassVar[int]
    OPENED_BY_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPHS_FIELD_NUMBER: _ClassVar[int]
    EXAM_JSON_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_EXAM_IDS_FIELD_NUMBER: _ClassVar[int]
    UNGRADABLE_FIELD_NUMBER: _ClassVar[int]
    URGENT_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_FIELD_NUMBER: _ClassVar[int]
    RETENTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    AMENDMENTS_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    number: int
    state: ExamState
    version: int
    opened_ms: int
    changed_ms: int
    opened_by: str
    identifiers: _containers.ScalarMap[str, str]
    person: _screening_pb2.Person
    photographs: _containers.RepeatedCompositeFieldContainer[KeptPhotograph]
    exam_json: str
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    signatures: _containers.RepeatedCompositeFieldContainer[Signature]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    earlier_exam_ids: _containers.RepeatedScalarFieldContainer[str]
    ungradable: bool
    urgent: bool
    disputed: _containers.RepeatedScalarFieldContainer[str]
    retention_class: str
    amendments: _containers.RepeatedCompositeFieldContainer[Amendment]
    def __init__(self, exam_id: _Optional[str] = ..., number: _Optional[int] = ..., state: _Optional[_Union[ExamState, str]] = ..., version: _Optional[int] = ..., opened_ms: _Optional[int] = ..., changed_ms: _Optional[int] = ..., opened_by: _Optional[str] = ..., identifiers: _Optional[_Mapping[str, str]] = ..., person: _Optional[_Union[_screening_pb2.Person, _Mapping]] = ..., photographs: _Optional[_Iterable[_Union[KeptPhotograph, _Mapping]]] = ..., exam_json: _Optional[str] = ..., decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., signatures: _Optional[_Iterable[_Union[Signature, _Mapping]]] = ..., consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., earlier_exam_ids: _Optional[_Iterable[str]] = ..., ungradable: _Optional[bool] = ..., urgent: _Optional[bool] = ..., disputed: _Optional[_Iterable[str]] = ..., retention_class: _Optional[str] = ..., amendments: _Optional[_Iterable[_Union[Amendment, _Mapping]]] = ...) -> None: ...

class KeptPhotograph(_message.Message):
    __slots__ = ("photograph_id", "eye", "attempt", "name", "kept_ms", "kept_by", "result_json", "refused_error", "refused_reason", "best", "overridden", "same_as", "pictures")
    PHOTOGRAPH_ID_FIELD_NUMBER: _ClassVar[int]
    EYE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KEPT_MS_FIELD_NUMBER: _ClassVar[int]
    KEPT_BY_FIELD_NUMBER: _ClassVar[int]
    RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    REFUSED_ERROR_FIELD_NUMBER: _ClassVar[int]
    REFUSED_REASON_FIELD_NUMBER: _ClassVar[int]
    BEST_FIELD_NUMBER: _ClassVar[int]
    OVERRIDDEN_FIELD_NUMBER: _ClassVar[int]
    SAME_AS_FIELD_NUMBER: _ClassVar[int]
    PICTURES_FIELD_NUMBER: _ClassVar[int]
    photograph_id: str
    eye: _screening_pb2.Eye
    attempt: int
    name: str
    kept_ms: int
    kept_by: str
    result_json: str
    refused_error: str
    refused_reason: str
    best: bool
    overridden: bool
    same_as: str
    pictures: _containers.RepeatedCompositeFieldContainer[KeptPicture]
    def __init__(self, photograph_id: _Optional[str] = ..., eye: _Optional[_Union[_screening_pb2.Eye, str]] = ..., attempt: _Optional[int] = ..., name: _Optional[str] = ..., kept_ms: _Optional[int] = ..., kept_by: _Optional[str] = ..., result_json: _Optional[str] = ..., refused_error: _Optional[str] = ..., refused_reason: _Optional[str] = ..., best: _Optional[bool] = ..., overridden: _Optional[bool] = ..., same_as: _Optional[str] = ..., pictures: _Optional[_Iterable[_Union[KeptPicture, _Mapping]]] = ...) -> None: ...

class KeptPicture(_message.Message):
    __slots__ = ("picture_id", "kind", "source", "by_person", "parent_id", "made_ms", "width_px", "height_px", "spent_s", "user_id")
    PICTURE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BY_PERSON_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_MS_FIELD_NUMBER: _ClassVar[int]
    WIDTH_PX_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_PX_FIELD_NUMBER: _ClassVar[int]
    SPENT_S_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    picture_id: str
    kind: str
    source: str
    by_person: bool
    parent_id: str
    made_ms: int
    width_px: int
    height_px: int
    spent_s: float
    user_id: str
    def __init__(self, picture_id: _Optional[str] = ..., kind: _Optional[str] = ..., source: _Optional[str] = ..., by_person: _Optional[bool] = ..., parent_id: _Optional[str] = ..., made_ms: _Optional[int] = ..., width_px: _Optional[int] = ..., height_px: _Optional[int] = ..., spent_s: _Optional[float] = ..., user_id: _Optional[str] = ...) -> None: ...

class ReadPictureRequest(_message.Message):
    __slots__ = ("exam_id", "picture_id")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PICTURE_ID_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    picture_id: str
    def __init__(self, exam_id: _Optional[str] = ..., picture_id: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("decision_id", "photograph_id", "finding", "kind", "model_value_json", "value_json", "why", "by", "user_id", "at_ms", "arbitrates")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MODEL_VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    ARBITRATES_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    photograph_id: str
    finding: str
    kind: DecisionKind
    model_value_json: str
    value_json: str
    why: str
    by: str
    user_id: str
    at_ms: int
    arbitrates: bool
    def __init__(self, decision_id: _Optional[str] = ..., photograph_id: _Optional[str] = ..., finding: _Optional[str] = ..., kind: _Optional[_Union[DecisionKind, str]] = ..., model_value_json: _Optional[str] = ..., value_json: _Optional[str] = ..., why: _Optional[str] = ..., by: _Optional[str] = ..., user_id: _Optional[str] = ..., at_ms: _Optional[int] = ..., arbitrates: _Optional[bool] = ...) -> None: ...

class DecideRequest(_message.Message):
    __slots__ = ("exam_id", "photograph_id", "finding", "kind", "value_json", "why", "arbitrates")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ARBITRATES_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    photograph_id: str
    finding: str
    kind: DecisionKind
    value_json: str
    why: str
    arbitrates: bool
    def __init__(self, exam_id: _Optional[str] = ..., photograph_id: _Optional[str] = ..., finding: _Optional[str] = ..., kind: _Optional[_Union[DecisionKind, str]] = ..., value_json: _Optional[str] = ..., why: _Optional[str] = ..., arbitrates: _Optional[bool] = ...) -> None: ...

class CorrectMaskRequest(_message.Message):
    __slots__ = ("exam_id", "photograph_id", "layer", "png", "parent_id", "spent_s")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    PHOTOGRAPH_ID_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    PNG_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    SPENT_S_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    photograph_id: str
    layer: str
    png: bytes
    parent_id: str
    spent_s: float
    def __init__(self, exam_id: _Optional[str] = ..., photograph_id: _Optional[str] = ..., layer: _Optional[str] = ..., png: _Optional[bytes] = ..., parent_id: _Optional[str] = ..., spent_s: _Optional[float] = ...) -> None: ...

class Signature(_message.Message):
    __slots__ = ("by", "user_id", "at_ms", "version", "sha256", "audit_head")
    BY_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    AUDIT_HEAD_FIELD_NUMBER: _ClassVar[int]
    by: str
    user_id: str
    at_ms: int
    version: int
    sha256: str
    audit_head: str
    def __init__(self, by: _Optional[str] = ..., user_id: _Optional[str] = ..., at_ms: _Optional[int] = ..., version: _Optional[int] = ..., sha256: _Optional[str] = ..., audit_head: _Optional[str] = ...) -> None: ...

class SignExamRequest(_message.Message):
    __slots__ = ("exam_id", "version")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    version: int
    def __init__(self, exam_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class Amendment(_message.Message):
    __slots__ = ("by", "at_ms", "why")
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    by: str
    at_ms: int
    why: str
    def __init__(self, by: _Optional[str] = ..., at_ms: _Optional[int] = ..., why: _Optional[str] = ...) -> None: ...

class AmendExamRequest(_message.Message):
    __slots__ = ("exam_id", "why")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    why: str
    def __init__(self, exam_id: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class ErasePersonRequest(_message.Message):
    __slots__ = ("exam_id", "why")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    why: str
    def __init__(self, exam_id: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class ErasePersonReply(_message.Message):
    __slots__ = ("exams", "files", "audit_head")
    EXAMS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    AUDIT_HEAD_FIELD_NUMBER: _ClassVar[int]
    exams: int
    files: int
    audit_head: str
    def __init__(self, exams: _Optional[int] = ..., files: _Optional[int] = ..., audit_head: _Optional[str] = ...) -> None: ...

class Consent(_message.Message):
    __slots__ = ("scope", "given", "text_sha256", "language", "at_ms", "by")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    TEXT_SHA256_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    scope: ConsentScope
    given: bool
    text_sha256: str
    language: str
    at_ms: int
    by: str
    def __init__(self, scope: _Optional[_Union[ConsentScope, str]] = ..., given: _Optional[bool] = ..., text_sha256: _Optional[str] = ..., language: _Optional[str] = ..., at_ms: _Optional[int] = ..., by: _Optional[str] = ...) -> None: ...

class RecordConsentRequest(_message.Message):
    __slots__ = ("exam_id", "scope", "given", "text", "language")
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    scope: ConsentScope
    given: bool
    text: str
    language: str
    def __init__(self, exam_id: _Optional[str] = ..., scope: _Optional[_Union[ConsentScope, str]] = ..., given: _Optional[bool] = ..., text: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class ExportPersonRequest(_message.Message):
    __slots__ = ("exam_id",)
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    def __init__(self, exam_id: _Optional[str] = ...) -> None: ...

class ExportChunk(_message.Message):
    __slots__ = ("content",)
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    def __init__(self, content: _Optional[bytes] = ...) -> None: ...

class InvitePhoneRequest(_message.Message):
    __slots__ = ("exam_id",)
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    exam_id: str
    def __init__(self, exam_id: _Optional[str] = ...) -> None: ...

class InvitePhoneReply(_message.Message):
    __slots__ = ("phone_token", "left_s")
    PHONE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LEFT_S_FIELD_NUMBER: _ClassVar[int]
    phone_token: str
    left_s: int
    def __init__(self, phone_token: _Optional[str] = ..., left_s: _Optional[int] = ...) -> None: ...

class ReadAuditRequest(_message.Message):
    __slots__ = ("from_sequence", "page_size", "exam_id", "before_sequence", "newest_first", "actor", "action", "outcome", "from_ms", "before_ms")
    FROM_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    EXAM_ID_FIELD_NUMBER: _ClassVar[int]
    BEFORE_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    FROM_MS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_MS_FIELD_NUMBER: _ClassVar[int]
    from_sequence: int
    page_size: int
    exam_id: str
    before_sequence: int
    newest_first: bool
    actor: str
    action: str
    outcome: str
    from_ms: int
    before_ms: int
    def __init__(self, from_sequence: _Optional[int] = ..., page_size: _Optional[int] = ..., exam_id: _Optional[str] = ..., before_sequence: _Optional[int] = ..., newest_first: _Optional[bool] = ..., actor: _Optional[str] = ..., action: _Optional[str] = ..., outcome: _Optional[str] = ..., from_ms: _Optional[int] = ..., before_ms: _Optional[int] = ...) -> None: ...

class AuditRow(_message.Message):
    __slots__ = ("sequence", "at_ms", "actor", "action", "subject", "outcome", "detail", "hash")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    at_ms: int
    actor: str
    action: str
    subject: str
    outcome: str
    detail: str
    hash: str
    def __init__(self, sequence: _Optional[int] = ..., at_ms: _Optional[int] = ..., actor: _Optional[str] = ..., action: _Optional[str] = ..., subject: _Optional[str] = ..., outcome: _Optional[str] = ..., detail: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class ReadAuditReply(_message.Message):
    __slots__ = ("rows", "head", "public_key", "more")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[AuditRow]
    head: str
    public_key: str
    more: bool
    def __init__(self, rows: _Optional[_Iterable[_Union[AuditRow, _Mapping]]] = ..., head: _Optional[str] = ..., public_key: _Optional[str] = ..., more: _Optional[bool] = ...) -> None: ...

class VerifyAuditRequest(_message.Message):
    __slots__ = ("heads",)
    HEADS_FIELD_NUMBER: _ClassVar[int]
    heads: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, heads: _Optional[_Iterable[str]] = ...) -> None: ...

class VerifyAuditReply(_message.Message):
    __slots__ = ("num_rows", "head", "public_key", "faults")
    NUM_ROWS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    num_rows: int
    head: str
    public_key: str
    faults: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, num_rows: _Optional[int] = ..., head: _Optional[str] = ..., public_key: _Optional[str] = ..., faults: _Optional[_Iterable[str]] = ...) -> None: ...
