"""Turns errors into statuses: the public sentence to the caller, the private text to the log.

File names and person ids are the caller's, may be about a patient, and reach neither: what a
request brought is blotted out of a text before it is logged.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import grpc

from edge_runtime.errors import ForeseyeError, ServerFailed
from edge_runtime.service.logs import REQUEST, REQUEST_KEY
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.status import STATUS_OF, refusal_of

log = logging.getLogger("foreseye.service")

BLOT = "[hidden]"

Blotter = Callable[[str], str]


@asynccontextmanager
async def errors_as_status(context: Any, call: str, blotted: Blotter) -> AsyncIterator[None]:
    """End the call with the status of whatever is raised inside. The only caller of abort.

    A leaf of the error tree becomes its own status. Anything else is unforeseen: INTERNAL, with a
    ticket that finds the traceback in the log.
    """
    try:
        yield
    except grpc.aio.AbortError:
        raise  # the call was ended further in
    except Exception as error:  # noqa: BLE001 - the one place where the unforeseen is caught
        refusal = refusal_of(foreseen(error, call, blotted))
        with ending_when_nobody_listens(call):
            trailers = (*refusal.trailers, (REQUEST_KEY, REQUEST.get()))
            await context.abort(refusal.code, refusal.sentence, trailers)


@contextmanager
def ending_when_nobody_listens(call: str) -> Iterator[None]:
    """End the call quietly when gRPC cannot send because the caller went away."""
    try:
        yield
    except grpc.aio.AbortError:
        raise
    except grpc.aio.BaseError as error:
        log.info("%s: the caller went away", call)
        raise asyncio.CancelledError from error


def foreseen(error: Exception, call: str, blotted: Blotter) -> ForeseyeError:
    """Return the error that the caller is told, and log the private text of what was raised."""
    if isinstance(error, ForeseyeError) and type(error) in STATUS_OF:
        log.warning("%s refused: %s: %s", call, type(error).__name__, blotted(str(error)))
        return error
    ticket = secrets.token_hex(4)
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    log.error("%s failed, ticket %s\n%s", call, ticket, blotted(trace))
    failed = ServerFailed(f"ticket {ticket}")
    failed.public_message = f"{ServerFailed.public_message} Quote ticket {ticket} to support."
    return failed


def blotter(private: Iterable[str]) -> Blotter:
    """Return a function that blots texts, and file names with and without suffix, out of a text."""
    words = set()
    for text in private:
        last = re.split(r"[/\\]", text)[-1]
        words |= {text, last, last.rpartition(".")[0]}
    words.discard("")
    if not words:
        return lambda text: text
    longest_first = sorted(words, key=len, reverse=True)
    # Whole words only: a photograph called "a.jpg" must not blot every a out of a traceback.
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text: pattern.sub(BLOT, text)


def blotter_of(request: pb.ScreenRequest | pb.SimulateRequest) -> Blotter:
    """Return the blotter for all that a request brings and that may be about a patient."""
    if isinstance(request, pb.ScreenRequest):
        names = [upload.name for upload in request.photographs]
        return blotter([*names, request.exam_id, request.person.person_id])
    return blotter([request.photograph.name, request.person.person_id])
