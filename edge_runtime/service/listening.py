"""Where the server may listen, and with which certificate.

Photographs of patients cross the port, so an address that other machines reach needs TLS, unless
the operator says in so many words that the network in front of it is trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from edge_runtime.errors import SettingsError
from edge_runtime.service.certificates import Certificates, Tls
from edge_runtime.wire.address import is_local


@dataclass(frozen=True)
class Listen:
    """An address and its protection."""

    address: str
    """host:port, [IPv6]:port or unix:PATH; port 0 takes a free one."""
    tls: Tls | None = None
    insecure_anywhere: bool = False
    """Listen without TLS where other machines reach it."""

    def __post_init__(self) -> None:
        if self.tls is None and not self.insecure_anywhere and not is_local(self.address):
            raise SettingsError(
                f"{self.address} can be reached from other machines: give --tls-cert and "
                "--tls-key, or --insecure-listen-anywhere if the network is trusted"
            )


def bind(server: grpc.aio.Server, listen: Listen) -> int:
    """Return the port that the server got. Raises SettingsError when it cannot be had."""
    try:
        if listen.tls is None:
            return int(server.add_insecure_port(listen.address))
        return int(server.add_secure_port(listen.address, Certificates(listen.tls).credentials()))
    except RuntimeError:
        raise SettingsError(
            f"cannot listen on {listen.address}: it is taken, or no address of this machine"
        ) from None
