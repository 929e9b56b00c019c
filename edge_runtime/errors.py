"""Everything that foreseye refuses, as one tree.

    ForeseyeError
    |-- PhotographError            one photograph cannot be used; the others go on
    |   |-- UnreadableFile         no such file, a folder, no permission
    |   |-- NotAPicture            the bytes are no picture format that we know
    |   |-- UnsupportedPicture     a picture, but of a kind that is not read here
    |   |-- DamagedPicture         truncated or corrupt
    |   |-- ArchiveEntryRefused    an entry of a ZIP that is not safe or not clear to read
    |   |-- PhotographTooLarge     over the limits on bytes or pixels
    |   `-- PhotographTooSmall     too few pixels to hold an eye
    |-- RequestError
    |   |-- InvalidField           a field of the request, with its name
    |   |-- RequestTooLarge        all photographs together are over the limit on one request
    |   `-- NotOffered             a part of a protocol that is not served here
    |-- ManifestError              a cohort manifest, with file, row and column
    |-- BundleError
    |   |-- BundleMissing          no bundle there
    |   |-- BundleCorrupt          a hash or the structure is wrong
    |   |-- BundleUntrusted        nobody trusted signed it
    |   |-- BundleUnsupported      made for another version of foreseye
    |   |-- BundleRollback         older than the one in use
    |   |-- NotInBundle            the bundle holds no such model
    |   `-- GoldenMismatch         this device does not give the expected outputs
    |-- InferenceError
    |   |-- BackendUnavailable     the engine asked for is not on this machine
    |   |-- EngineRefused          a built engine is not of this model, device or version
    |   `-- InferenceFailed        the engine refused the inputs or broke
    |-- ServiceError
    |   |-- ServerUnreachable      nobody answers at the address
    |   |-- Overloaded             the queue is full or the server is draining; try again
    |   |-- TooLate                the deadline passed
    |   |-- Cancelled              the caller went away
    |   |-- NotIdentified          no credentials, or ones that do not hold
    |   |-- NotAllowed             this caller may not do this
    |   |-- QuotaExceeded          this client sent more than it may in a time
    |   `-- ServerFailed           the server met something unforeseen; it gives a ticket
    |-- HospitalError              its systems: edge_runtime/interop/dicom/hospital/errors.py
    |-- RecordsError               the clinic's records; its leaves: edge_runtime/records/errors.py
    |-- OutputError                results cannot be written
    |   `-- ResumeMismatch         the folder holds another run's results
    `-- SettingsError              a setting is missing or out of range

`str(error)` is the private text for the log: it may name paths and numbers. `public_message` is
the sentence for the person in front of the screen: it never does.
"""

from __future__ import annotations


class ForeseyeError(Exception):
    """The root of every refusal. Raise a leaf, with a private text."""

    public_message = "The screening could not be made."


class PhotographError(ForeseyeError):
    """One photograph cannot be used; the rest of the exam or batch goes on."""

    public_message = "This photograph cannot be used."


class UnreadableFile(PhotographError):
    """The file cannot be opened: it is missing, a folder, or not permitted."""

    public_message = "This file cannot be opened."


class NotAPicture(PhotographError):
    """The bytes are no picture format that foreseye knows."""

    public_message = "This file is not a photograph that can be read."


class UnsupportedPicture(PhotographError):
    """A picture of a kind that is not read here."""

    public_message = "This kind of picture cannot be read. Please use JPEG, PNG or TIFF."


class DamagedPicture(PhotographError):
    """The picture is truncated or corrupt."""

    public_message = "This photograph is damaged or incomplete. Please send it again."


class ArchiveEntryRefused(PhotographError):
    """An entry of a ZIP that is not read; the reason is one of ours and names nobody."""

    public_message = "This entry of the ZIP is not read."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.public_message = f"This entry of the ZIP is not read: {reason}."


class PhotographTooLarge(PhotographError):
    """The photograph has more bytes or pixels than the limits allow."""

    public_message = "This photograph is too large."


class PhotographTooSmall(PhotographError):
    """The photograph has too few pixels to show an eye."""

    public_message = "This photograph is too small to read."


class RequestError(ForeseyeError):
    """The request itself is wrong."""

    public_message = "The request is not valid."


