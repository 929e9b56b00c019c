"""An association with an application entity of the hospital's, and why there is none.

As where we listen, no more is read of a PDU or an answer than may be: a peer that we call is a
stranger, too.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import _config as pynetdicom_config
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.events import Event
from pynetdicom.pdu_primitives import A_ASSOCIATE
from pynetdicom.transport import AssociationSocket

from edge_runtime.interop.dicom.hospital.errors import (
    HospitalError,
    HospitalRefused,
    HospitalUnacquainted,
    HospitalUnreachable,
)
from edge_runtime.interop.dicom.hospital.peers import Entity, tls_failure
from edge_runtime.interop.dicom.receive.capped_server import (
    CappedReceive,
    ReceiveLimits,
    close_for_good,
    received_whole,
)

CONNECT_S = 10.0
MAX_ANSWER_BYTES = 1_000_000
"""Of one answer to a question: a worklist's entry, an instance's UIDs."""
AS_WE_WANT_IT = {
    "LOG_REQUEST_IDENTIFIERS": False,
    "LOG_RESPONSE_IDENTIFIERS": False,
    "STORE_SEND_CHUNKED_DATASET": True,
}
"""pynetdicom logs no patients, and streams files rather than parse them and write them anew."""
ACCEPTED, BY_USER = 0, 1
UNACQUAINTED = {3: "it does not know our title", 7: "it is not called by this title"}
"""Diagnostics of a rejection by the service user (PS3.8 section 9.3.4)."""

Context = tuple[str, str | list[str]]
"""An abstract syntax, and its transfer syntaxes."""


@dataclass(frozen=True)
class Caller:
    """Whom we call, and as whom."""

    peer: Entity
    title: str
    """Our own."""
    tls: ssl.SSLContext | None = None
    timeout_s: float = 60.0
    """For each answer."""

    @contextmanager
    def associated(
        self, contexts: Sequence[Context], handlers: Sequence[tuple[Any, ...]] = ()
    ) -> Iterator[Association]:
        """Yield an association; it is released when the block ends, aborted when it broke.

        `handlers` answer what the peer asks on it.

        Raises HospitalUnreachable, HospitalUnacquainted, HospitalRefused.
        """
        with _told_to(**AS_WE_WANT_IT):
            association = self._requested(contexts, handlers)
            connection = association.dul.socket
            assert connection is not None
            try:
                if not association.is_established:
                    raise self._why_not(association)
                with _released(association):
                    yield association
            finally:
                close_for_good(connection)

    def _requested(
        self, contexts: Sequence[Context], handlers: Sequence[tuple[Any, ...]]
    ) -> Association:
        entity = _TidyEntity(ae_title=self.title)
        entity.connection_timeout = CONNECT_S
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = self.timeout_s
        for abstract_syntax, transfer_syntaxes in contexts:
            entity.add_requested_context(abstract_syntax, transfer_syntaxes)
        return entity.associate(
            self.address(),
            self.peer.port,
            ae_title=self.peer.title,
            tls_args=(self.tls, self.peer.host) if self.tls else None,
            evt_handlers=[(evt.EVT_CONN_OPEN, _cap, [self.timeout_s]), *handlers],
        )

    def address(self) -> str:
        """Return the peer's address. Raises HospitalUnreachable for a name that has none."""
        try:
            found = socket.getaddrinfo(self.peer.host, self.peer.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise HospitalUnreachable(f"{self.peer.host}: no such host") from error
        return str(found[0][4][0])

    def _why_not(self, association: Association) -> HospitalError:
        # pynetdicom leaves an answer unread where the peer hung up right behind it.
        answer = association.acceptor.primitive or association.dul.receive_pdu()
        if not isinstance(answer, A_ASSOCIATE):
            return self._why_no_connection()
        if answer.result != ACCEPTED:
            if answer.result_source == BY_USER and answer.diagnostic in UNACQUAINTED:
                return HospitalUnacquainted(f"rejected: {UNACQUAINTED[answer.diagnostic]}")
            return HospitalRefused(f"rejected: {answer.reason_str}")
        return HospitalRefused("it takes none of these classes and codings")

    def _why_no_connection(self) -> HospitalError:
        """Connect once more: pynetdicom tells its log alone why it could not."""
        place = f"{self.peer.host}:{self.peer.port}"
        try:
            with socket.create_connection(
                (self.peer.host, self.peer.port), CONNECT_S
            ) as connection:
                if self.tls is not None:
                    self.tls.wrap_socket(connection, server_hostname=self.peer.host).close()
        except OSError as error:
            reason = tls_failure(error) or error.strerror or "no answer in time"
            return HospitalUnreachable(f"{place}: {reason}")
        return HospitalUnreachable(f"{place}: it hung up, or gave no answer in time")


class _TidyEntity(ApplicationEntity):
    """Calls others, and leaves no socket open whoever hung up first, or was never there."""

    def _create_socket(self, *arguments: Any, **options: Any) -> AssociationSocket:
        connection = super()._create_socket(*arguments, **options)
        held: Any = connection
        held._shutdown_socket = lambda: close_for_good(connection)
        return connection


def answers(
    association: Association, given: Iterator[tuple[Dataset, Dataset | None]]
) -> Iterator[Dataset | None]:
    """Yield the identifiers that a C-FIND gives, None for one that cannot be read.

    Raises HospitalUnreachable when the answers break off, HospitalRefused.
    """
    last = None
    for status, identifier in given:
        received_whole(association)
        if status is last:  # pynetdicom 3.0.4 tells twice of one that it cannot decode.
            continue
        last = status
        if "Status" not in status:
            raise HospitalUnreachable("its answers broke off")
        if status.Status in (0xFF00, 0xFF01):
            yield identifier
        elif status.Status != 0x0000:
            raise HospitalRefused(f"status {status.Status:04X}H")


@contextmanager
def _told_to(**settings: bool) -> Iterator[None]:
    """Have pynetdicom do what it keeps for the whole process, and put it back at the end."""
    before = {name: getattr(pynetdicom_config, name) for name in settings}
    for name, value in settings.items():
        setattr(pynetdicom_config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(pynetdicom_config, name, value)


@contextmanager
def _released(association: Association) -> Iterator[None]:
    """Release an association when the block ends, abort it when it broke."""
    try:
        yield
    except BaseException:
        association.abort()
        raise
    association.release()


def _cap(event: Event, timeout_s: float) -> None:
    """Read no more than may be from the peer, and wait no longer for the rest of a PDU."""
    connection = event.assoc.dul.socket
    assert connection is not None
    assert connection.socket is not None
    # pynetdicom takes the deadline off a connection, and its abort waits for who reads from it.
    connection.socket.settimeout(timeout_s)
    held: Any = connection
    limits = ReceiveLimits(max_object_bytes=MAX_ANSWER_BYTES)
    held.recv = CappedReceive(connection.recv, limits)
