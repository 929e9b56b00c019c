"""Who calls, as far as the connection says it."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any
from urllib.parse import unquote

from edge_runtime.errors import InvalidField, NotAllowed
from edge_runtime.service.access.identity import HOLDER
from edge_runtime.service.access.roles import Role
from edge_runtime.wire.urgency import Urgency

CERTIFICATE = "x509_pem_cert"
"""Where gRPC keeps the certificate that a client showed (grpc core, security constants)."""


def client_of(context: Any) -> str:
    """Return what tells one client from another: its token and certificate, or whence it calls.

    Clients behind one address are one client here; what they must not share they tell apart by
    random keys.
    """
    holder = HOLDER.get()
    shown = context.auth_context().get(CERTIFICATE)
    known = [] if holder is None else [f"token:{holder.id}"]
    if shown:
        known.append("certificate:" + hashlib.sha256(shown[0]).hexdigest())
    return " ".join(known) or "host:" + host_of(context.peer())


def host_of(peer: str) -> str:
    """Return the host of gRPC's `ipv4:1.2.3.4:567`, `ipv6:%5B::1%5D:567` or `unix:...`."""
    scheme, _, rest = unquote(peer).partition(":")
    if scheme == "unix":
        return "unix"
    return rest.rpartition(":")[0].strip("[]")


def is_on_this_machine(host: str) -> bool:
    """Return whether a host as `host_of` gives it is this machine."""
    try:
        return host == "unix" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_may_operate(context: Any) -> None:
    """Return when the caller is an operator.

    Where tokens are asked for: one with that role. Else a caller on this machine, or one with a
    certificate that we asked for. Raises NotAllowed otherwise.
    """
    holder = HOLDER.get()
    if holder is not None:
        if Role.OPERATE not in holder.roles:
            raise NotAllowed(f"token {holder.id} ({holder.name}) is not an operator's")
        return
    here = is_on_this_machine(host_of(context.peer()))
    if not here and not context.auth_context().get(CERTIFICATE):
        raise NotAllowed("a call for the operator came from another machine, without certificate")


def urgency_from(number: int) -> Urgency:
    """Return the urgency of a request's field, kiosk where it is unspecified.

    Raises InvalidField.
    """
    if number == 0:
        return Urgency.KIOSK
    try:
        return Urgency(number)
    except ValueError:
        known = "URGENCY_KIOSK, URGENCY_PHONE, URGENCY_BATCH or unspecified"
        raise InvalidField("urgency", f"must be {known}") from None
