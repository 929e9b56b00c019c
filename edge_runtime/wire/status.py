"""What each of our errors is on the wire, and which error a status of the wire is: one table.

A refusal crosses as a status code, the public sentence, and trailing metadata that names the error
class. The private text never crosses. A status without our metadata was made by gRPC itself (nobody
listens, the deadline passed, the message was too large) and is told by its code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grpc import StatusCode

from edge_runtime import errors
from edge_runtime.errors import (
    ArchiveEntryRefused,
    Cancelled,
    ForeseyeError,
    InvalidField,
    ManifestError,
    NotAllowed,
    NotIdentified,
    Overloaded,
    QuotaExceeded,
    RequestTooLarge,
    ServerFailed,
    ServerUnreachable,
    TooLate,
)
from edge_runtime.interop.dicom.hospital import errors as hospital_errors
from edge_runtime.records import errors as records_errors

ERROR_KEY = "foreseye-error"
"""Trailing metadata: the name of the error class."""

FIELD_KEY = "foreseye-field"
"""Trailing metadata of InvalidField: the field of the request."""

RETRY_KEY = "grpc-retry-pushback-ms"
"""Trailing metadata of Overloaded and QuotaExceeded: when to come back; stock clients obey it."""

STATUS_OF: dict[type[ForeseyeError], StatusCode] = {
    errors.UnreadableFile: StatusCode.INVALID_ARGUMENT,
    errors.NotAPicture: StatusCode.INVALID_ARGUMENT,
    errors.UnsupportedPicture: StatusCode.INVALID_ARGUMENT,
    errors.DamagedPicture: StatusCode.INVALID_ARGUMENT,
    errors.ArchiveEntryRefused: StatusCode.INVALID_ARGUMENT,
    errors.PhotographTooLarge: StatusCode.RESOURCE_EXHAUSTED,
    errors.PhotographTooSmall: StatusCode.INVALID_ARGUMENT,
    errors.InvalidField: StatusCode.INVALID_ARGUMENT,
    errors.RequestTooLarge: StatusCode.RESOURCE_EXHAUSTED,
    errors.NotOffered: StatusCode.UNIMPLEMENTED,
    errors.ManifestError: StatusCode.INVALID_ARGUMENT,
    errors.BundleMissing: StatusCode.FAILED_PRECONDITION,
    errors.BundleCorrupt: StatusCode.FAILED_PRECONDITION,
    errors.BundleUntrusted: StatusCode.FAILED_PRECONDITION,
    errors.BundleUnsupported: StatusCode.FAILED_PRECONDITION,
    errors.BundleRollback: StatusCode.FAILED_PRECONDITION,
    errors.NotInBundle: StatusCode.NOT_FOUND,
    errors.GoldenMismatch: StatusCode.FAILED_PRECONDITION,
    errors.BackendUnavailable: StatusCode.FAILED_PRECONDITION,
    errors.EngineRefused: StatusCode.FAILED_PRECONDITION,
    errors.InferenceFailed: StatusCode.INTERNAL,
    errors.ServerUnreachable: StatusCode.UNAVAILABLE,
    errors.Overloaded: StatusCode.UNAVAILABLE,
    errors.TooLate: StatusCode.DEADLINE_EXCEEDED,
    errors.Cancelled: StatusCode.CANCELLED,
    errors.NotIdentified: StatusCode.UNAUTHENTICATED,
    errors.NotAllowed: StatusCode.PERMISSION_DENIED,
    errors.QuotaExceeded: StatusCode.RESOURCE_EXHAUSTED,
    errors.ServerFailed: StatusCode.INTERNAL,
    hospital_errors.HospitalUnreachable: StatusCode.UNAVAILABLE,
    hospital_errors.HospitalUnacquainted: StatusCode.UNAUTHENTICATED,
    hospital_errors.HospitalRefused: StatusCode.FAILED_PRECONDITION,
    hospital_errors.HospitalUnclear: StatusCode.INTERNAL,
    hospital_errors.NotSendable: StatusCode.INVALID_ARGUMENT,
    hospital_errors.NotArchived: StatusCode.DATA_LOSS,
    hospital_errors.NotCommitted: StatusCode.FAILED_PRECONDITION,
    records_errors.RecordsMissing: StatusCode.FAILED_PRECONDITION,
    records_errors.RecordsUnsupported: StatusCode.FAILED_PRECONDITION,
    records_errors.RecordsDamaged: StatusCode.DATA_LOSS,
    records_errors.RecordsUnavailable: StatusCode.UNAVAILABLE,
    records_errors.RecordsFull: StatusCode.RESOURCE_EXHAUSTED,
    records_errors.MasterKeyWrong: StatusCode.FAILED_PRECONDITION,
    records_errors.NotKept: StatusCode.NOT_FOUND,
    records_errors.Erased: StatusCode.NOT_FOUND,
    records_errors.WrongState: StatusCode.FAILED_PRECONDITION,
    records_errors.NotSignedIn: StatusCode.UNAUTHENTICATED,
    records_errors.LockedOut: StatusCode.UNAUTHENTICATED,
    records_errors.AccountNotProved: StatusCode.UNAUTHENTICATED,
    records_errors.AccountUnknown: StatusCode.PERMISSION_DENIED,
    records_errors.AccountsUnreachable: StatusCode.UNAVAILABLE,
    errors.ResumeMismatch: StatusCode.FAILED_PRECONDITION,
    errors.SettingsError: StatusCode.FAILED_PRECONDITION,
}
"""Every leaf of the tree; a branch is never raised over the wire."""

_BY_NAME = {error.__name__: error for error in STATUS_OF}

_BY_CODE: dict[StatusCode, type[ForeseyeError]] = {
    StatusCode.UNAVAILABLE: ServerUnreachable,
    StatusCode.DEADLINE_EXCEEDED: TooLate,
    StatusCode.CANCELLED: Cancelled,
    StatusCode.PERMISSION_DENIED: NotAllowed,
    StatusCode.UNAUTHENTICATED: NotIdentified,
}
"""Statuses that gRPC makes itself; the ones not listed are the server's failure."""

