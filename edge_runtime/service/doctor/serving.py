"""What is served: the bundle and its engines, the address, certificates and tokens."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from edge_runtime.errors import ForeseyeError, SettingsError
from edge_runtime.service.access.token_file import read_tokens
from edge_runtime.service.certificates import WARNED_DAYS_AHEAD, Certificates, Tls, validity_of
from edge_runtime.service.doctor.finding import Finding, warning, well, wrong
from edge_runtime.service.screener import Screener
from edge_runtime.wire.address import is_local
from edge_runtime.wire.channel import pem
from edge_runtime.wire.client import ScreeningClient

ANSWER_WITHIN_S = 3.0


def models(opened: Callable[[], AbstractContextManager[Screener]]) -> Finding:
    """Whether the bundle is trusted and its engines give the expected answers on this machine."""
    try:
        with opened() as screener:
            identity = screener.bundle.identity
            engines = ", ".join(
                f"{name} on {model.backend} {model.precision}"
                for name, model in screener.models.items()
            )
    except ForeseyeError as error:
        advice = "Install the bundle again, or choose another with --bundle or FORESEYE_BACKENDS."
        return wrong("bundle and engines", f"{error.public_message} ({error})", advice)
    says = f"{identity.name} {identity.version} gives the expected answers: {engines}."
    return well("bundle and engines", says)


def address(where: str, has_tls: bool) -> Finding:
    """Whether the address can be listened on, and may be without TLS."""
    check = f"address {where}"
    try:
        local = is_local(where)
    except SettingsError as error:
        return wrong(check, str(error), "Such as 127.0.0.1:50051.")
    if not local and not has_tls:
        return wrong(
            check,
            "Other machines reach it, and there is no certificate.",
            "Give --tls-cert and --tls-key; without, the server refuses to start.",
        )
    return _free(check, where)


def _free(check: str, where: str) -> Finding:
    if where.startswith("unix:"):
        return well(check, "A socket of this machine.")
    host, _, port = where.rpartition(":")
    try:
        kind, _, _, _, place = socket.getaddrinfo(host.strip("[]"), int(port))[0]
        with socket.socket(kind, socket.SOCK_STREAM) as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind(place)
    except OSError as error:
        with ScreeningClient(where, timeout_s=ANSWER_WITHIN_S) as client:
            if client.is_ready():
                return well(check, "A screening service serves there already.")
        advice = "Choose another port, or end what listens there (`ss -ltnp`)."
        return wrong(check, f"It cannot be had: {error.strerror or error}.", advice)
    return well(check, "It is free.")


def certificates(tls: Tls, now: datetime) -> list[Finding]:
    """Whether the TLS files hold, how long still, and who can read the key."""
    check = f"certificate {tls.certificate}"
    try:
        Certificates(tls)
        validity = validity_of(tls.certificate, pem(tls.certificate))
    except SettingsError as error:
        return [wrong(check, str(error), "The server does not start with it.")]
    days = validity.days_left(now)
    says = f"For {', '.join(validity.names) or 'no host'}; {days:.0f} days left."
    if days < WARNED_DAYS_AHEAD:
        return [warning(check, says, "Renew it in place; a running server takes it."), own(tls.key)]
    return [well(check, says), own(tls.key)]


def tokens(file: Path, now: datetime) -> list[Finding]:
    """Whether the tokens can be read, and which end soon."""
    check = f"tokens in {file}"
    try:
        records = read_tokens(file).tokens
    except SettingsError as error:
        return [wrong(check, str(error), "`foreseye token create` makes the file.")]
    holding = [record for record in records if record.holds(now)]
    soon = now + timedelta(days=WARNED_DAYS_AHEAD)
    ending = [record.name for record in holding if record.ends is not None and record.ends < soon]
    says = f"{len(holding)} of {len(records)} hold."
    if not holding:
        return [wrong(check, says, "Nobody can call. `foreseye token create`."), own(file)]
    if ending:
        says += f" Ending soon: {', '.join(ending)}."
        return [warning(check, says, "Make new ones and hand them out."), own(file)]
    return [well(check, says), own(file)]


def own(file: str | Path) -> Finding:
    """Whether only its owner reads a secret file."""
    check = f"permissions of {file}"
    try:
        mode = stat.S_IMODE(Path(file).stat().st_mode)
    except OSError as error:
        return wrong(check, f"It cannot be read: {error.strerror}.", "Who owns it?")
    if mode & 0o077:
        return warning(check, f"Others can read it (mode {mode:o}).", f"chmod 600 {file}")
    return well(check, "Only its owner reads it.")
