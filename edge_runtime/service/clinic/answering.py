"""How every method of the records answers: session, table, work in a thread, errors as statuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message

from edge_runtime.records.access import Action
from edge_runtime.records.vault import Actor
from edge_runtime.service.clinic.desk import Desk, blotter_of, token_of
from edge_runtime.service.refusals import errors_as_status

Reply = TypeVar("Reply", bound=Message)


class Answering:
    """What the parts of the servicer share."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._vault = desk.vault

    async def _answer(
        self, context: Any, action: Action, request: Message, work: Callable[[Actor], Reply]
    ) -> Reply:
        """Return what `work` makes for whoever asks, if the table allows it. Runs in a thread."""
        call = action.value
        async with errors_as_status(context, call, blotter_of(request)):
            token = token_of(context)
            exam_id = str(getattr(request, "exam_id", ""))

            def admitted() -> Reply:
                return work(self._desk.admit(token, action, exam_id))

            reply = await asyncio.to_thread(admitted)
        return reply  # noqa: RET504 - a refusal leaves the block above
