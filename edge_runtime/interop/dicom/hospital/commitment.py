"""Storage commitment: an archive says that it takes over the care for objects (PS3.4 annex J).

We ask by N-ACTION, and the archive reports by N-EVENT-REPORT, when it likes: on the association
that we asked on, or on one that it opens to us, so we listen meanwhile. An object that a report
names as failed, or does not name, or of which no report comes in time, is not committed: who sent
it keeps it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import generate_uid
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.events import Event

from edge_runtime.interop.dicom.hospital.association import Caller
from edge_runtime.interop.dicom.hospital.errors import HospitalRefused, HospitalUnreachable
from edge_runtime.interop.dicom.hospital.outgoing import Outgoing
from edge_runtime.interop.dicom.receive.capped_server import received_whole
from edge_runtime.interop.dicom.sop_classes import EXPLICIT_LITTLE, IMPLICIT_LITTLE

COMMITMENT = "1.2.840.10008.1.20.1"
"""Storage Commitment Push Model."""
THE_ONE_INSTANCE = "1.2.840.10008.1.20.1.1"
REQUEST = 1
"""Action Type ID."""
SUCCESS, INVALID_ARGUMENT = 0x0000, 0x0115
CODINGS = [EXPLICIT_LITTLE, IMPLICIT_LITTLE]

OBJECTS_AT_A_TIME = 200
LOOK_EVERY_S = 0.5
REASONS = {
    0x0110: "processing failure",
    0x0112: "it has no such object",
    0x0119: "it has it under another class",
    0x0122: "it does not keep this class",
    0x0131: "it has heard of this request before",
    0x0213: "it has no room",
}
"""PS3.3 C.14.1.1."""


@dataclass(frozen=True)
class Report:
    """What an archive says of one request."""

    committed: frozenset[str]
    failed: dict[str, int]
    """Instance and reason."""


@dataclass
class Reports:
    """The reports that came, by transaction; ours alone are taken. Safe between threads."""

    _expected: dict[str, Report | None] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def expect(self, transaction: str) -> None:
        """Take a report of this transaction from now on."""
        with self._changed:
            self._expected[transaction] = None

    def take(self, event: Event) -> tuple[int, Dataset | None]:
        """Return the status that answers an N-EVENT-REPORT."""
        assert event.assoc is not None
        received_whole(event.assoc)
        try:
            told = event.event_information
            transaction, report = str(told.TransactionUID), _report(told)
        except Exception:  # noqa: BLE001 - pydicom raises anything at bytes of a stranger
            return INVALID_ARGUMENT, None
        with self._changed:
            if transaction not in self._expected:
                return INVALID_ARGUMENT, None
            self._expected[transaction] = report
            self._changed.notify_all()
        return SUCCESS, None

    def of(self, transaction: str, within_s: float) -> Report | None:
        """Return the report of a transaction, None when none comes within so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._expected[transaction] is not None, within_s)
            return self._expected[transaction]


def commit(
    caller: Caller, objects: Sequence[Outgoing], reports: Reports, within_s: float
) -> dict[str, str]:
    """Return the instances that the archive does not commit itself to, each with the reason.

    Raises HospitalRefused where it offers no commitment or refuses the request, HospitalError.
    """
    lost: dict[str, str] = {}
    for begin in range(0, len(objects), OBJECTS_AT_A_TIME):
        group = objects[begin : begin + OBJECTS_AT_A_TIME]
        report = _reported(caller, group, reports, within_s)
        for one in group:
            reason = _why_not(report, one.instance)
            if reason is not None:
                lost[one.instance] = reason
    return lost


def _reported(
    caller: Caller, group: Sequence[Outgoing], reports: Reports, within_s: float
) -> Report | None:
    transaction = str(generate_uid(prefix=None))
    reports.expect(transaction)
    until = time.monotonic() + within_s
    handlers = [(evt.EVT_N_EVENT_REPORT, reports.take)]
    with caller.associated([(COMMITMENT, CODINGS)], handlers) as association:
        _ask(association, transaction, group)
        # It may report here, or call us; one that wants to call us may first hang up.
        while (left_s := until - time.monotonic()) > 0.0:
            report = reports.of(transaction, min(left_s, LOOK_EVERY_S))
            if report is not None or not association.is_established:
                break
    return reports.of(transaction, max(0.0, until - time.monotonic()))


def _ask(association: Association, transaction: str, group: Sequence[Outgoing]) -> None:
    asked = Dataset()
    asked.TransactionUID = transaction
    asked.ReferencedSOPSequence = Items([_reference(one) for one in group])
    status, _ = association.send_n_action(asked, REQUEST, COMMITMENT, THE_ONE_INSTANCE)
    received_whole(association)
    if "Status" not in status:
        raise HospitalUnreachable("it gave no answer to the request for commitment")
    if status.Status != SUCCESS:
        raise HospitalRefused(f"no commitment: status {status.Status:04X}H")


def _reference(one: Outgoing) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = one.sop_class
    reference.ReferencedSOPInstanceUID = one.instance
    return reference


def _report(told: Dataset) -> Report:
    committed = told.get("ReferencedSOPSequence") or ()
    failed = told.get("FailedSOPSequence") or ()
    return Report(
        frozenset(str(item.ReferencedSOPInstanceUID) for item in committed),
        {str(item.ReferencedSOPInstanceUID): int(item.get("FailureReason", 0)) for item in failed},
    )


def _why_not(report: Report | None, instance: str) -> str | None:
    if report is None:
        return "no report came in time"
    if instance in report.failed:
        reason = report.failed[instance]
        return REASONS.get(reason, f"reason {reason:04X}H")
    return None if instance in report.committed else "the report does not name it"
