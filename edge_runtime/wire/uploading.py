"""The client's side of an upload in chunks: it asks what has arrived and goes on from there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from edge_runtime.errors import ServerFailed
from edge_runtime.wire import screening_pb2 as pb

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
