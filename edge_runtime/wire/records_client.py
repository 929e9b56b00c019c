"""The client of foreseye.v1.Records: sign in, then ask as the person who signed in.

    with RecordsClient("127.0.0.1:50051") as client:
        clinic = client.sign_in("zhang", "secret")
        exam = clinic.open_exam(new_key())

Screens reach it as `edge_runtime.wire.client.records_client`. One client serves all sessions of a
process; what it hands out by `sign_in` or `resume` is for one person and holds that person's token,
which belongs into no URL, page, log or browser storage.
"""

from __future__ import annotations

import secrets
from types import TracebackType
from typing import Any

from grpc_health.v1 import health_pb2_grpc

from edge_runtime.records.access import MAY, Action, may
from edge_runtime.records.kept import (
    Amendment,
    AuditPage,
    AuditProof,
    AuditRow,
    AuditWanted,
    Consent,
    Decision,
    Erased,
    KeptExam,
    KeptPhotograph,
    KeptPicture,
    ListedExam,
    Session,
    Signature,
    User,
    Wanted,
    Worklist,
)
from edge_runtime.records.words import (
    BIRTH_DATE,
    FAMILY_NAME,
    HOSPITAL_NUMBER,
    ConsentScope,
    DecisionKind,
    ErasureReason,
    ExamState,
    Role,
)
from edge_runtime.wire import clinic_pb2 as pb
from edge_runtime.wire.channel import Shown, channel_to
from edge_runtime.wire.clinic import Clinic
from edge_runtime.wire.clinic_pb2_grpc import RecordsStub
from edge_runtime.wire.convert_clinic import session_from_wire
from edge_runtime.wire.exam_stream import raised_here
from edge_runtime.wire.offering import offers

__all__ = [
    "BIRTH_DATE",
    "FAMILY_NAME",
    "HOSPITAL_NUMBER",
    "MAY",
    "Action",
    "Amendment",
    "AuditPage",
    "AuditProof",
    "AuditRow",
    "AuditWanted",
    "Clinic",
    "Consent",
    "ConsentScope",
    "Decision",
    "DecisionKind",
    "Erased",
    "ErasureReason",
    "ExamState",
    "KeptExam",
    "KeptPhotograph",
    "KeptPicture",
    "ListedExam",
    "RecordsClient",
    "Role",
    "Session",
    "Signature",
    "User",
    "Wanted",
    "Worklist",
    "may",
    "new_key",
]


RECORDS_SERVICE = "foreseye.v1.Records"


def new_key() -> str:
    """Return a random key for an exam or photograph: sent twice, it is kept once."""
    return secrets.token_urlsafe(24)


class RecordsClient:
    """A connection to one service's records. Safe to share between threads."""

    def __init__(
        self,
        address: str,
        *,
        tls_ca: str | None = None,
        tls_certificate: str | None = None,
        tls_key: str | None = None,
        token: str | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        """Prepare a connection; nothing is sent yet. As ScreeningClient."""
        self._timeout_s = timeout_s
        self._channel = channel_to(address, Shown(tls_ca, tls_certificate, tls_key, token))
        self._stub: Any = RecordsStub(self._channel)  # type: ignore[no-untyped-call]
        self._health: Any = health_pb2_grpc.HealthStub(self._channel)

    def is_offered(self) -> bool:
        """Return whether the server keeps records. Raises ServerUnreachable or TooLate."""
        return offers(self._health, RECORDS_SERVICE, self._timeout_s)

    def sign_in(self, name: str, secret: str) -> Clinic:
        """Return the records as a person sees them. Raises NotSignedIn or LockedOut."""
        return self._opened(pb.SignInRequest(name=name, secret=secret))

    def sign_in_account(self, id_token: str) -> Clinic:
        """Return the records as the person of an account sees them. The token works once.

        Raises AccountNotProved, AccountUnknown, AccountsUnreachable, or NotOffered.
        """
        return self._opened(pb.SignInRequest(id_token=id_token))

    def sign_in_phone(self, phone_token: str) -> Clinic:
        """Return the records as a phone sees them: one exam. The token works once."""
        return self._opened(pb.SignInRequest(phone_token=phone_token))

    def resume(self, token: str) -> Clinic:
        """Return the records for a session that goes on. Raises NotSignedIn when it has ended."""
        clinic = Clinic(self._stub, token, self._timeout_s)
        clinic.read_session()
        return clinic

    def close(self) -> None:
        """Close the connection; sessions last on the server until they are idle too long."""
        self._channel.close()

    def _opened(self, request: pb.SignInRequest) -> Clinic:
        with raised_here():
            reply = self._stub.SignIn(request, timeout=self._timeout_s)
            return Clinic(self._stub, reply.session, self._timeout_s, session_from_wire(reply))

    def __enter__(self) -> RecordsClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
