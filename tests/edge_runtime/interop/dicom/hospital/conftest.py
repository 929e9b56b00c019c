"""Servers of the hospital's that all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edge_runtime.interop.dicom.hospital import orthanc as orthancs
from tests.edge_runtime.interop.dicom.hospital.orthanc import Orthanc, Pem
from tests.edge_runtime.interop.dicom.hospital.tls_front import tls_front
from tests.edge_runtime.service.authority import Authority


@pytest.fixture(scope="session")
def started_orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    orthancs.require_orthanc()
    with orthancs.running(tmp_path_factory.mktemp("orthanc")) as server:
        yield server


@pytest.fixture
def orthanc(started_orthanc: Orthanc) -> Orthanc:
    """An archive that holds nothing yet."""
    started_orthanc.clear()
    return started_orthanc


@pytest.fixture(scope="session")
def hospital_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pem"), "hospital")


@pytest.fixture(scope="session")
def orthanc_over_tls(
    tmp_path_factory: pytest.TempPathFactory, hospital_authority: Authority
) -> Iterator[Orthanc]:
    orthancs.require_orthanc()
    issued = hospital_authority.issue("archive")
    pem = Pem(hospital_authority.file, issued.certificate, issued.key)
    with orthancs.running(tmp_path_factory.mktemp("orthanc-tls"), pem) as server:
        yield server


@pytest.fixture
def over_tls(
    orthanc_over_tls: Orthanc, hospital_authority: Authority
) -> Iterator[tuple[Orthanc, dict[str, str]]]:
    """An archive that holds nothing yet, and where both its roads begin."""
    orthanc_over_tls.clear()
    with tls_front(orthanc_over_tls.http_port, hospital_authority) as port:
        web = f"https://localhost:{port}/dicom-web"
        yield orthanc_over_tls, {"web": web, "entity": orthanc_over_tls.entity}
