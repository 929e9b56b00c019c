"""An archive on the DICOM network: C-STORE takes objects, C-FIND says which it has (PS3.4 B, C).

Objects are sent as they lie in their files: each class in the one coding that it is in, never
converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydicom.dataset import Dataset
from pynetdicom.association import Association

from edge_runtime.interop.dicom.hospital.association import Caller, answers
from edge_runtime.interop.dicom.hospital.errors import (
    HospitalRefused,
    HospitalUnreachable,
    NotSendable,
)
from edge_runtime.interop.dicom.hospital.outgoing import Outgoing
from edge_runtime.interop.dicom.receive.capped_server import received_whole
from edge_runtime.interop.dicom.sop_classes import EXPLICIT_LITTLE, IMPLICIT_LITTLE

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
MAX_CONTEXTS = 127
"""PS3.8 has 128 to an association; the query takes one."""


class DimseArchive:
    """Stores objects and lists them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @contextmanager
    def opened(self, objects: Sequence[Outgoing]) -> Iterator[OpenDimseArchive]:
        """Yield the archive with an association for these objects.

        Raises HospitalRefused for an archive that cannot be asked what it has, HospitalError.
        """
        codings = sorted({(one.sop_class, one.transfer_syntax) for one in objects})
        if len(codings) > MAX_CONTEXTS:
            raise ValueError(f"{len(codings)} classes and codings at a time")
        query = (STUDY_ROOT_FIND, [EXPLICIT_LITTLE, IMPLICIT_LITTLE])
        with self._caller.associated([query, *codings]) as association:
            accepted = {
                (str(context.abstract_syntax), str(context.transfer_syntax[0]))
                for context in association.accepted_contexts
            }
            if STUDY_ROOT_FIND not in {abstract for abstract, _ in accepted}:
                raise HospitalRefused("it takes no queries (Study Root), which show what it has")
            yield OpenDimseArchive(association, accepted)


class OpenDimseArchive:
    """An archive with an association."""

    def __init__(self, association: Association, accepted: set[tuple[str, str]]) -> None:
        self._association, self._accepted = association, accepted

    def store(self, outgoing: Outgoing) -> None:
        """Send one object. Raises HospitalRefused, NotSendable, HospitalUnreachable."""
        if (outgoing.sop_class, outgoing.transfer_syntax) not in self._accepted:
            raise HospitalRefused("it does not take this class in this coding")
        try:
            status = self._association.send_c_store(outgoing.path)
        except RuntimeError as error:
            raise HospitalUnreachable("the association ended") from error
        except (AttributeError, OSError, ValueError) as error:
            raise NotSendable(type(error).__name__) from error
        received_whole(self._association)
        if "Status" not in status:
            raise HospitalUnreachable("it gave no answer to an object")
        # B000H, B006H, B007H: stored, with a remark (PS3.4 table B.2-1).
        if status.Status not in (0x0000, 0xB000, 0xB006, 0xB007):
            raise HospitalRefused(f"status {status.Status:04X}H")

    def listed(self, objects: Sequence[Outgoing]) -> set[str]:
        """Return which of these objects' instances the archive lists. Raises HospitalError."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for one in objects:
            wanted.setdefault((one.study, one.series), []).append(one.instance)
        found: set[str] = set()
        for (study, series), instances in wanted.items():
            asked = _question(study, series, instances)
            given = self._association.send_c_find(asked, STUDY_ROOT_FIND)
            for said in answers(self._association, given):
                if said is not None:
                    found.add(str(said.get("SOPInstanceUID", "")))
        return found & {one.instance for one in objects}


def _question(study: str, series: str, instances: list[str]) -> Dataset:
    question = Dataset()
    question.QueryRetrieveLevel = "IMAGE"
    question.StudyInstanceUID = study
    question.SeriesInstanceUID = series
    question.SOPInstanceUID = instances
    return question
