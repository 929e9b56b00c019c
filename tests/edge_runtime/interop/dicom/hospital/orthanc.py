"""A real archive and worklist server, Orthanc, on free ports and in a folder of its own.

Debian's packages `orthanc` and `orthanc-dicomweb`. It is killed at the end: there is nothing to
keep, and it ends with us should we be killed first. Debian's 1.10.1 breaks down (SIGSEGV) at the
first HTTPS request, so DICOMweb over TLS goes through a front of ours, as it goes through nginx in
a hospital; its DICOM TLS is its own.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3
from pydicom import dcmread
from pydicom.dataset import Dataset

ORTHANC = Path("/usr/sbin/Orthanc")
PLUGINS = Path("/usr/share/orthanc/plugins")
NEEDED = (ORTHANC, PLUGINS / "libOrthancDicomWeb.so", PLUGINS / "libModalityWorklists.so")
TITLE, USER, PASSWORD = "ORTHANC", "box", "open sesame"
READY_WITHIN_S = 30.0


def require_orthanc() -> None:
    """Skip where Debian's Orthanc is not installed; fail where it must be."""
    missing = [str(path) for path in NEEDED if not path.exists()]
    if not missing:
        return
    reason = f"no {missing[0]} here (Debian orthanc, orthanc-dicomweb)"
    if os.environ.get("FORESEYE_REQUIRE_ORTHANC") == "1":
        pytest.fail(f"FORESEYE_REQUIRE_ORTHANC=1 and there is {reason}")
    pytest.skip(reason)


@dataclass(frozen=True)
class Pem:
    """The files of a server that speaks TLS to whom its authority signed."""

    authority: str
    certificate: str
    key: str


@dataclass
class Orthanc:
    """A server that runs."""

    folder: Path
    http_port: int
    dicom_port: int
    pem: Pem | None = None
    _http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    @property
    def web(self) -> str:
        """Its DICOMweb, as `send` takes it."""
        return f"{self._root}/dicom-web"

    @property
    def entity(self) -> str:
        """Its application entity, as `send` and `worklist` take it."""
        return f"{TITLE}@localhost:{self.dicom_port}"

    @property
    def worklists(self) -> Path:
        """The folder that its worklist is made of."""
        return self.folder / "worklists"

    @property
    def _root(self) -> str:
        return f"http://localhost:{self.http_port}"

    def asked(self, method: str, path: str, body: str | None = None) -> bytes:
        """What its own interface answers, which is not DICOMweb's."""
        headers = urllib3.make_headers(basic_auth=f"{USER}:{PASSWORD}")
        answer = self._http.request(
            method, self._root + path, body=body, headers=headers, retries=False
        )
        assert answer.status == 200, (path, answer.status)
        return answer.data

    def objects(self) -> dict[str, Dataset]:
        """All that it holds, by SOP Instance UID."""
        found = {}
        for number in json.loads(self.asked("GET", "/instances")):
            dataset = dcmread(io.BytesIO(self.asked("GET", f"/instances/{number}/file")))
            found[str(dataset.SOPInstanceUID)] = dataset
        return found

    def clear(self) -> None:
        """Forget everything."""
        for number in json.loads(self.asked("GET", "/patients")):
            self.asked("DELETE", f"/patients/{number}")

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            self.asked("GET", "/system")
        except urllib3.exceptions.HTTPError:
            return False
        return True

    def close(self) -> None:
        """Close the connections to it."""
        self._http.clear()


@contextmanager
def running(folder: Path, pem: Pem | None = None, **options: Any) -> Iterator[Orthanc]:
    """Yield a server that answers."""
    for name in ("database", "worklists"):
        (folder / name).mkdir()
    for _ in range(3):  # Somebody else may take a port between our look and its start.
        server = Orthanc(folder, free_port(), free_port(), pem)
        (folder / "orthanc.json").write_text(json.dumps(_configuration(server) | options))
        with _process(folder) as process:
            if _came_up(server, process):
                try:
                    yield server
                finally:
                    server.close()
                return
    pytest.fail(f"Orthanc does not start: {(folder / 'log').read_text()[-2000:]}")


@contextmanager
def _process(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    # Killed with us, whatever ends us.
    tied = [shutil.which("setpriv") or "setpriv", "--pdeathsig", "KILL"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*tied, str(ORTHANC), str(folder / "orthanc.json")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _came_up(server: Orthanc, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < until:
        if server.is_ready():
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configuration(server: Orthanc) -> dict[str, Any]:
    configured: dict[str, Any] = {
        "StorageDirectory": str(server.folder / "database"),
        "IndexDirectory": str(server.folder / "database"),
        "HttpPort": server.http_port,
        "DicomPort": server.dicom_port,
        "DicomAet": TITLE,
        "DefaultEncoding": "Utf8",
        "DicomCheckCalledAet": True,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD},
        "DicomModalities": {"box": ["FORESEYE", "127.0.0.1", 1]},
        "DicomAlwaysAllowEcho": False,
        "DicomAlwaysAllowStore": False,
        "Plugins": [str(path) for path in NEEDED[1:]],
        "DicomWeb": {"Enable": True},
        "Worklists": {"Enable": True, "Database": str(server.worklists)},
    }
    if server.pem is None:
        return configured
    return configured | {
        "DicomTlsEnabled": True,
        "DicomTlsCertificate": server.pem.certificate,
        "DicomTlsPrivateKey": server.pem.key,
        "DicomTlsTrustedCertificates": server.pem.authority,
        "DicomTlsRemoteCertificateRequired": True,
    }
