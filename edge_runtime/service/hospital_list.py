"""The hospital's worklist as the service asks it: whom, as whom, and how, from the settings."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.service.listening import Listen
from edge_runtime.settings import Settings
from edge_runtime.wire.address import is_local

if TYPE_CHECKING:
    from edge_runtime.interop.dicom.hospital.peers import Entity
    from edge_runtime.interop.dicom.hospital.worklist import Worklist

AskHospital = Callable[[], "Worklist"]
"""Returns whom the hospital expects today. Blocks; raises HospitalError."""

MOST_ENTRIES = 1000


def hospital_list(settings: Settings, listen: Listen, *, has_records: bool) -> AskHospital | None:
    """Return how the hospital is asked whom it expects; None where no worklist is named.

    Nobody is called yet. Raises SettingsError for a name, title or way that cannot be, and where
    strangers could ask us for the list, which names patients.
    """
    if not settings.worklist:
        return None
    _check_callers_are_known(settings, listen, has_records)
    return _asking(settings)


def _check_callers_are_known(settings: Settings, listen: Listen, has_records: bool) -> None:
    has_client_authority = listen.tls is not None and listen.tls.client_authority is not None
    known = has_records or bool(settings.tokens) or has_client_authority
    if not known and not is_local(listen.address):
        raise SettingsError(
            f"{listen.address} can be reached from other machines, and a worklist names patients: "
            "give --records, --tokens or --client-ca"
        )


def _asking(settings: Settings) -> AskHospital:
    if find_spec("pynetdicom") is None:
        raise SettingsError("a worklist needs the extra foreseye[interop]")
    from edge_runtime.interop.dicom.hospital.association import Caller
    from edge_runtime.interop.dicom.hospital.peers import entity_of
    from edge_runtime.interop.dicom.hospital.worklist import Question, worklist
    from edge_runtime.interop.dicom.receive.callers import checked_title

    station = settings.worklist_station
    try:
        peer = entity_of(settings.worklist, "worklist")
        title = checked_title(settings.worklist_title, "worklist_title")
        station = checked_title(station, "worklist_station") if station else ""
        wanted = Question(None, settings.worklist_modality or None, station or None, True)
    except InvalidField as error:
        raise SettingsError(f"the worklist: {error}") from error
    caller = Caller(peer, title, _tls(settings, peer), max(1.0, settings.worklist_timeout_s))

    def ask() -> Worklist:
        today = datetime.now().astimezone().date()
        question = Question(today, wanted.modality, wanted.station, True, MOST_ENTRIES)
        return worklist(caller, question)

    return ask


def _tls(settings: Settings, peer: Entity) -> ssl.SSLContext | None:
    from edge_runtime.interop.dicom.hospital.peers import TlsFiles, is_this_machine

    authority, certificate, key = (
        Path(name) if name else None
        for name in (
            settings.worklist_tls_ca,
            settings.worklist_client_cert,
            settings.worklist_client_key,
        )
    )
    if settings.worklist_tls or authority or certificate or key:
        return TlsFiles(authority, certificate, key).context()
    if not settings.worklist_insecure_no_tls and not is_this_machine(peer.host):
        raise SettingsError(
            f"the worklist: {peer.host} is another machine, and the way there has no TLS; "
            "FORESEYE_WORKLIST_INSECURE_NO_TLS=1 takes it"
        )
    return None
