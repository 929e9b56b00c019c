"""The client's side of an upload in chunks: it asks what has arrived and goes on from there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edge_runtime.errors import ServerFailed
from edge_runtime.wire import screening_pb2 as pb


@dataclass(frozen=True)
class UploadPart:
    """A part of a file that somebody else cut: at most 1 MiB from `offset` on."""

    key: str
    """Random, one for each file: 16 to 128 letters, digits, dots, dashes or underscores."""
    total_bytes: int
    sha256: str
    """Of the whole file, 64 hexadecimal digits."""
    offset: int
    content: bytes


@dataclass(frozen=True)
class UploadProgress:
    """How much of an upload the server has; the next part begins at `received_bytes`."""

    received_bytes: int
    complete: bool


def progress_of(stub: Any, key: str, timeout_s: float) -> UploadProgress:
    """Return how much has arrived under `key`; 0 bytes for a key that is not known."""
    reply = stub.UploadProgress(pb.UploadProgressRequest(upload_key=key), timeout=timeout_s)
    return UploadProgress(reply.received_bytes, reply.complete)


def send_part(stub: Any, part: UploadPart, timeout_s: float) -> UploadProgress:
    """Return how much has arrived with this part."""
    chunk = pb.UploadChunk(
        upload_key=part.key,
        total_bytes=part.total_bytes,
        sha256=part.sha256,
        offset=part.offset,
        content=part.content,
    )
    reply = stub.Upload(iter((chunk,)), timeout=timeout_s)
    return UploadProgress(reply.received_bytes, reply.complete)


CHUNK_BYTES = 128 * 1024
"""Small enough that a phone that loses its network loses little."""


def send_upload(stub: Any, key: str, content: bytes, timeout_s: float) -> None:
    """Return when the server has all of `content` under `key`.

    Raises grpc.RpcError when the connection breaks: call it again then. Raises ServerFailed when
    the server says that bytes are missing though all were sent.
    """
    progress = stub.UploadProgress(pb.UploadProgressRequest(upload_key=key), timeout=timeout_s)
    if progress.complete:
        return
    reply = stub.Upload(chunks(key, content, progress.received_bytes), timeout=timeout_s)
    if not reply.complete:
        raise ServerFailed(f"{reply.received_bytes} of {len(content)} bytes arrived")


def chunks(
    key: str, content: bytes, offset: int = 0, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[pb.UploadChunk]:
    """Yield the messages that carry `content` from `offset` on."""
    first = pb.UploadChunk(
        upload_key=key,
        total_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        offset=offset,
    )
    yield first
    for start in range(offset, len(content), chunk_bytes):
        yield pb.UploadChunk(offset=start, content=content[start : start + chunk_bytes])
