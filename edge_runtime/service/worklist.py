"""foreseye.v1.Worklist: whom the hospital expects today, for the kiosk to choose from.

The answer goes to who asked and nowhere else: nothing of it is kept or logged here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from edge_runtime.domain import Eye, Sex
from edge_runtime.service.hospital_list import AskHospital
from edge_runtime.service.refusals import blotter, errors_as_status
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.screening_pb2_grpc import WorklistServicer
from edge_runtime.wire.worklist import ScheduledExam, scheduled_to_wire

if TYPE_CHECKING:
    from edge_runtime.interop.dicom.hospital.worklist import Scheduled, Worklist

Admit = Callable[[Any], None]
"""Raises NotSignedIn or NotAllowed unless the caller of a context may see the list. Blocks."""

EYES_OF = {"R": (Eye.OD,), "L": (Eye.OS,), "B": (Eye.OD, Eye.OS)}
SEX_OF = {sex.value: sex for sex in Sex}


class WorklistService(WorklistServicer):
    """Asks the hospital; kiosks that ask at the same moment share one answer."""

    def __init__(self, ask: AskHospital, admit: Admit | None) -> None:
        """Ask by `ask`, for whom `admit` lets through; None: the gate's roles alone decide."""
        self._ask, self._admit = ask, admit
        self._asking: asyncio.Future[Worklist] | None = None

    async def ListScheduled(  # noqa: N802 - the proto's name
        self, request: pb.ListScheduledRequest, context: Any
    ) -> pb.ListScheduledReply:
        """Return whom the hospital expects today."""
        del request  # it has no fields
        async with errors_as_status(context, "ListScheduled", blotter(())):
            if self._admit is not None:
                await asyncio.to_thread(self._admit, context)
            found = await self._answer()
        return pb.ListScheduledReply(
            scheduled=[scheduled_to_wire(_exam(one)) for one in found.scheduled],
            unreadable=found.num_unreadable,
            more=found.more,
        )

    async def _answer(self) -> Worklist:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(asyncio.to_thread(self._ask))
            # Whoever asked may have left: then nobody fetches an error, and nobody misses it.
            self._asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(self._asking)


def _exam(one: Scheduled) -> ScheduledExam:
    return ScheduledExam(
        starts=one.starts or "",
        patient_id=one.patient_id or "",
        name=one.name or "",
        birth_date=one.birth_date or "",
        sex=SEX_OF.get(one.sex or ""),
        age_years=one.age_years,
        procedure=one.procedure or "",
        station=one.station or "",
        accession_number=one.accession_number or "",
        eyes=EYES_OF.get(one.laterality or "", ()),
    )
