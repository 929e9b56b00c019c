"""The events of one exam as the client sees them, and the server's refusals raised again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import grpc
from pydantic import ValidationError

from edge_runtime.errors import ServerFailed
from edge_runtime.wire.convert_events import event_from_wire
from edge_runtime.wire.records import ClientEvent, ExamDone
from edge_runtime.wire.status import error_of


@contextmanager
def raised_here() -> Iterator[None]:
    """Raise a status as the error that it stands for, and a broken answer as ServerFailed."""
    try:
        yield
    except grpc.RpcError as status:
        error = error_of(
            status.code(), status.details() or "", tuple(status.trailing_metadata() or ())
        )
        raise error from None
    except ValidationError as error:
        # Without the input: it may be about a patient.
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        raise ServerFailed(f"the server's answer breaks its contract: {problems}") from None
    except KeyError as error:
        raise ServerFailed(f"the server's answer has an unknown value: {error}") from None


class ExamStream(Iterator[ClientEvent]):
    """The events of one exam. One thread iterates; any thread may close."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._done = False

    def __next__(self) -> ClientEvent:
        """Return the next event; StopIteration after ExamDone. Raises the tree's errors."""
        with raised_here():
            for message in self._call:
                event = event_from_wire(message)
                if event is not None:
                    self._done = isinstance(event, ExamDone)
                    return event
        if self._done:
            raise StopIteration
        raise ServerFailed("the server ended the stream before the exam was done")

    def close(self) -> None:
        """Stop the work; the iterating thread gets Cancelled, unless the exam was done."""
        self._call.cancel()

    def __enter__(self) -> ExamStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
