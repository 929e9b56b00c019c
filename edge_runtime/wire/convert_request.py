"""An exam to a ScreenRequest, and back with every field checked: the service's front door.

A refusal names the field, never its value: what a caller sends may be about a patient.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.contracts.person import person_from
from edge_runtime.domain import Exam, Person, PhotographFile
from edge_runtime.errors import InvalidField, PhotographTooLarge
from edge_runtime.identity import exam_id_of
from edge_runtime.names import NAMELESS
from edge_runtime.settings import Limits
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.enums import EYE, EYE_OF, SEX, SEX_OF
from edge_runtime.wire.urgency import Urgency

EXAM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
MAX_NAME_CHARACTERS = 255
MAX_PERSON_ID_CHARACTERS = 128
DEFAULT_PICTURE_SIDE_PX = 1024
PICTURE_SIDE_PX = range(256, 4097)


def exam_to_wire(
    exam: Exam,
    with_pictures: bool,
    picture_side_px: int,
    *,
    urgency: Urgency = Urgency.KIOSK,
    idempotency_key: str = "",
    upload_keys: Sequence[str] = (),
) -> pb.ScreenRequest:
    """Return the request for an exam. Raises InvalidField for text that is not Unicode.

    `upload_keys` names, photograph by photograph, what was uploaded before; "" for one that is
    sent with the request.
    """
    keys = [*upload_keys, *[""] * (len(exam.photographs) - len(upload_keys))]
    return pb.ScreenRequest(
        exam_id=_unicode("exam_id", exam.exam_id),
        photographs=[
            photograph_to_wire(f"photographs[{index}]", file, key)
            for index, (file, key) in enumerate(zip(exam.photographs, keys, strict=True))
        ],
        person=person_to_wire(exam.person),
        with_pictures=with_pictures,
        picture_side_px=picture_side_px,
        urgency=pb.Urgency.ValueType(urgency),
        idempotency_key=idempotency_key,
        read_ahead=exam.read_ahead,
    )


def photograph_to_wire(field: str, file: PhotographFile, upload_key: str) -> pb.PhotographUpload:
    """Return one photograph of a request, without its content where that was uploaded before."""
    return pb.PhotographUpload(
        name=_unicode(f"{field}.name", file.name),
        content=b"" if upload_key else file.content,
        eye=pb.EYE_UNSPECIFIED if file.eye is None else EYE[file.eye],
        upload_key=upload_key,
    )


Uploaded = Callable[[str, str], bytes]
"""Returns the bytes of an upload by its key; the second argument names the field to refuse."""


def exam_from_wire(
    request: pb.ScreenRequest, limits: Limits, uploaded: Uploaded | None = None
) -> Exam:
    """Return the exam of a request, each field within its range.

    An absent exam id is made from the content; `uploaded` finds what was sent before in chunks.
    Raises InvalidField, or PhotographTooLarge for a photograph with more bytes than the limits
    allow.
    """
    count = len(request.photographs)
    if not 1 <= count <= limits.max_photographs_per_exam:
        raise InvalidField("photographs", f"needs 1 to {limits.max_photographs_per_exam} of them")
    photographs = tuple(
        photograph_from_wire(f"photographs[{index}]", upload, limits, uploaded)
        for index, upload in enumerate(request.photographs)
    )
    if request.exam_id and not EXAM_ID.fullmatch(request.exam_id):
        raise InvalidField(
            "exam_id", "must be 1 to 128 letters, digits, dots, dashes or underscores"
        )
    person = person_from_wire(request.person)
    exam_id = request.exam_id or exam_id_of((file.content for file in photographs), person)
    return Exam(exam_id, photographs, person, request.read_ahead)


def picture_side_from_wire(request: pb.ScreenRequest) -> int | None:
    """Return the longer side of the pictures to send, or None when none are asked for."""
    side = side_from_wire(request.picture_side_px)
    return side if request.with_pictures else None


def side_from_wire(picture_side_px: int) -> int:
    """Return the longer side of pictures that a request asks for; 0 is the default."""
    side = picture_side_px or DEFAULT_PICTURE_SIDE_PX
    if side not in PICTURE_SIDE_PX:
        low, high = PICTURE_SIDE_PX[0], PICTURE_SIDE_PX[-1]
        raise InvalidField("picture_side_px", f"must be {low} to {high}, or 0")
    return side


def photograph_from_wire(
    field: str, upload: pb.PhotographUpload, limits: Limits, uploaded: Uploaded | None = None
) -> PhotographFile:
    """Return one photograph's file; `field` is its place in the request."""
    if len(upload.name) > MAX_NAME_CHARACTERS:
        raise InvalidField(f"{field}.name", f"has more than {MAX_NAME_CHARACTERS} characters")
    content = upload.content  # once: protobuf copies the bytes at each access
    if upload.upload_key and content:
        raise InvalidField(f"{field}.upload_key", "and content are not given together")
    if upload.upload_key and uploaded is not None:
        content = uploaded(upload.upload_key, f"{field}.upload_key")
    if not content:
        raise InvalidField(f"{field}.content", "is empty")
    if len(content) > limits.max_photograph_bytes:
        error = PhotographTooLarge(f"{field}.content: {len(content)} bytes")
        megabytes = limits.max_photograph_bytes / 1e6
        error.public_message = f"{field} is too large: at most {megabytes:g} MB."
        raise error
    if upload.eye != pb.EYE_UNSPECIFIED and upload.eye not in EYE_OF:
        raise InvalidField(f"{field}.eye", "must be EYE_OD, EYE_OS or unspecified")
    return PhotographFile(_last_part(upload.name), content, EYE_OF.get(upload.eye))


