"""Where a system of the hospital's is, and how it may be spoken to.

    https://archive.example/dicom-web    DICOMweb (PS3.18): the URL that /studies hangs below
    ARCHIVE@192.168.1.9:11112            DICOM (PS3.7): its application entity title, host and port

What is sent says whose eyes they are, so a way without TLS must be asked for, but on this machine.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.interop.dicom.receive.callers import checked_title

HOST = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$|^[0-9A-Fa-f:.]+$")
PRINTABLE = re.compile(r"^[ -~]*$")


@dataclass(frozen=True)
class WebPeer:
    """A DICOMweb service."""

    url: str
    """Without a slash at its end."""
    host: str
    has_tls: bool


@dataclass(frozen=True)
class Entity:
    """An application entity on the network."""

    title: str
    host: str
    port: int


@dataclass(frozen=True)
class Credentials:
    """What we show to a DICOMweb service: a user and password, or a token, or nothing."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.token and (self.user or self.password):
            raise SettingsError("an archive takes a user or a token, not both")
        if self.password and not self.user:
            raise SettingsError("FORESEYE_ARCHIVE_PASSWORD needs FORESEYE_ARCHIVE_USER")
        if ":" in self.user:
            raise SettingsError("a user's name holds no colon (RFC 7617)")
        if not all(PRINTABLE.match(text) for text in (self.user, self.password, self.token)):
            raise SettingsError("the archive's credentials must be printable ASCII")


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: who signs the hospital's certificates, and what we show of ourselves."""

    authority: Path | None = None
    """None: whom this machine trusts."""
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return a client's TLS, 1.2 or newer. Raises SettingsError for files that cannot be used.

        The name in the peer's certificate is checked, always.
        """
        if (self.certificate is None) != (self.key is None):
            raise SettingsError("--client-cert and --client-key come together")
        try:
            context = ssl.create_default_context(cafile=self.authority)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"the TLS files cannot be used: {error}") from error
        return context


def peer_of(text: str, field: str) -> WebPeer | Entity:
    """Return the peer of a URL or of TITLE@HOST:PORT. Raises InvalidField."""
    return _web_peer(text, field) if "://" in text else entity_of(text, field)


def entity_of(text: str, field: str) -> Entity:
    """Return the peer of TITLE@HOST:PORT; an IPv6 address stands in brackets. Raises InvalidField.

    A title may hold an @, a host none.
    """
    title, _, place = text.rpartition("@")
    host, _, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not HOST.match(host) or not port.isascii() or not port.isdigit():
        raise InvalidField(field, f"{place[:80]!r} is no HOST:PORT")
    if not 0 < int(port) < 65536:
        raise InvalidField(field, f"{port} is no port")
    return Entity(checked_title(title, field), host, int(port))


def check_private(peer: WebPeer | Entity, has_tls: bool, anyway: bool, field: str) -> None:
    """Raise InvalidField for a way that others on the network could read, unless asked for."""
    if not has_tls and not anyway and not is_this_machine(peer.host):
        raise InvalidField(
            field,
            f"{peer.host} is another machine, and the way there has no TLS; "
            "--insecure-no-tls takes it",
        )


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def tls_failure(error: BaseException) -> str | None:
    """Return why TLS did not come about, None when it was something else."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate does not hold: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {cause.reason or 'ended'}"
        cause = cause.__cause__ or cause.__context__
    return None


def _web_peer(text: str, field: str) -> WebPeer:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidField(field, f"{text[:80]!r} is no URL") from None
    if parts.scheme not in ("http", "https") or not host or not HOST.match(host):
        raise InvalidField(field, f"{text[:80]!r} is neither https://HOST/... nor TITLE@HOST:PORT")
    if "@" in parts.netloc:
        raise InvalidField(
            field, "no credentials in a URL: set FORESEYE_ARCHIVE_USER and _PASSWORD, or _TOKEN"
        )
    if parts.query or parts.fragment or not PRINTABLE.match(text) or " " in text:
        raise InvalidField(field, "the URL is the service's own, without a question behind it")
    return WebPeer(text.rstrip("/"), host, parts.scheme == "https")
