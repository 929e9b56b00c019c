"""A camera's photographs arrive whole over a real association; nobody else's do."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom.ae import ApplicationEntity
from pynetdicom.transport import AssociationSocket

from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.interop.dicom.receive.callers import Callers, checked_title
from edge_runtime.interop.dicom.receive.capped_server import (
    CappedServer,
    ReceiveLimits,
    close_for_good,
)
from edge_runtime.interop.dicom.receive.inbox import Inbox
from edge_runtime.interop.dicom.receive.service import receiving, tls_context
from edge_runtime.interop.dicom.sop_classes import (
    DEFLATED,
    ENCAPSULATED_PDF,
    EXPLICIT_LITTLE,
    OPHTHALMIC_8_BIT,
)
from tests.edge_runtime.cli.command_line import foreseye_afresh
from tests.edge_runtime.interop.dicom.objects import small_native
from tests.edge_runtime.service.authority import Authority

pytestmark = pytest.mark.slow

CAMERA = "CAMERA1"
ROOMY = ReceiveLimits(max_object_bytes=4_000_000, min_free_bytes=0)


@contextmanager
def listening(folder: Path, *allow: str, **options: Any) -> Iterator[CappedServer]:
    callers = Callers.of(allow or (f"{CAMERA}@127.0.0.1",))
    options = {"limits": ROOMY, **options}
    inbox = Inbox(folder)
    with receiving(inbox, "FORESEYE", ("127.0.0.1", 0), callers, **options) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def sent(
    server: CappedServer,
    *objects: Dataset,
    title: str = CAMERA,
    called: str = "FORESEYE",
    syntax: str = EXPLICIT_LITTLE,
    sop_class: str = OPHTHALMIC_8_BIT,
    tls: ssl.SSLContext | None = None,
) -> list[int] | None:
    """Send objects as a camera does; return the statuses, None without an association."""
    camera = ApplicationEntity(ae_title=title)
    camera.acse_timeout = camera.network_timeout = camera.dimse_timeout = 30
    camera.add_requested_context(sop_class, syntax)
    host, port = server.server_address[:2]
    tls_args = (tls, "localhost") if tls else None
    association = camera.associate(str(host), port, ae_title=called, tls_args=tls_args)
    if not association.is_established:
        return None
    statuses = []
    for one in objects:
        answer = association.send_c_store(one)
        statuses.append(int(answer.Status) if "Status" in answer else -1)
    association.release()
    return statuses


def objects(folder: Path) -> list[Path]:
    return sorted((folder / "objects").iterdir())


def test_an_object_arrives_whole_under_a_name_of_our_own(tmp_path: Path) -> None:
    sent_one = small_native()
    with listening(tmp_path) as server:
        assert sent(server, sent_one) == [0x0000]

    (arrived,) = objects(tmp_path)
    received = dcmread(arrived)
    assert received.PixelData == sent_one.PixelData
    assert received.SOPInstanceUID == sent_one.SOPInstanceUID
    assert str(sent_one.SOPInstanceUID) not in arrived.name
    assert arrived.read_bytes()[:128] == bytes(128)
    assert list((tmp_path / ".receiving").iterdir()) == []
    (noted,) = map(json.loads, (tmp_path / "received.jsonl").read_text().splitlines())
    assert (noted["object"], noted["sender"]) == (arrived.name, CAMERA)
    assert "p-1" not in (tmp_path / "received.jsonl").read_text()


def test_an_object_that_is_sent_again_is_one_object(tmp_path: Path) -> None:
    one, other = small_native(), small_native(np.full((200, 180, 3), 9, np.uint8))
    with listening(tmp_path) as server:
        assert sent(server, one, other) == [0, 0]
        assert sent(server, one) == [0]

    assert len(objects(tmp_path)) == 2


@pytest.mark.parametrize(
    "wrong", [{"title": "CAMERA2"}, {"called": "ANYBODY"}, {"syntax": DEFLATED},
              {"sop_class": ENCAPSULATED_PDF}],
    ids=str,
)  # fmt: skip
def test_who_or_what_is_not_on_the_list_gets_no_association(
    wrong: dict[str, str], tmp_path: Path
) -> None:
    with listening(tmp_path) as server:
        assert sent(server, small_native(), **wrong) is None  # type: ignore[arg-type]

    assert objects(tmp_path) == []


def test_another_address_is_not_heard_at_all(tmp_path: Path) -> None:
    with listening(tmp_path, f"{CAMERA}@192.0.2.0/24") as server:
        assert sent(server, small_native()) is None


def test_a_title_from_anothers_address_may_not_send(tmp_path: Path) -> None:
    with listening(tmp_path, f"{CAMERA}@192.0.2.7", "ARCHIVE@127.0.0.1") as server:
        assert sent(server, small_native()) == [0x0124]
        assert sent(server, small_native(), title="ARCHIVE") == [0]

    assert len(objects(tmp_path)) == 1


def test_a_uid_that_climbs_is_no_path(tmp_path: Path) -> None:
    evil = small_native()
    with listening(tmp_path / "inbox") as server:
        evil.SOPInstanceUID = "1.2.3"
        evil.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
        assert sent(server, evil) == [0]

    assert [path.suffix for path in objects(tmp_path / "inbox")] == [".dcm"]
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


def raw(server: CappedServer) -> socket.socket:
    host, port = server.server_address[:2]
    connection = socket.create_connection((str(host), port), timeout=20)
    connection.settimeout(20)
    return connection


@pytest.mark.parametrize("kind", range(1, 8))
def test_a_pdu_of_4_gib_is_hung_up_on_unread(kind: int, tmp_path: Path) -> None:
    with listening(tmp_path) as server:
        with raw(server) as connection:
            connection.sendall(struct.pack(">BBL", kind, 0, 0xFFFFFFFF) + b"x" * 100)
            ended = _read_to_the_end(connection)

        assert len(ended) < 1000
        assert sent(server, small_native()) == [0]


def _read_to_the_end(connection: socket.socket) -> bytes:
    found = b""
    try:
        while more := connection.recv(4096):
            found += more
    except ConnectionResetError:
        pass
    return found


def test_an_object_over_the_limit_is_not_taken_and_leaves_nothing(tmp_path: Path) -> None:
    large = small_native(np.zeros((600, 600, 3), np.uint8))
    with listening(
        tmp_path, limits=ReceiveLimits(max_object_bytes=300_000, min_free_bytes=0)
    ) as server:
        assert sent(server, large) == [-1]
        assert sent(server, small_native()) == [0]

    assert len(objects(tmp_path)) == 1
    assert list((tmp_path / ".receiving").iterdir()) == []


def test_many_objects_in_one_association_are_not_taken_for_a_large_one(tmp_path: Path) -> None:
    limits = ReceiveLimits(max_object_bytes=150_000, min_free_bytes=0)
    several = [small_native(np.full((200, 180, 3), n, np.uint8)) for n in range(4)]
    with listening(tmp_path, limits=limits) as server:
        assert sent(server, *several) == [0, 0, 0, 0]


def test_a_nearly_full_disk_takes_nothing_and_says_so(tmp_path: Path) -> None:
    limits = ReceiveLimits(min_free_bytes=1 << 60)
    with listening(tmp_path, limits=limits) as server:
        assert sent(server, small_native()) == [0xA700]

    assert objects(tmp_path) == []


# Hung up on before it has said anything, pynetdicom's own thread may raise InvalidEventError.
@pytest.mark.filterwarnings(
    r"ignore:Exception in thread .*run_reactor:pytest.PytestUnhandledThreadExceptionWarning"
)
def test_no_more_connections_than_allowed(tmp_path: Path) -> None:
    limits = ReceiveLimits(max_associations=2, min_free_bytes=0)
    with listening(tmp_path, limits=limits) as server, raw(server), raw(server):
        deadline = time.monotonic() + 20
        while len(server.active_associations) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        with raw(server) as third:
            assert _read_to_the_end(third) == b""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "pem").mkdir()
    return Authority(tmp_path / "pem", "clinic")


def client_tls(authority: Authority, folder: Path, known: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.file)
    if known:
        camera = authority.issue("camera")
        context.load_cert_chain(camera.certificate, camera.key)
    return context


def test_tls_serves_those_whom_the_authority_signed(tmp_path: Path, authority: Authority) -> None:
    box = authority.issue("box")
    tls = tls_context(Path(box.certificate), Path(box.key), Path(authority.file))
    with listening(tmp_path / "inbox", tls=tls) as server:
        with raw(server):  # says nothing, and holds nobody else up
            assert sent(server, small_native(), tls=client_tls(authority, tmp_path, True)) == [0]
        assert sent(server, small_native()) is None

    assert len(objects(tmp_path / "inbox")) == 1


def test_files_that_are_no_certificates_are_refused(tmp_path: Path) -> None:
    (tmp_path / "box.pem").write_text("not one")

    with pytest.raises(SettingsError, match="TLS files"):
        tls_context(tmp_path / "box.pem", tmp_path / "box.pem", None)


@pytest.mark.parametrize("text", ["CAMERA1", "@10.0.0.1", "A@nowhere", "A" * 17 + "@10.0.0.1", ""])
def test_a_caller_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="allow"):
        Callers.of([text])


def test_an_ipv4_caller_by_ipv6_is_the_same() -> None:
    callers = Callers.of(["A B@10.0.0.0/8"])

    assert callers.may_send("A B", "::ffff:10.1.2.3")
    assert not callers.may_connect("::1")
    assert checked_title("A B", "allow") == "A B"


@pytest.mark.parametrize(
    ("options", "told_of"),
    [
        ([], "allow"),
        (["--allow", "A@10.0.0.1", "--address", "0.0.0.0:0"], "other machines reach it"),
        (["--allow", "A@10.0.0.1", "--address", "localhost"], "no ADDRESS:PORT"),
        (["--allow", "A@10.0.0.1", "--tls-cert", "a.pem"], "come together"),
        (["--allow", "A@10.0.0.1", "--client-ca", "a.pem"], "needs --tls-cert"),
    ],
)
def test_what_would_be_unsafe_is_bad_usage(
    options: list[str], told_of: str, tmp_path: Path
) -> None:
    told = foreseye_afresh("dicom", "receive", tmp_path / "inbox", *options)

    assert told.code == 2
    assert told_of in told.err


def test_leftovers_of_a_kill_are_swept_and_objects_stay(tmp_path: Path) -> None:
    (tmp_path / ".receiving").mkdir()
    (tmp_path / ".receiving" / "half.dcm").write_bytes(b"x")
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / f"{generate_uid()}.dcm").write_bytes(b"x")

    Inbox(tmp_path)

    assert list((tmp_path / ".receiving").iterdir()) == []
    assert len(objects(tmp_path)) == 1


@pytest.fixture(autouse=True)
def _a_tidy_camera(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """pynetdicom's client, too, leaves its socket open where the server hung up first."""
    caplog.set_level(logging.CRITICAL, logger="pynetdicom")
    monkeypatch.setattr(AssociationSocket, "_shutdown_socket", close_for_good)
