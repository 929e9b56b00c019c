"""The records as one signed-in person sees them: every call carries that person's session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from edge_runtime.domain import Person, PhotographFile
from edge_runtime.records.kept import (
    AuditPage,
    AuditProof,
    AuditWanted,
    Erased,
    KeptExam,
    KeptPhotograph,
    KeptPicture,
    Session,
    User,
    Wanted,
    Worklist,
)
from edge_runtime.records.words import ConsentScope, DecisionKind, ErasureReason
from edge_runtime.wire import clinic_pb2 as pb
from edge_runtime.wire import screening_pb2 as screening_pb
from edge_runtime.wire.clinic_enums import CONSENT_SCOPE, DECISION_KIND
from edge_runtime.wire.convert_clinic import (
    audit_page_from_wire,
    audit_proof_from_wire,
    audit_wanted_to_wire,
    exam_record_from_wire,
    kept_photograph_from_wire,
    known_person_to_wire,
    listed_from_wire,
    picture_info_from_wire,
    session_from_wire,
    user_from_wire,
    user_to_wire,
    wanted_to_wire,
)
from edge_runtime.wire.convert_pictures import picture_from_wire
from edge_runtime.wire.enums import EYE
from edge_runtime.wire.exam_stream import ExamStream, raised_here
from edge_runtime.wire.records import Picture
from edge_runtime.wire.urgency import Urgency
from edge_runtime.wire.worklist import SESSION_KEY

LONG_S = 120.0
"""How long reading a person's whole export, or proving the audit, may take."""


