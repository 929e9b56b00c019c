"""The client's gRPC channel: sizes, keepalive and TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from edge_runtime.errors import SettingsError
from edge_runtime.wire.credentials import with_token

MAX_EVENT_BYTES = 64 * 1024 * 1024
"""The largest event: four pictures of 4096 px; 64 MiB leaves room for the worst PNG."""

CHANNEL_OPTIONS = (
    # What may be sent is the server's to say.
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", MAX_EVENT_BYTES),
    # A kiosk's network drops silently: ask every 30 s, give up after 10 s more.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # gRPC backs off for up to two minutes by default; a clinic that restarts its box waits less.
    ("grpc.max_reconnect_backoff_ms", 5_000),
)


@dataclass(frozen=True)
class Shown:
    """What a client checks of the server, and shows of itself."""

    tls_ca: str | None = None
    """PEM file of the authority that signed the server's certificate; it turns TLS on."""
    tls_certificate: str | None = None
    tls_key: str | None = None
    """PEM files of this client's own certificate, for a server that asks for one."""
    token: str | None = field(default=None, repr=False)


def channel_to(address: str, shown: Shown) -> Any:
    """Return an open channel.

    Raises SettingsError for a file that cannot be read, a certificate without its key, or a token
    that would cross a network in the clear.
    """
    if (shown.tls_certificate is None) != (shown.tls_key is None):
        raise SettingsError("a client's TLS certificate and key are given together")
    channel = _channel_to(address, shown)
    if shown.token is None:
        return channel
    return with_token(channel, shown.token, address, has_tls=shown.tls_ca is not None)


def _channel_to(address: str, shown: Shown) -> Any:
    certificate, key = shown.tls_certificate, shown.tls_key
    if shown.tls_ca is None:
        if certificate is not None:
            raise SettingsError("a client's TLS certificate needs the authority's (tls_ca)")
        return grpc.insecure_channel(address, options=CHANNEL_OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=pem(shown.tls_ca),
        private_key=None if key is None else pem(key),
        certificate_chain=None if certificate is None else pem(certificate),
    )
    return grpc.secure_channel(address, credentials, options=CHANNEL_OPTIONS)


def pem(path: str) -> bytes:
    """Return a PEM file's bytes. Raises SettingsError when it cannot be read or is no PEM."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise SettingsError(f"the TLS file {path} cannot be read: {error.strerror}") from None
    if b"-----BEGIN " not in content:
        raise SettingsError(f"the TLS file {path} is not PEM")
    return content
