"""The C-STORE service: photographs in, nothing out, nobody who is not on the list."""

from __future__ import annotations

import logging
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pynetdicom import _config as pynetdicom_config
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.events import Event

from edge_runtime.errors import ForeseyeError, PhotographError, SettingsError
from edge_runtime.interop.dicom.receive.callers import Callers
from edge_runtime.interop.dicom.receive.capped_server import (
    CappedServer,
    ReceiveLimits,
    connection_ended,
    received_whole,
)
from edge_runtime.interop.dicom.receive.inbox import Inbox
from edge_runtime.interop.dicom.sop_classes import ENCAPSULATED_JPEG, KIND_OF, NATIVE

log = logging.getLogger("foreseye.dicom")

VERIFICATION = "1.2.840.10008.1.1"
SUCCESS, NOT_AUTHORISED, OUT_OF_RESOURCES, NOT_UNDERSTOOD = 0x0000, 0x0124, 0xA700, 0xC000
"""PS3.4 annex B.2.3 and PS3.7 annex C."""
NETWORK_TIMEOUT_S = 60.0
ASSOCIATION_TIMEOUT_S = 30.0


@contextmanager
def receiving(
    inbox: Inbox,
    title: str,
    address: tuple[str, int],
    callers: Callers,
    limits: ReceiveLimits | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[CappedServer]:
    """Yield a server that is ready for `serve_forever`; it is closed when the block ends.

    Meant for a process of its own: what pynetdicom keeps for the whole process (that UIDs are
    checked, that objects stream to the disk, where to) is set here and put back at the end.
    Raises SettingsError when the address cannot be listened on.
    """
    limits = limits or ReceiveLimits()
    entity = _entity(title, callers, limits)
    storing = Storing(inbox, callers, limits)
    handlers: list[Any] = [
        (evt.EVT_C_STORE, storing.store),
        (evt.EVT_C_ECHO, storing.echo),
        (evt.EVT_CONN_CLOSE, connection_ended),
    ]
    with _hardened(inbox.receiving):
        try:
            server = entity.make_server(
                address,
                evt_handlers=handlers,
                ssl_context=tls,
                server_class=CappedServer,
                callers=callers,
                limits=limits,
            )
        except OSError as error:
            raise SettingsError(f"{address[0]}:{address[1]}: {error.strerror}") from error
        assert isinstance(server, CappedServer)
        try:
            yield server
        finally:
            server.server_close()
            for association in server.active_associations:
                association.abort()


def _entity(title: str, callers: Callers, limits: ReceiveLimits) -> ApplicationEntity:
    entity = ApplicationEntity(ae_title=title)
    entity.require_called_aet = True
    entity.require_calling_aet = callers.titles
    entity.maximum_pdu_size = limits.max_pdu_bytes - 1024
    entity.maximum_associations = limits.max_associations
    entity.network_timeout, entity.dimse_timeout = NETWORK_TIMEOUT_S, NETWORK_TIMEOUT_S
    entity.acse_timeout = ASSOCIATION_TIMEOUT_S
    entity.add_supported_context(VERIFICATION)
    for sop_class in KIND_OF:
        entity.add_supported_context(sop_class, sorted(NATIVE | ENCAPSULATED_JPEG))
    return entity


class Storing:
    """Answers C-STORE and C-ECHO."""

    def __init__(self, inbox: Inbox, callers: Callers, limits: ReceiveLimits) -> None:
        self._inbox, self._callers, self._limits = inbox, callers, limits

    def echo(self, event: Event) -> int:
        """Return success to those who may send."""
        return SUCCESS if self._is_known(event) else NOT_AUTHORISED

    def store(self, event: Event) -> int:
        """Return success only when the object lies in the inbox and stays there."""
        received_whole(event.assoc)
        if not self._is_known(event):
            return NOT_AUTHORISED
        if self._inbox.free_bytes() < self._limits.min_free_bytes:
            log.error("nothing is taken any more: the disk is nearly full")
            return OUT_OF_RESOURCES
        title, address = _sender(event)
        try:
            received = self._inbox.take(Path(event.dataset_path), title, address)
        except PhotographError as error:
            log.warning("an object of %s at %s was refused: %s", title, address, error)
            return NOT_UNDERSTOOD
        except ForeseyeError:
            log.exception("an object of %s at %s could not be kept", title, address)
            return OUT_OF_RESOURCES
        log.info("%s: %d bytes from %s at %s", received.name, received.num_bytes, title, address)
        return SUCCESS

    def _is_known(self, event: Event) -> bool:
        title, address = _sender(event)
        known = self._callers.may_send(title, address)
        if not known:
            log.warning("%s at %s may not send: its title is another's", title, address)
        return known


def tls_context(certificate: Path, key: Path, client_authority: Path | None) -> ssl.SSLContext:
    """Return a server's TLS: 1.2 or newer, and only clients of the authority where one is given.

    Raises SettingsError for files that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
        if client_authority is not None:
            context.load_verify_locations(client_authority)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"the TLS files cannot be used: {error}") from error
    return context


def _sender(event: Event) -> tuple[str, str]:
    requestor = event.assoc.requestor
    return requestor.ae_title.strip(), requestor.address


@contextmanager
def _hardened(folder: Path) -> Iterator[None]:
    names = ("ENFORCE_UID_CONFORMANCE", "STORE_RECV_CHUNKED_DATASET")
    before = {name: getattr(pynetdicom_config, name) for name in names}
    place = tempfile.tempdir
    for name in names:
        setattr(pynetdicom_config, name, True)
    # pynetdicom streams objects to wherever temporary files go: beside the inbox, where a full disk
    # is noticed, a rename is whole, and what a kill leaves is swept at the next start.
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = place
        for name, value in before.items():
            setattr(pynetdicom_config, name, value)