class Clinic:
    """One person's session. Every method raises NotSignedIn once it has ended, and NotAllowed for
    what the person's roles do not allow.
    """

    def __init__(
        self, stub: Any, token: str, timeout_s: float, session: Session | None = None
    ) -> None:
        self._stub, self._timeout_s = stub, timeout_s
        self.token = token
        """Keep it on the server that draws the screens, never in the browser."""
        self._session = session

    @property
    def session(self) -> Session:
        """As it was when last read."""
        return self.read_session() if self._session is None else self._session

    def read_session(self, somebody_is_there: bool = False) -> Session:
        """Return whose session it is; it lasts longer only where somebody touched the screen."""
        request = pb.ReadSessionRequest(somebody_is_there=somebody_is_there)
        self._session = session_from_wire(self._ask("ReadSession", request))
        return self._session

    def sign_out(self) -> None:
        """End the session."""
        self._ask("SignOut", pb.SignOutRequest())

    def change_secret(self, secret: str, new_secret: str) -> None:
        """Set the own secret; all other sessions of the user end. Raises InvalidField."""
        request = pb.ChangeSecretRequest(secret=secret, new_secret=new_secret)
        self._ask("ChangeSecret", request)

    def users(self) -> tuple[User, ...]:
        """Return all users, by name."""
        return tuple(map(user_from_wire, self._ask("ListUsers", pb.ListUsersRequest()).users))

    def keep_user(self, user: User, new_secret: str = "") -> User:
        """Make a user (empty `user_id`) or change one, and return it. Raises InvalidField."""
        request = pb.KeepUserRequest(user=user_to_wire(user), new_secret=new_secret)
        return user_from_wire(self._ask("KeepUser", request))

    def open_exam(
        self,
        exam_key: str,
        identifiers: dict[str, str] | None = None,
        person: Person | None = None,
        retention_class: str = "",
    ) -> KeptExam:
        """Return a new exam, or the one that was opened under the same key."""
        request = pb.OpenExamRequest(
            exam_key=exam_key,
            identifiers=identifiers or {},
            person=None if person is None else known_person_to_wire(person),
            retention_class=retention_class,
        )
        return exam_record_from_wire(self._ask("OpenExam", request))

    def describe_person(self, exam_id: str, person: Person) -> KeptExam:
        """Set what is known of the person, and return the exam. Raises WrongState once signed."""
        request = pb.DescribePersonRequest(exam_id=exam_id, person=known_person_to_wire(person))
        return exam_record_from_wire(self._ask("DescribePerson", request))

    def add_photograph(
        self, exam_id: str, file: PhotographFile, photograph_key: str, upload_key: str = ""
    ) -> KeptPhotograph:
        """Return the photograph as the eye's next attempt, once it is on the server's disk.

        Sent again under its key it is kept once. With `upload_key` the content is that of a
        complete upload (ScreeningClient.upload) and `file.content` is not sent.
        """
        upload = screening_pb.PhotographUpload(
            name=file.name,
            content=b"" if upload_key else file.content,
            eye=screening_pb.EYE_UNSPECIFIED if file.eye is None else EYE[file.eye],
            upload_key=upload_key,
        )
        request = pb.AddPhotographRequest(
            exam_id=exam_id, photograph=upload, photograph_key=photograph_key
        )
        return kept_photograph_from_wire(self._ask("AddPhotograph", request))

    def screen_exam(
        self,
        exam_id: str,
        photograph_ids: Sequence[str] = (),
        *,
        finishes: bool = False,
        picture_side_px: int = 1024,
        urgency: Urgency = Urgency.KIOSK,
        timeout_s: float | None = 60.0,
    ) -> ExamStream:
        """Return the events of a screening as they come; each is kept before it is sent.

        Without ids the best photograph of each eye is screened and the exam becomes preliminary,
        with ids only where `finishes` says that these are all;
        an event's `index` is the photograph's place among `photograph_ids`, or among the exam's
        photographs that are `best`.
        """
        request = pb.ScreenExamRequest(
            exam_id=exam_id,
            photograph_ids=photograph_ids,
            picture_side_px=picture_side_px,
            urgency=screening_pb.Urgency.ValueType(urgency),
            finishes=finishes,
        )
        return ExamStream(
            self._stub.ScreenExam(request, metadata=self._metadata(), timeout=timeout_s)
        )

    def exams(self, wanted: Wanted | None = None) -> Worklist:
        """Return a page of the worklist, newest first."""
        reply = self._ask("ListExams", wanted_to_wire(wanted or Wanted()))
        return Worklist(tuple(map(listed_from_wire, reply.exams)), reply.more)

    def read_exam(self, exam_id: str) -> KeptExam:
        """Return an exam, all but its pictures. Raises NotKept or Erased."""
        return exam_record_from_wire(self._ask("ReadExam", pb.ReadExamRequest(exam_id=exam_id)))

    def read_picture(self, exam_id: str, picture_id: str) -> Picture:
        """Return a picture, or for a photograph's id the file as it came (kind "original")."""
        request = pb.ReadPictureRequest(exam_id=exam_id, picture_id=picture_id)
        with raised_here():
            return picture_from_wire(self._ask("ReadPicture", request))

    def decide(
        self,
        exam_id: str,
        photograph_id: str,
        finding: str,
        kind: DecisionKind,
        *,
        value_json: str = "",
        why: str = "",
        arbitrates: bool = False,
    ) -> KeptExam:
        """Accept, correct, refuse or override a finding, and return the exam."""
        request = pb.DecideRequest(
            exam_id=exam_id,
            photograph_id=photograph_id,
            finding=finding,
            kind=pb.DecisionKind.ValueType(DECISION_KIND[kind]),
            value_json=value_json,
            why=why,
            arbitrates=arbitrates,
        )
        return exam_record_from_wire(self._ask("Decide", request))

    def correct_mask(
        self,
        exam_id: str,
        photograph_id: str,
        layer: str,
        png: bytes,
        *,
        parent_id: str = "",
        spent_s: float = 0.0,
    ) -> KeptPicture:
        """Keep a painted mask, 0 outside, and return it with its provenance."""
        request = pb.CorrectMaskRequest(
            exam_id=exam_id,
            photograph_id=photograph_id,
            layer=layer,
            png=png,
            parent_id=parent_id,
            spent_s=spent_s,
        )
        return picture_info_from_wire(self._ask("CorrectMask", request))

    def sign_exam(self, exam_id: str, version: int) -> KeptExam:
        """Sign an exam as it was read at `version`. Raises WrongState when it has changed."""
        request = pb.SignExamRequest(exam_id=exam_id, version=version)
        return exam_record_from_wire(self._ask("SignExam", request))

    def amend_exam(self, exam_id: str, why: str) -> KeptExam:
        """Open a signed exam for a correction; its signature stays."""
        request = pb.AmendExamRequest(exam_id=exam_id, why=why)
        return exam_record_from_wire(self._ask("AmendExam", request))

    def erase_person(self, exam_id: str, why: ErasureReason) -> Erased:
        """Destroy the key of the exam's person and everything kept of that person."""
        request = pb.ErasePersonRequest(exam_id=exam_id, why=why.value)
        reply = self._ask("ErasePerson", request)
        return Erased(reply.exams, reply.files, reply.audit_head)

    def record_consent(
        self, exam_id: str, scope: ConsentScope, given: bool, text: str, language: str
    ) -> KeptExam:
        """Record that the exam's person gave or withdrew a consent, and return the exam."""
        request = pb.RecordConsentRequest(
            exam_id=exam_id,
            scope=pb.ConsentScope.ValueType(CONSENT_SCOPE[scope]),
            given=given,
            text=text,
            language=language,
        )
        return exam_record_from_wire(self._ask("RecordConsent", request))

    def export_person(self, exam_id: str) -> Iterator[bytes]:
        """Yield the parts of a ZIP of all that is kept of the exam's person."""
        request = pb.ExportPersonRequest(exam_id=exam_id)
        with raised_here():
            call = self._stub.ExportPerson(request, metadata=self._metadata(), timeout=LONG_S)
            for chunk in call:
                yield chunk.content

    def invite_phone(self, exam_id: str) -> tuple[str, int]:
        """Return a one-time token for a phone, and the seconds until it no longer works."""
        reply = self._ask("InvitePhone", pb.InvitePhoneRequest(exam_id=exam_id))
        return reply.phone_token, reply.left_s

    def read_audit(self, wanted: AuditWanted | None = None) -> AuditPage:
        """Return rows of the audit, and its signed head; that they were read becomes a row."""
        request = audit_wanted_to_wire(wanted or AuditWanted())
        return audit_page_from_wire(self._ask("ReadAudit", request))

    def verify_audit(self, heads: Sequence[str] = ()) -> AuditProof:
        """Return what proving every row found, and whether printed heads are among them."""
        request = pb.VerifyAuditRequest(heads=heads)
        return audit_proof_from_wire(self._ask("VerifyAudit", request, LONG_S))

    def _ask(self, method: str, request: Any, timeout_s: float = 0.0) -> Any:
        with raised_here():
            return getattr(self._stub, method)(
                request, metadata=self._metadata(), timeout=timeout_s or self._timeout_s
            )

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return ((SESSION_KEY, self.token),)