def person_from_wire(wire: pb.Person) -> Person:
    """Return what is known of the person; an absent message is an anonymous person."""
    person_id = wire.person_id if wire.HasField("person_id") else None
    if person_id is not None and not 1 <= len(person_id) <= MAX_PERSON_ID_CHARACTERS:
        raise InvalidField(
            "person.person_id", f"must have 1 to {MAX_PERSON_ID_CHARACTERS} characters"
        )
    if wire.sex != pb.SEX_UNSPECIFIED and wire.sex not in SEX_OF:
        raise InvalidField("person.sex", "must be SEX_F, SEX_M or unspecified")
    age_years = wire.age_years if wire.HasField("age_years") else None
    try:
        anonymous = person_from(age_years, SEX_OF.get(wire.sex), wire.covariates)
    except InvalidField as error:
        raise _of_the_request(error) from None
    return replace(anonymous, person_id=person_id)


def _of_the_request(error: InvalidField) -> InvalidField:
    """Return the refusal of one number with its place in the request."""
    if error.field == "age_years":
        return InvalidField("person.age_years", error.reason)
    if error.field in COVARIATES:
        return InvalidField(f"person.covariates[{error.field}]", error.reason)
    # A name that is not known is the caller's text and is not repeated.
    return InvalidField("person.covariates", f"only {', '.join(COVARIATES)} are known")


def person_to_wire(person: Person) -> pb.Person:
    """Return what is known of the person. Raises InvalidField for text that is not Unicode."""
    return pb.Person(
        person_id=(
            None if person.person_id is None else _unicode("person.person_id", person.person_id)
        ),
        age_years=person.age_years,
        sex=pb.SEX_UNSPECIFIED if person.sex is None else SEX[person.sex],
        covariates={
            _unicode("person.covariates", name): value for name, value in person.covariates.items()
        },
    )


def _last_part(name: str) -> str:
    # As the intake of photographs does it: no name, however odd, stops an exam.
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    printable = "".join(letter if letter.isprintable() else "_" for letter in last)
    return NAMELESS if printable in ("", ".", "..") else printable


def _unicode(field: str, text: str) -> str:
    # A file name that is not UTF-8 on disk reaches Python with lone surrogates.
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidField(field, "is not valid Unicode") from None
    return text
