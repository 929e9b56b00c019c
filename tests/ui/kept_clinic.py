"""A service that keeps records, with one person of each role, for tests of the pages behind it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.records.kept import User
from edge_runtime.records.opening import Place, make_records, open_records
from edge_runtime.records.staff import keep_user
from edge_runtime.records.vault import THE_OPERATOR
from edge_runtime.records.words import Role
from edge_runtime.settings import Settings
from edge_runtime.wire.client import ScreeningClient
from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.records.clinic_of_tests import MASTER
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import live_server
from tests.ui.driving import PATIENCE_S, service_with

SECRET = "correct horse 7"
SHOWN = {
    Role.TECHNICIAN: "Technician One",
    Role.GRADER: "Grader One",
    Role.DOCTOR: "Doctor One",
    Role.ADMINISTRATOR: "Administrator One",
    Role.AUDITOR: "Auditor One",
}
NEWCOMER = "newcomer"
"""A technician whose secret was set by the administrator."""


def staffed(folder: Path) -> Path:
    """Make records with one user of each role, named after it, and a newcomer."""
    vault = make_records(Place(folder), MASTER)
    try:
        for role in (Role.ADMINISTRATOR, *(r for r in SHOWN if r is not Role.ADMINISTRATOR)):
            user = User("", role.value, SHOWN[role], (role,))
            keep_user(vault, THE_OPERATOR, user, SECRET, must_change=False)
        newcomer = User("", NEWCOMER, "New Comer", (Role.TECHNICIAN,))
        keep_user(vault, THE_OPERATOR, newcomer, SECRET, must_change=True)
    finally:
        vault.close()
    return folder


@dataclass(frozen=True)
class LiveClinic:
    """Clients of a service in this process that keeps records."""

    screening: ScreeningClient
    records: RecordsClient
    screener: HeldScreener


@contextmanager
def clinic_in(records: Path, folder: Path) -> Iterator[LiveClinic]:
    """A service of drawn numbers over these records; `folder` is for its bundle."""
    vault = open_records(Place(records), MASTER)
    screener = HeldScreener(a_bundle(folder))
    with (
        live_server(screener, Settings(), vault=vault) as live,
        ScreeningClient(live.address) as screening,
        RecordsClient(live.address, timeout_s=PATIENCE_S) as kept,
    ):
        yield LiveClinic(screening, kept, screener)


@dataclass(frozen=True)
class RunningClinic:
    """A running `foreseye serve --records`."""

    address: str
    folder: Path
    """Of the records."""


@contextmanager
def clinic_with(settings: dict[str, str] | None = None) -> Iterator[RunningClinic]:
    """A running `foreseye serve --records` with one person of each role."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        records = staffed(Path(folder) / "records")
        known = {"FORESEYE_MASTER_KEY": MASTER.content.hex(), **(settings or {})}
        with service_with(known, "--records", str(records)) as address:
            yield RunningClinic(address, records)
