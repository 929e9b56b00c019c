"""Who calls, as far as the connection says it."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any
from urllib.parse import unquote

from edge_runtime.errors import InvalidField, NotAllowed
from edge_runtime.wire.urgency import Urgency

CERTIFICATE = "x509_pem_cert"
"""Where gRPC keeps the certificate that a client showed (grpc core, security constants)."""


def client_of(context: Any) -> str:
    """Return what tells one client from another: its certificate's hash, or where it calls from.

    Clients behind one address are one client here; what they must not share they tell apart by
    random keys.
    """
    shown = context.auth_context().get(CERTIFICATE)
    if shown:
        return "certificate:" + hashlib.sha256(shown[0]).hexdigest()
    return "host:" + host_of(context.peer())


def host_of(peer: str) -> str:
    """Return the host of gRPC's `ipv4:1.2.3.4:567`, `ipv6:%5B::1%5D:567` or `unix:...`."""
    scheme, _, rest = unquote(peer).partition(":")
    if scheme == "unix":
        return "unix"
    return rest.rpartition(":")[0].strip("[]")


def check_may_operate(context: Any) -> None:
    """Return when the caller is on this machine or showed a certificate that we asked for.

    Raises NotAllowed otherwise.
    """
    host = host_of(context.peer())
    if host == "unix" or context.auth_context().get(CERTIFICATE):
        return
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
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
