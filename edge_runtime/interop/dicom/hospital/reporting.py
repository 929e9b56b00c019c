"""Where we listen for an archive's reports: many report on an association of their own.

As where we receive objects: only the archive that we asked, by its title and address, and no more
of it is read than may be.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity

from edge_runtime.errors import SettingsError
from edge_runtime.interop.dicom.hospital.association import Caller
from edge_runtime.interop.dicom.hospital.commitment import CODINGS, COMMITMENT, Reports
from edge_runtime.interop.dicom.receive.callers import Callers
from edge_runtime.interop.dicom.receive.capped_server import CappedServer, ReceiveLimits
from edge_runtime.interop.dicom.receive.service import VERIFICATION

MAX_REPORT_BYTES = 1_000_000
LOOK_EVERY_S = 0.1


@contextmanager
def listening(
    caller: Caller, address: tuple[str, int], tls: ssl.SSLContext | None
) -> Iterator[Reports]:
    """Yield the reports that come to an address, where `caller`'s peer alone may call.

    Raises SettingsError when the address cannot be listened on, HospitalUnreachable.
    """
    reports = Reports()
    place = caller.address().partition("%")[0]
    callers = Callers.of([f"{caller.peer.title}@{place}"])
    entity = _entity(caller, callers)
    handlers: list[Any] = [(evt.EVT_N_EVENT_REPORT, reports.take), (evt.EVT_C_ECHO, lambda _: 0)]
    try:
        server = entity.make_server(
            address,
            evt_handlers=handlers,
            ssl_context=tls,
            server_class=CappedServer,
            callers=callers,
            limits=ReceiveLimits(max_object_bytes=MAX_REPORT_BYTES),
        )
    except OSError as error:
        raise SettingsError(f"{address[0]}:{address[1]}: {error.strerror}") from error
    assert isinstance(server, CappedServer)
    thread = threading.Thread(
        target=server.serve_forever, args=(LOOK_EVERY_S,), name="dicom-reports", daemon=True
    )
    thread.start()
    try:
        yield reports
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for association in server.active_associations:
            association.abort()


def _entity(caller: Caller, callers: Callers) -> ApplicationEntity:
    entity = ApplicationEntity(ae_title=caller.title)
    entity.require_called_aet = True
    entity.require_calling_aet = callers.titles
    entity.network_timeout = entity.dimse_timeout = entity.acse_timeout = caller.timeout_s
    entity.add_supported_context(VERIFICATION)
    # The archive calls, and is the provider of the service all the same (PS3.4 J.3.1).
    entity.add_supported_context(COMMITMENT, CODINGS, scu_role=True, scp_role=True)
    return entity
