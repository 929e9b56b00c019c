"""HTTP/2 frames by hand, for clients that no library would let us write (RFC 9113, RFC 7541)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    *(0x0, 0x1, 0x3, 0x4),
    *(0x6, 0x7, 0x8, 0x9),
)
END_STREAM, END_HEADERS = 0x1, 0x4
INITIAL_WINDOW_SIZE = 0x4
CANCEL = 0x8


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return one frame (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(values: Iterable[tuple[int, int]] = ()) -> bytes:
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in values))


def header_block(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return literal headers without indexing and without Huffman (RFC 7541, section 6.2.2)."""
    return b"".join(
        b"\x00" + b"".join(_text(text.encode("ascii")) for text in pair) for pair in pairs
    )


def call_headers(method: str, more: Iterable[tuple[str, str]] = ()) -> bytes:
    """Return the header block that begins a gRPC call."""
    begins = [
        *((":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost")),
        *(("te", "trailers"), ("content-type", "application/grpc")),
    ]
    return header_block([*begins, *more])


def message(content: bytes) -> bytes:
    """Return a gRPC message as it lies in DATA frames."""
    return struct.pack(">BI", 0, len(content)) + content


def connected(port: int, values: Iterable[tuple[int, int]] = ()) -> socket.socket:
    """Return a connection that has said who it is."""
    connection = socket.create_connection(("localhost", port), timeout=10.0)
    connection.sendall(PREFACE + settings(values))
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """Return what the server still sends until it closes or falls silent."""
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except (TimeoutError, ConnectionError):
        pass
    return received


def kinds_in(received: bytes) -> list[int]:
    """Return the kinds of the whole frames in what was received."""
    kinds = []
    while len(received) >= 9:
        length = int.from_bytes(received[:3], "big")
        kinds.append(received[3])
        received = received[9 + length :]
    return kinds


def _text(content: bytes) -> bytes:
    return _integer(len(content)) + content


def _integer(number: int) -> bytes:
    """Return a length with a prefix of seven bits (RFC 7541, section 5.1)."""
    if number < 127:
        return bytes([number])
    written, number = bytearray([127]), number - 127
    while number >= 128:
        written.append(number % 128 + 128)
        number //= 128
    return bytes([*written, number])
