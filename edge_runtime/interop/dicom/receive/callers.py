"""Who may send: application entity titles, each from an address or a network and nowhere else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from edge_runtime.errors import InvalidField

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
AE_TITLE = re.compile(r"^[!-\[\]-~]([ -\[\]-~]{0,14}[!-\[\]-~])?$")
"""PS3.5 VR AE: 1 to 16 characters of the default repertoire but the backslash."""


@dataclass(frozen=True)
class Callers:
    """The allow-list. Nobody else is heard."""

    allowed: tuple[tuple[str, Network], ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Callers:
        """Return the callers of `TITLE@ADDRESS` or `TITLE@NETWORK/BITS`. Raises InvalidField."""
        allowed = tuple(_caller(text) for text in texts)
        if not allowed:
            raise InvalidField("allow", "name at least one sender: TITLE@ADDRESS")
        return cls(allowed)

    @property
    def titles(self) -> list[str]:
        """All titles, each once."""
        return sorted({title for title, _ in self.allowed})

    def may_connect(self, address: str) -> bool:
        """Return whether anybody may send from an address."""
        at = _plain(address)
        return any(at in network for _, network in self.allowed)

    def may_send(self, title: str, address: str) -> bool:
        """Return whether this title may send from this address."""
        at = _plain(address)
        return any(title == known and at in network for known, network in self.allowed)


def checked_title(title: str, field: str) -> str:
    """Return an application entity title. Raises InvalidField."""
    if not AE_TITLE.match(title):
        raise InvalidField(field, f"{title[:20]!r} is no application entity title")
    return title


def _caller(text: str) -> tuple[str, Network]:
    title, _, place = text.rpartition("@")
    try:
        return checked_title(title, "allow"), ipaddress.ip_network(place, strict=False)
    except ValueError as error:
        raise InvalidField("allow", f"{place[:50]!r} is no address or network") from error


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an address; one of IPv4 that came by IPv6 as what it is."""
    at = ipaddress.ip_address(address.partition("%")[0])
    return getattr(at, "ipv4_mapped", None) or at
