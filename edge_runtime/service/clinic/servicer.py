"""foreseye.v1.Records: each method goes from the wire to the records and back to the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import Any

from edge_runtime.errors import InvalidField
from edge_runtime.records.access import Action
from edge_runtime.records.consents import record_consent
from edge_runtime.records.decisions import action_of, amend_exam, decide, person_of, sign_exam
from edge_runtime.records.erasure import erase_person
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.exams import add_photograph, describe_person, open_exam
from edge_runtime.records.export_person import person_zip
from edge_runtime.records.masks import correct_mask
from edge_runtime.records.picture_reading import read_picture
from edge_runtime.records.screenings import Screening, begin_screening
from edge_runtime.records.vault import Actor
from edge_runtime.records.words import ErasureReason
from edge_runtime.service.caller import client_of
from edge_runtime.service.clinic.desk import Desk, blotter_of, token_of
from edge_runtime.service.clinic.people import PeopleMethods
from edge_runtime.service.clinic.screening import Messages, screened_and_kept
from edge_runtime.service.refusals import ending_when_nobody_listens, errors_as_status
from edge_runtime.service.uploads import Uploads
from edge_runtime.wire import clinic_pb2 as pb
from edge_runtime.wire import screening_pb2 as screening_pb
from edge_runtime.wire.clinic_enums import CONSENT_SCOPE, DECISION_KIND, word_of
from edge_runtime.wire.clinic_pb2_grpc import RecordsServicer
from edge_runtime.wire.convert_clinic import (
    exam_record_to_wire,
    kept_photograph_to_wire,
    known_person_from_wire,
    listed_to_wire,
    picture_info_to_wire,
    wanted_from_wire,
)
from edge_runtime.wire.convert_request import photograph_from_wire

ScreensFor = Callable[[screening_pb.ScreenRequest, Any], Messages]
"""Runs the pipeline on a request, for the caller of a context."""


class ClinicServicer(PeopleMethods, RecordsServicer):
    """Knows the wire and the records, nothing of models."""

    def __init__(self, desk: Desk, uploads: Uploads, screens: ScreensFor) -> None:
        """Answer for `desk`; `uploads` holds what was sent in chunks, `screens` the pipeline."""
        super().__init__(desk)
        self._uploads, self._screens = uploads, screens

    async def OpenExam(  # noqa: N802 - the proto's name
        self, request: pb.OpenExamRequest, context: Any
    ) -> pb.KeptExam:
        """Open an exam."""

        def work(actor: Actor) -> pb.KeptExam:
            person = known_person_from_wire(request.person)
            identifiers = dict(request.identifiers)
            kept_as = request.retention_class
            exam = open_exam(self._vault, actor, request.exam_key, identifiers, person, kept_as)
            return exam_record_to_wire(exam)

        return await self._answer(context, Action.OPEN_EXAM, request, work)

    async def DescribePerson(  # noqa: N802 - as above
        self, request: pb.DescribePersonRequest, context: Any
    ) -> pb.KeptExam:
        """Set what is known of the person."""

        def work(actor: Actor) -> pb.KeptExam:
            person = known_person_from_wire(request.person)
            exam = describe_person(self._vault, actor, request.exam_id, person)
            return exam_record_to_wire(exam)

        return await self._answer(context, Action.DESCRIBE_PERSON, request, work)

    async def AddPhotograph(  # noqa: N802 - as above
        self, request: pb.AddPhotographRequest, context: Any
    ) -> pb.KeptPhotograph:
        """Keep a photograph."""
        async with errors_as_status(context, "add_photograph", blotter_of(request)):
            self._desk.sessions.actor(token_of(context))
            # Here and not in the thread: uploads are the event loop's.
            uploaded = partial(self._uploads.content, client_of(context))
            limits = self._desk.limits
            file = photograph_from_wire("photograph", request.photograph, limits, uploaded)

        def work(actor: Actor) -> pb.KeptPhotograph:
            key = request.photograph_key
            kept = add_photograph(self._vault, actor, request.exam_id, file, key)
            return kept_photograph_to_wire(kept)

        return await self._answer(context, Action.ADD_PHOTOGRAPH, request, work)

    async def ScreenExam(  # noqa: N802 - as above
        self, request: pb.ScreenExamRequest, context: Any
    ) -> None:
        """Screen an exam; each result is kept before it is sent."""
        async with errors_as_status(context, "screen_exam", blotter_of(request)):
            token = token_of(context)

            def begun() -> Screening:
                actor = self._desk.admit(token, Action.SCREEN_EXAM, request.exam_id)
                ids = list(request.photograph_ids)
                finishes = request.finishes
                return begin_screening(self._vault, actor, request.exam_id, ids, finishes=finishes)

            screening = await asyncio.to_thread(begun)
            messages = screened_and_kept(
                self._vault, screening, request, lambda made: self._screens(made, context)
            )
            async with aclosing(messages):
                async for message in messages:
                    with ending_when_nobody_listens("screen_exam"):
                        await context.write(message)

    async def ListExams(  # noqa: N802 - as above
        self, request: pb.ListExamsRequest, context: Any
    ) -> pb.ListExamsReply:
        """List exams."""

        def work(actor: Actor) -> pb.ListExamsReply:
            page = list_exams(self._vault, actor, wanted_from_wire(request))
            return pb.ListExamsReply(exams=map(listed_to_wire, page.exams), more=page.more)

        return await self._answer(context, Action.LIST_EXAMS, request, work)

    async def ReadExam(  # noqa: N802 - as above
        self, request: pb.ReadExamRequest, context: Any
    ) -> pb.KeptExam:
        """Read an exam."""

        def work(actor: Actor) -> pb.KeptExam:
            return exam_record_to_wire(read_exam(self._vault, actor, request.exam_id))

        return await self._answer(context, Action.READ_EXAM, request, work)

    async def ReadPicture(  # noqa: N802 - as above
        self, request: pb.ReadPictureRequest, context: Any
    ) -> screening_pb.Picture:
        """Read a picture, or a photograph as it came."""

        def work(actor: Actor) -> screening_pb.Picture:
            # What is let through is no row: its id was told by reading the exam, which is audited.
            kind, media_type, content, width_px, height_px = read_picture(
                self._vault, actor, request.exam_id, request.picture_id
            )
            return screening_pb.Picture(
                kind=kind,
                media_type=media_type,
                content=content,
                width_px=width_px,
                height_px=height_px,
            )

        return await self._answer(context, Action.READ_PICTURE, request, work)

    async def Decide(  # noqa: N802 - as above
        self, request: pb.DecideRequest, context: Any
    ) -> pb.KeptExam:
        """Keep a decision."""
        async with errors_as_status(context, "decide", blotter_of(request)):
            kind = word_of(DECISION_KIND, request.kind, "kind")

        def work(actor: Actor) -> pb.KeptExam:
            exam = decide(
                self._vault,
                actor,
                request.exam_id,
                request.photograph_id,
                request.finding,
                kind,
                request.value_json,
                request.why,
                arbitrates=request.arbitrates,
            )
            return exam_record_to_wire(exam)

        return await self._answer(context, action_of(kind, request.arbitrates), request, work)

    async def CorrectMask(  # noqa: N802 - as above
        self, request: pb.CorrectMaskRequest, context: Any
    ) -> pb.KeptPicture:
        """Keep a painted mask."""

        def work(actor: Actor) -> pb.KeptPicture:
            picture = correct_mask(
                self._vault,
                actor,
                request.exam_id,
                request.photograph_id,
                request.layer,
                request.png,
                parent_id=request.parent_id,
                spent_s=request.spent_s,
                decode=self._desk.decoded_mask,
            )
            return picture_info_to_wire(picture)

        return await self._answer(context, Action.CORRECT_MASK, request, work)

    async def SignExam(  # noqa: N802 - as above
        self, request: pb.SignExamRequest, context: Any
    ) -> pb.KeptExam:
        """Sign an exam as it was read."""

        def work(actor: Actor) -> pb.KeptExam:
            exam = sign_exam(self._vault, actor, request.exam_id, request.version)
            return exam_record_to_wire(exam)

        return await self._answer(context, Action.SIGN_EXAM, request, work)

    async def AmendExam(  # noqa: N802 - as above
        self, request: pb.AmendExamRequest, context: Any
    ) -> pb.KeptExam:
        """Open a signed exam for a correction."""

        def work(actor: Actor) -> pb.KeptExam:
            return exam_record_to_wire(amend_exam(self._vault, actor, request.exam_id, request.why))

        return await self._answer(context, Action.AMEND_EXAM, request, work)

    async def RecordConsent(  # noqa: N802 - as above
        self, request: pb.RecordConsentRequest, context: Any
    ) -> pb.KeptExam:
        """Record a consent."""

        def work(actor: Actor) -> pb.KeptExam:
            scope = word_of(CONSENT_SCOPE, request.scope, "scope")
            given, text, language = request.given, request.text, request.language
            exam_id = request.exam_id
            exam = record_consent(self._vault, actor, exam_id, scope, given, text, language)
            return exam_record_to_wire(exam)

        return await self._answer(context, Action.RECORD_CONSENT, request, work)

    async def ErasePerson(  # noqa: N802 - as above
        self, request: pb.ErasePersonRequest, context: Any
    ) -> pb.ErasePersonReply:
        """Erase the exam's person."""

        def work(actor: Actor) -> pb.ErasePersonReply:
            try:
                why = ErasureReason(request.why)
            except ValueError:
                known = ", ".join(each.value for each in ErasureReason)
                raise InvalidField("why", f"must be one of {known}") from None
            with self._vault.reading() as connection:
                person_id = person_of(connection, request.exam_id)
            erased = erase_person(self._vault, actor, person_id, why)
            return pb.ErasePersonReply(**vars(erased))

        return await self._answer(context, Action.ERASE_PERSON, request, work)

    async def InvitePhone(  # noqa: N802 - as above
        self, request: pb.InvitePhoneRequest, context: Any
    ) -> pb.InvitePhoneReply:
        """Make a one-time token for a phone."""

        def work(actor: Actor) -> pb.InvitePhoneReply:
            with self._vault.reading() as connection:
                person_of(connection, request.exam_id)  # raises for an exam that is not there
            token, left_s = self._desk.sessions.invite(request.exam_id)
            self._vault.note(actor, Action.INVITE_PHONE, request.exam_id)
            return pb.InvitePhoneReply(phone_token=token, left_s=left_s)

        return await self._answer(context, Action.INVITE_PHONE, request, work)

    async def ExportPerson(  # noqa: N802 - as above
        self, request: pb.ExportPersonRequest, context: Any
    ) -> None:
        """Stream a ZIP of all that is kept of the exam's person; nothing of it stays here."""
        async with errors_as_status(context, "export_person", blotter_of(request)):
            token, exam_id = token_of(context), request.exam_id
            actor = await asyncio.to_thread(self._desk.admit, token, Action.EXPORT_PERSON, exam_id)
            parts = person_zip(self._vault, actor, exam_id)
            while (part := await asyncio.to_thread(next, parts, None)) is not None:
                with ending_when_nobody_listens("export_person"):
                    await context.write(pb.ExportChunk(content=part))