class InvalidField(RequestError):
    """One field of the request is missing or out of range; `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason
        self.public_message = f"{field}: {reason}."


class RequestTooLarge(RequestError):
    """The request as a whole has more bytes than one request may have."""

    public_message = "The photographs together are too large for one exam. Please send fewer."


class NotOffered(RequestError):
    """A part of a standard protocol that foreseye does not serve."""

    public_message = "This service does not offer that."


class ManifestError(ForeseyeError):
    """A cohort table breaks its contract; the message names file, row and column."""

    public_message = "The manifest is not valid."

    def __init__(self, file: str, row: int | None, column: str | None, reason: str) -> None:
        where = file
        if row is not None:
            where += f", row {row}"
        if column is not None:
            where += f", column {column}"
        super().__init__(f"{where}: {reason}")
        self.file, self.row, self.column = file, row, column


class BundleError(ForeseyeError):
    """The model bundle cannot be used."""

    public_message = "The models on this machine cannot be used. Please call support."


class BundleMissing(BundleError):
    """There is no bundle at the place given."""

    public_message = "There is no model bundle at the place given."


class BundleCorrupt(BundleError):
    """A file of the bundle is missing, changed or not well-formed."""

    public_message = "The model bundle is damaged and was not loaded."


class BundleUntrusted(BundleError):
    """Nobody trusted signed the bundle."""

    public_message = "The model bundle is not signed by anyone trusted and was not loaded."


class BundleUnsupported(BundleError):
    """The bundle was made for another version of foreseye."""

    public_message = "The model bundle was made for another version of foreseye."


class BundleRollback(BundleError):
    """The bundle is older than the one in use and a roll-back was not allowed."""

    public_message = "The model bundle is older than the one in use and was not loaded."


class NotInBundle(BundleError):
    """The bundle holds no model for what was asked."""

    public_message = "The models on this machine cannot do this."


class GoldenMismatch(BundleError):
    """The golden samples did not give the expected outputs on this device."""

    public_message = "The models do not give the expected answers on this machine."


class InferenceError(ForeseyeError):
    """A model could not be run."""

    public_message = "The models could not be run on this machine."


class BackendUnavailable(InferenceError):
    """The engine that the settings name is not on this machine."""

    public_message = "The engine that the settings name is not on this machine."


class EngineRefused(InferenceError):
    """A file that holds a built engine is damaged, or of another model, device or version."""

    public_message = "The engine that was built for this machine cannot be used."


class InferenceFailed(InferenceError):
    """The engine refused the inputs or broke."""

    public_message = "The models failed on this photograph."


class ServiceError(ForeseyeError):
    """The service could not do its work."""

    public_message = "The screening service could not answer."


class ServerUnreachable(ServiceError):
    """Nobody answers at the address."""

    public_message = "The screening service cannot be reached. Is it running?"


class Overloaded(ServiceError):
    """The queue is full or the server is draining; `retry_after_ms` says when to come back."""

    public_message = "The screening service is busy. Please try again in a moment."

    def __init__(self, reason: str, retry_after_ms: int = 1000) -> None:
        super().__init__(reason)
        self.retry_after_ms = retry_after_ms


class TooLate(ServiceError):
    """The deadline passed before the work was done."""

    public_message = "The screening took too long and was stopped."


class Cancelled(ServiceError):
    """The caller went away."""

    public_message = "The screening was cancelled."


class NotIdentified(ServiceError):
    """The caller showed no credentials, or ones that do not hold."""

    public_message = "The screening service does not know this device. Please call support."


class NotAllowed(ServiceError):
    """The caller may not do this."""

    public_message = "You are not allowed to do this."


class QuotaExceeded(ServiceError):
    """A client sent more than it may; `retry_after_ms` says when it may go on."""

    public_message = "Too much was sent at once. Please try again in a moment."

    def __init__(self, reason: str, retry_after_ms: int = 1000) -> None:
        super().__init__(reason)
        self.retry_after_ms = retry_after_ms


class ServerFailed(ServiceError):
    """The server met something unforeseen; the message quotes its ticket."""

    public_message = "The screening failed."


class OutputError(ForeseyeError):
    """Results cannot be written."""

    public_message = "The results cannot be written to the folder given."


class ResumeMismatch(OutputError):
    """The output folder holds the results of another run."""

    public_message = "The output folder holds the results of another run."


class SettingsError(ForeseyeError):
    """A setting is missing or out of range."""

    public_message = "A setting is not valid."
