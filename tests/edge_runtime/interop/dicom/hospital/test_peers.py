"""Where a system of the hospital's is, and the ways that must be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import InvalidField, SettingsError
from edge_runtime.interop.dicom.hospital.peers import (
    Credentials,
    Entity,
    TlsFiles,
    WebPeer,
    check_private,
    entity_of,
    peer_of,
)
from tests.edge_runtime.cli.command_line import foreseye_afresh
from tests.edge_runtime.interop.dicom.objects import file_of, small_native


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("ARCHIVE@10.0.0.9:104", Entity("ARCHIVE", "10.0.0.9", 104)),
        ("A B@archive.example:11112", Entity("A B", "archive.example", 11112)),
        ("A@B@[fe80::1]:104", Entity("A@B", "fe80::1", 104)),
        ("https://a.example/d/", WebPeer("https://a.example/d", "a.example", True)),
        ("http://[::1]:8042/d", WebPeer("http://[::1]:8042/d", "::1", False)),
    ],
)  # fmt: skip
def test_a_peer_is_a_url_or_a_title_at_a_place(text: str, peer: Entity | WebPeer) -> None:
    assert peer_of(text, "archive") == peer


@pytest.mark.parametrize(
    "text",
    [
        "", "ARCHIVE", "ARCHIVE@host", "ARCHIVE@host:0", "ARCHIVE@host:65536", "ARCHIVE@host:x",
        "@host:104", "A" * 17 + "@host:104", "A@ho st:104", "A@-x:104", "A@host:\uff11\uff10",
        "ftp://host/", "https://", "https://u:p@host/", "https://host/?a=b", "https://host/#a",
        "https://host:x/", "https://ho\nst/", "https://[::1/", "https://host/a b",
    ],
)  # fmt: skip
def test_what_is_no_peer_is_refused(text: str) -> None:
    with pytest.raises(InvalidField, match="archive"):
        peer_of(text, "archive")


def test_a_way_that_others_can_read_must_be_asked_for() -> None:
    far, near = entity_of("A@10.0.0.9:104", "archive"), entity_of("A@127.0.0.1:104", "archive")

    with pytest.raises(InvalidField, match="no TLS"):
        check_private(far, has_tls=False, anyway=False, field="archive")
    check_private(far, has_tls=True, anyway=False, field="archive")
    check_private(far, has_tls=False, anyway=True, field="archive")
    check_private(near, has_tls=False, anyway=False, field="archive")


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "a", "password": "b", "token": "c"},
        {"password": "b"},
        {"user": "a:b", "password": "c"},
        {"token": "a\r\nX-Evil: 1"},
    ],
    ids=str,
)
def test_credentials_that_cannot_be_shown_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        Credentials(**wrong)


def test_no_secret_is_in_what_is_printed_of_credentials() -> None:
    shown = repr((Credentials("box", "SECRET"), Credentials(token="SECRET")))

    assert "SECRET" not in shown


def test_tls_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("not one")

    for files in (TlsFiles(authority=tmp_path / "a.pem"), TlsFiles(certificate=tmp_path / "a.pem")):
        with pytest.raises(SettingsError):
            files.context()


@pytest.mark.parametrize(
    ("where", "options", "told_of"),
    [
        ("nowhere", [], "no HOST:PORT"),
        ("https://u:p@127.0.0.1/", [], "no credentials in a URL"),
        ("http://192.0.2.7/", [], "no TLS"),
        ("A@192.0.2.7:104", [], "no TLS"),
        ("http://127.0.0.1/", ["--tls"], "the URL is http"),
        ("A@127.0.0.1:104", ["--ae-title", "A" * 17], "ae-title"),
        ("A@127.0.0.1:104", ["--client-cert", "a.pem"], "come together"),
    ],
)
def test_what_would_be_unsafe_is_bad_usage(
    where: str, options: list[str], told_of: str, tmp_path: Path
) -> None:
    (tmp_path / "a.dcm").write_bytes(file_of(small_native()))

    told = foreseye_afresh("dicom", "send", where, tmp_path, *options)

    assert told.code == 2
    assert told_of in told.err
