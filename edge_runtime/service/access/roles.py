"""Which role may call which method, one table for every method that the port offers.

A method that is not in the table is open to nobody, and a test proves the table total.
"""

from __future__ import annotations

from enum import Enum


class Role(str, Enum):
    """What a machine's token is for. One token may have several."""

    SCREEN = "screen"
    """A kiosk, a phone or a batch: photographs in, results out."""
    READ = "read"
    """A programme that shows what is there and starts nothing."""
    OPERATE = "operate"
    """An operator: bundles, the bare models, log switches. May not screen."""


SCREEN, READ, OPERATE = Role.SCREEN, Role.READ, Role.OPERATE
ANY = frozenset(Role)

SCREENING = "/foreseye.v1.Screening/"
OPERATION = "/foreseye.v1.Operation/"
WORKLIST = "/foreseye.v1.Worklist/"
INFERENCE = "/inference.GRPCInferenceService/"
RECORDS = "/foreseye.v1.Records/"
HEALTH = "/grpc.health.v1.Health/"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/"

OPEN = frozenset({f"{HEALTH}Check", f"{HEALTH}Watch"})
"""Methods that need no token: a watchdog asks them, and they tell only whether we serve."""

ROLES_OF: dict[str, frozenset[Role]] = {
    f"{SCREENING}Screen": frozenset({SCREEN}),
    f"{SCREENING}Simulate": frozenset({SCREEN}),
    f"{SCREENING}Upload": frozenset({SCREEN}),
    f"{SCREENING}UploadProgress": frozenset({SCREEN}),
    f"{SCREENING}DescribeBundle": ANY,
    # Where records are kept, a person's own session decides besides.
    f"{WORKLIST}ListScheduled": frozenset({SCREEN}),
    f"{OPERATION}SwitchBundle": frozenset({OPERATE}),
    f"{OPERATION}RollBackBundle": frozenset({OPERATE}),
    f"{REFLECTION}ServerReflectionInfo": ANY,
    # Here the person's own session decides besides: edge_runtime/records/access.py.
    **{
        f"{RECORDS}{name}": frozenset({SCREEN, READ})
        for name in (
            *("SignIn", "SignOut", "ReadSession", "ChangeSecret", "ListUsers", "ListExams"),
            *("ReadExam", "ReadPicture", "ExportPerson", "ReadAudit", "VerifyAudit"),
        )
    },
    **{
        f"{RECORDS}{name}": frozenset({SCREEN})
        for name in (
            *("KeepUser", "OpenExam", "DescribePerson", "AddPhotograph", "ScreenExam", "Decide"),
            *("CorrectMask", "SignExam", "AmendExam", "ErasePerson", "RecordConsent"),
            "InvitePhone",
        )
    },
    # Its answers pass no quality gate, so all of it is the operator's.
    **{
        f"{INFERENCE}{name}": frozenset({OPERATE})
        for name in (
            *("ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata"),
            *("ModelInfer", "ModelStreamInfer", "ModelConfig", "ModelStatistics"),
            *("RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload", "LogSettings"),
        )
    },
}


def may_call(roles: frozenset[Role], method: str) -> bool:
    """Return whether a token with these roles may call a method, such as /package.Service/Name."""
    return bool(roles & ROLES_OF.get(method, frozenset()))
