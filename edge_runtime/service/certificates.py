"""The server's TLS files: checked before they are used, and read again when they change.

gRPC asks for them at each handshake, so a renewed certificate, or another authority for the
clients, holds from the next connection on; connections that stand are closed by their age
(server.MAX_CONNECTION_AGE_MS). Files that cannot be used change nothing: the ones before them
serve on, and the log says why.
"""

from __future__ import annotations

import datetime
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from edge_runtime.errors import SettingsError
from edge_runtime.wire.channel import pem

log = logging.getLogger("foreseye.service")

WARNED_DAYS_AHEAD = 21
"""Of the certificate's end; a log line at each start and each reading says so."""


@dataclass(frozen=True)
class Tls:
    """PEM files: the server's certificate and key, and who signs the clients that may call."""

    certificate: str
    key: str
    client_authority: str | None = None
    """None: any client may call; otherwise only one whose certificate this authority signed."""

    @property
    def files(self) -> tuple[str, ...]:
        """All files that are named."""
        named = (self.certificate, self.key, self.client_authority)
        return tuple(file for file in named if file is not None)


@dataclass(frozen=True)
class Validity:
    """What a certificate says of itself."""

    names: tuple[str, ...]
    """Hosts and addresses that it is for."""
    begins: datetime.datetime
    ends: datetime.datetime

    def days_left(self, now: datetime.datetime) -> float:
        """Return the days until it ends, negative when it has ended."""
        return (self.ends - now).total_seconds() / 86_400.0

    def check(self, file: str, now: datetime.datetime) -> None:
        """Raise SettingsError when it has ended or has not begun; the clock may be what is wrong.

        A box without a battery for its clock starts in the past.
        """
        clock = f"; this machine's clock says {now:%Y-%m-%d %H:%M} UTC"
        if now < self.begins:
            begins = f"{self.begins:%Y-%m-%d %H:%M} UTC"
            raise SettingsError(f"the certificate {file} is not valid before {begins}{clock}")
        if now >= self.ends:
            ended = f"{self.ends:%Y-%m-%d %H:%M} UTC"
            raise SettingsError(f"the certificate {file} expired on {ended}{clock}")


class Certificates:
    """The TLS files in use. gRPC's threads may ask at any time."""

    def __init__(self, tls: Tls) -> None:
        """Read the files. Raises SettingsError when one of them cannot be used, or not now."""
        self._tls = tls
        self._lock = threading.Lock()
        self._seen = _state_of(tls)
        self._validity, self._configuration = self._read()

    def credentials(self) -> Any:
        """Return gRPC's server credentials, which follow the files."""
        return grpc.dynamic_ssl_server_credentials(
            self._configuration,
            self.renewed,
            require_client_authentication=self._tls.client_authority is not None,
        )

    def renewed(self) -> Any:
        """Return what gRPC is to use from now on, None while nothing changed that can be used."""
        with self._lock:
            state = _state_of(self._tls)
            if state == self._seen:
                return None
            self._seen = state
            try:
                self._validity, self._configuration = self._read()
            except SettingsError as error:
                log.error("the TLS files from before serve on: %s", error)
                return None
            return self._configuration

    def _read(self) -> tuple[Validity, Any]:
        tls = self._tls
        certificate, key = pem(tls.certificate), pem(tls.key)
        validity = validity_of(tls.certificate, certificate)
        now = datetime.datetime.now(datetime.timezone.utc)
        validity.check(tls.certificate, now)
        _check_key(tls, certificate, key)
        authority = None
        if tls.client_authority is not None:
            authority = pem(tls.client_authority)
            validity_of(tls.client_authority, authority)
        _tell(validity, now)
        return validity, grpc.ssl_server_certificate_configuration([(key, certificate)], authority)


def validity_of(file: str, content: bytes) -> Validity:
    """Return what the first certificate of a PEM file says. Raises SettingsError if it has none."""
    leaf = _leaf(file, content)
    names: tuple[str, ...] = ()
    try:
        stated = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(str(name.value) for name in stated)
    except x509.ExtensionNotFound:
        pass
    return Validity(names, leaf.not_valid_before_utc, leaf.not_valid_after_utc)


def _leaf(file: str, content: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(content)[0]
    except ValueError as error:
        raise SettingsError(f"{file} holds no certificate: {error}") from None


def _check_key(tls: Tls, certificate: bytes, key: bytes) -> None:
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError) as error:  # TypeError: it is encrypted
        raise SettingsError(f"{tls.key} is no private key that can be read: {error}") from None
    public = _leaf(tls.certificate, certificate).public_key()
    way = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*way) != public.public_bytes(*way):
        raise SettingsError(f"{tls.key} is not the key of the certificate {tls.certificate}")


def _tell(validity: Validity, now: datetime.datetime) -> None:
    days = validity.days_left(now)
    level = logging.WARNING if days < WARNED_DAYS_AHEAD else logging.INFO
    names = ", ".join(validity.names) or "no host"
    log.log(level, "TLS certificate for %s, %.1f days left", names, days)


def _state_of(tls: Tls) -> tuple[tuple[int, int, int] | None, ...]:
    return tuple(_state_of_file(file) for file in tls.files)


def _state_of_file(file: str) -> tuple[int, int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