MESSAGE_TOO_LARGE = "larger than max"
"""How gRPC words the refusal of a message over the receiver's limit (grpc core, message_size)."""


@dataclass(frozen=True)
class Refusal:
    """A status as it crosses the wire."""

    code: StatusCode
    sentence: str
    """Public."""
    trailers: tuple[tuple[str, str], ...]


def refusal_of(error: ForeseyeError) -> Refusal:
    """Return the status of a leaf error. Raises KeyError for a branch: raise a leaf."""
    trailers = [(ERROR_KEY, type(error).__name__)]
    if isinstance(error, InvalidField):
        trailers.append((FIELD_KEY, error.field))
    if isinstance(error, (Overloaded, QuotaExceeded)):
        trailers.append((RETRY_KEY, str(error.retry_after_ms)))
    return Refusal(STATUS_OF[type(error)], error.public_message, tuple(trailers))


def error_of(
    code: StatusCode, sentence: str, trailers: Iterable[tuple[str, str | bytes]]
) -> ForeseyeError:
    """Return the error that a status stands for; a sentence of ours becomes its public message."""
    named = {key: value for key, value in trailers if isinstance(value, str)}
    kind = _BY_NAME.get(named.get(ERROR_KEY, ""))
    if kind is None:
        return _error_of_grpc(code, sentence)
    error = _BUILD[kind](sentence, named) if kind in _BUILD else kind(sentence)
    error.public_message = sentence
    return error


def _error_of_grpc(code: StatusCode, sentence: str) -> ForeseyeError:
    if code is not StatusCode.RESOURCE_EXHAUSTED:
        return _BY_CODE.get(code, ServerFailed)(f"{code.name}: {sentence}")
    if MESSAGE_TOO_LARGE in sentence:
        return RequestTooLarge(sentence)
    return Overloaded(sentence)


def _invalid_field(sentence: str, named: dict[str, str]) -> ForeseyeError:
    field = named.get(FIELD_KEY, "request")
    return InvalidField(field, sentence.removeprefix(f"{field}: ").removesuffix("."))


def _archive_entry(sentence: str, _: dict[str, str]) -> ForeseyeError:
    return ArchiveEntryRefused(sentence.rpartition(": ")[2].removesuffix("."))


def _overloaded(sentence: str, named: dict[str, str]) -> ForeseyeError:
    return Overloaded(sentence, int(named.get(RETRY_KEY, "1000")))


def _quota_exceeded(sentence: str, named: dict[str, str]) -> ForeseyeError:
    return QuotaExceeded(sentence, int(named.get(RETRY_KEY, "1000")))


def _manifest_error(sentence: str, _: dict[str, str]) -> ForeseyeError:
    # File, row and column are the server's own and do not cross.
    return ManifestError("a manifest of the server", None, None, sentence)


_BUILD: dict[type[ForeseyeError], Callable[[str, dict[str, str]], ForeseyeError]] = {
    ArchiveEntryRefused: _archive_entry,
    InvalidField: _invalid_field,
    Overloaded: _overloaded,
    QuotaExceeded: _quota_exceeded,
    ManifestError: _manifest_error,
}
"""Errors whose constructor takes more than a private text."""
