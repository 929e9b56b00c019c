"""The typed client of foreseye.v1: our records in, our records out, our errors raised again.

This is the one door for programs that show results, the clinic's screens among them: it hands on
every record that they need, and importing it loads no engine, no model and no picture library.

    with ScreeningClient("127.0.0.1:50051") as client:
        for event in client.screen(exam):
            ...
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from grpc_health.v1 import health_pb2, health_pb2_grpc

from edge_runtime.contracts.exam import (
    ExamRecord,
    Forecast,
    ForecastCondition,
    ForecastStep,
    ForecastSteps,
    Missing,
    RefusedPhotograph,
)
from edge_runtime.contracts.result import (
    BundleIdentity,
    Condition,
    DrGrade,
    EyeReading,
    Findings,
    Measurement,
    ModelIdentity,
    PhotographIdentity,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import USE, Evidence, Exam, Eye, FovCircle, Person, PhotographFile, Sex
from edge_runtime.errors import (
    BundleError,
    Cancelled,
    ForeseyeError,
    InferenceError,
    InvalidField,
    NotAllowed,
    NotIdentified,
    NotInBundle,
    Overloaded,
    PhotographError,
    PhotographTooLarge,
    QuotaExceeded,
    RequestError,
    RequestTooLarge,
    ServerFailed,
    ServerUnreachable,
    ServiceError,
    SettingsError,
    TooLate,
)
from edge_runtime.records.errors import NotSignedIn, RecordsError
from edge_runtime.wire import records_client
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.channel import Shown, channel_to
from edge_runtime.wire.convert_bundle import bundle_description_from_wire, bundle_from_wire
from edge_runtime.wire.convert_request import exam_to_wire
from edge_runtime.wire.credentials import read_token
from edge_runtime.wire.exam_stream import ExamStream, raised_here
from edge_runtime.wire.records import (
    Accepted,
    AnatomySeen,
    BiomarkersRead,
    BundleDescription,
    ClientEvent,
    EvidenceMap,
    EvidenceMapped,
    ExamDone,
    FindingsRead,
    ForecastRead,
    ModelDescription,
    PhotographDone,
    PhotographRefused,
    Picture,
    QualityRead,
)
from edge_runtime.wire.screening_pb2_grpc import OperationStub, ScreeningStub, WorklistStub
from edge_runtime.wire.simulation import (
    SimulatedDifference,
    SimulatedPicture,
    SimulationEvent,
    SimulationRequest,
    SimulationStream,
    request_to_wire,
)
from edge_runtime.wire.upload_client import UploadClient
from edge_runtime.wire.uploading import UploadPart, UploadProgress
from edge_runtime.wire.urgency import Urgency
from edge_runtime.wire.worklist import ScheduledExam, ScheduledToday, WorklistClient

__all__ = [
    "USE",
    "Accepted",
    "AnatomySeen",
    "BiomarkersRead",
    "BundleDescription",
    "BundleError",
    "BundleIdentity",
    "Cancelled",
    "ClientEvent",
    "Condition",
    "DrGrade",
    "Evidence",
    "EvidenceMap",
    "EvidenceMapped",
    "Exam",
    "ExamDone",
    "ExamRecord",
    "ExamStream",
    "Eye",
    "EyeReading",
    "Findings",
    "FindingsRead",
    "Forecast",
    "ForecastCondition",
    "ForecastRead",
    "ForecastStep",
    "ForecastSteps",
    "ForeseyeError",
    "FovCircle",
    "InferenceError",
    "InvalidField",
    "Measurement",
    "Missing",
    "ModelDescription",
    "ModelIdentity",
    "NotAllowed",
    "NotIdentified",
    "NotInBundle",
    "NotSignedIn",
    "Overloaded",
    "Person",
    "PhotographDone",
    "PhotographError",
    "PhotographFile",
    "PhotographIdentity",
    "PhotographRefused",
    "PhotographTooLarge",
    "Picture",
    "Quality",
    "QualityRead",
    "QuotaExceeded",
    "RecordsError",
    "RefusedPhotograph",
    "RequestError",
    "RequestTooLarge",
    "ScheduledExam",
    "ScheduledToday",
    "ScreeningClient",
    "ScreeningResult",
    "ServerFailed",
    "ServerUnreachable",
    "ServiceError",
    "SettingsError",
    "Sex",
    "SimulatedDifference",
    "SimulatedPicture",
    "SimulationEvent",
    "SimulationRequest",
    "SimulationStream",
    "TooLate",
    "UploadPart",
    "UploadProgress",
    "Urgency",
    "read_token",
    "records_client",
]

SCREENING_SERVICE = "foreseye.v1.Screening"

LOADING_S = 300.0
"""How long a server may take to prove another bundle."""


class ScreeningClient(UploadClient, WorklistClient):
    """A connection to one screening service. Safe to share between threads."""

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
        """Prepare a connection; nothing is sent yet.

        `tls_ca` names the PEM file of the authority that signed the server's certificate and turns
        TLS on; `tls_certificate` and `tls_key` are this client's own, where the server asks for
        them. `token`, as `read_token` reads it from its file, is sent over TLS or to this machine
        alone. `timeout_s` is for every call but `screen`. Raises SettingsError for a file that
        cannot be read.
        """
        self._timeout_s = timeout_s
        self._channel = channel_to(address, Shown(tls_ca, tls_certificate, tls_key, token))
        self._stub: Any = ScreeningStub(self._channel)  # type: ignore[no-untyped-call]
        self._operation: Any = OperationStub(self._channel)  # type: ignore[no-untyped-call]
        self._worklist: Any = WorklistStub(self._channel)  # type: ignore[no-untyped-call]
        self._health: Any = health_pb2_grpc.HealthStub(self._channel)

    def screen(
        self,
        exam: Exam,
        *,
        with_pictures: bool = True,
        picture_side_px: int = 1024,
        timeout_s: float | None = 60.0,
        urgency: Urgency = Urgency.KIOSK,
        idempotency_key: str = "",
        upload_keys: Sequence[str] = (),
    ) -> ExamStream:
        """Return the exam's events as they come; the work starts at once.

        The last event is ExamDone. `close()` on what comes back, or leaving it as a context
        manager, stops the work on the server. `timeout_s` None leaves the deadline to the server.
        `idempotency_key`, random and one for each exam, makes it safe to send the exam again after
        the connection broke: it is not run twice. `upload_keys` names, photograph by photograph,
        what `upload` has sent before. While iterating it raises InvalidField,
        PhotographTooLarge, RequestTooLarge, Overloaded, TooLate, Cancelled, ServerUnreachable,
        InferenceError or ServerFailed.
        """
        request = exam_to_wire(
            exam,
            with_pictures,
            picture_side_px,
            urgency=urgency,
            idempotency_key=idempotency_key,
            upload_keys=upload_keys,
        )
        return ExamStream(self._stub.Screen(request, timeout=timeout_s))

    def simulate(
        self, request: SimulationRequest, *, timeout_s: float | None = 300.0
    ) -> SimulationStream:
        """Return the verdict on a photograph, then its simulated visits as they come.

        Nothing follows the verdict on a photograph that is not gradable. Raises NotInBundle where
        the server's bundle cannot simulate, and else as `screen`.
        """
        return SimulationStream(self._stub.Simulate(request_to_wire(request), timeout=timeout_s))

    def switch_bundle(self, folder: str, *, allow_rollback: bool = False) -> BundleIdentity:
        """Return the bundle in `folder` on the server's disk once it serves instead of the old.

        For callers on the server's own machine. Raises NotAllowed, a BundleError or Overloaded; the
        old one serves on then.
        """
        request = pb.SwitchBundleRequest(folder=folder, allow_rollback=allow_rollback)
        with raised_here():
            return bundle_from_wire(self._operation.SwitchBundle(request, timeout=LOADING_S))

    def roll_back_bundle(self) -> BundleIdentity:
        """Return the bundle that served before this one once it serves again. As above."""
        with raised_here():
            reply = self._operation.RollBackBundle(pb.RollBackBundleRequest(), timeout=LOADING_S)
            return bundle_from_wire(reply)

    def describe_bundle(self) -> BundleDescription:
        """Return what the server's bundle holds. Raises Overloaded while it is being loaded."""
        with raised_here():
            reply = self._stub.DescribeBundle(pb.DescribeBundleRequest(), timeout=self._timeout_s)
            return bundle_description_from_wire(reply)

    def is_ready(self) -> bool:
        """Return whether the server answers and its bundle is verified, loaded and warm."""
        request = health_pb2.HealthCheckRequest(service=SCREENING_SERVICE)
        try:
            with raised_here():
                reply = self._health.Check(request, timeout=self._timeout_s)
        except (ServerUnreachable, TooLate):
            return False
        return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)

    def close(self) -> None:
        """Close the connection; exams under way are cancelled."""
        self._channel.close()

    def __enter__(self) -> ScreeningClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
