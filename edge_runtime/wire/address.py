"""Where a service is reached, and whether only this machine reaches it."""

from __future__ import annotations

import ipaddress

from edge_runtime.errors import SettingsError


def is_local(address: str) -> bool:
    """Return whether only this machine can reach an address. Raises SettingsError for nonsense."""
    if address.startswith("unix:"):
        return True
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise SettingsError(f"{address!r} is no address; write host:port, such as 127.0.0.1:50051")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
