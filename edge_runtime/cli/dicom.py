"""`foreseye dicom`: receive, where cameras and archives send photographs; send; worklist."""

from __future__ import annotations

import ipaddress
import logging
import signal
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.cli.dicom_peer import host_and_port
from edge_runtime.cli.dicom_send import send
from edge_runtime.cli.dicom_worklist import worklist
from edge_runtime.cli.options import AsJson
from edge_runtime.cli.session import print_json, say, session_of
from edge_runtime.errors import InvalidField
from edge_runtime.names import shown_name

dicom_app = typer.Typer(
    no_args_is_help=True,
    help="Speak DICOM with the hospital: take photographs, send results, ask whom it expects.",
)

dicom_app.command(
    epilog="Example: foreseye dicom send https://archive.example/dicom-web results, or: "
    "foreseye dicom send ARCHIVE@192.168.1.9:11112 results --tls-ca hospital.pem"
)(send)
dicom_app.command(
    epilog="Example: foreseye dicom worklist WORKLIST@192.168.1.9:104 --tls-ca hospital.pem --json"
)(worklist)

Inbox = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that the objects go into.")]
Allow = Annotated[
    list[str],
    typer.Option("--allow", metavar="TITLE@ADDRESS", help="Who may send, from which address or "
                 "network; repeat it for each."),
]  # fmt: skip
Title = Annotated[str, typer.Option("--ae-title", help="Our own application entity title.")]
Address = Annotated[
    str, typer.Option("--address", metavar="HOST:PORT", help="Port 0 takes a free one.")
]
Certificate = Annotated[Path | None, typer.Option("--tls-cert", metavar="PEM")]
Key = Annotated[Path | None, typer.Option("--tls-key", metavar="PEM")]
ClientAuthority = Annotated[
    Path | None,
    typer.Option("--client-ca", metavar="PEM", help="Only clients that this authority signed."),
]
Anywhere = Annotated[
    bool,
    typer.Option(
        "--insecure-listen-anywhere",
        help="Listen without TLS where other machines reach it: many cameras know no TLS.",
    ),
]
ObjectMb = Annotated[int, typer.Option("--max-object-mb", min=1, max=2000)]
Associations = Annotated[int, typer.Option("--max-associations", min=1, max=100)]


@dicom_app.command(
    epilog="Example: foreseye dicom receive inbox --allow CAMERA1@192.168.1.20 "
    "--address 192.168.1.5:11112 --tls-cert box.pem --tls-key box-key.pem --client-ca ca.pem"
)
def receive(
    context: typer.Context,
    folder: Inbox,
    allow: Allow,
    ae_title: Title = "FORESEYE",
    address: Address = "127.0.0.1:11112",
    tls_cert: Certificate = None,
    tls_key: Key = None,
    client_ca: ClientAuthority = None,
    insecure_listen_anywhere: Anywhere = False,
    max_object_mb: ObjectMb = 64,
    max_associations: Associations = 10,
    as_json: AsJson = False,
) -> None:
    """Take photographs that others send by C-STORE, until Ctrl-C.

    Each goes into DIR/objects under its own hash, whole or not at all, before its sender is told
    so; `foreseye batch DIR/objects` screens them. Only senders on the list are heard.
    """
    session_of(context, as_json)
    if find_spec("pynetdicom") is None:
        raise InvalidField("receive", "needs the extra foreseye[interop]")
    from edge_runtime.interop.dicom.receive.callers import Callers, checked_title
    from edge_runtime.interop.dicom.receive.capped_server import ReceiveLimits
    from edge_runtime.interop.dicom.receive.inbox import Inbox as Objects
    from edge_runtime.interop.dicom.receive.service import receiving, tls_context

    host, port = host_and_port(address, "address")
    tls = None
    if tls_cert is not None and tls_key is not None:
        tls = tls_context(tls_cert, tls_key, client_ca)
    _check_open(host, (tls_cert, tls_key, client_ca), insecure_listen_anywhere)
    limits = ReceiveLimits(
        max_object_bytes=max_object_mb * 1_000_000, max_associations=max_associations
    )
    callers, title = Callers.of(allow), checked_title(ae_title, "ae-title")
    logging.getLogger("foreseye").setLevel(logging.INFO)
    with receiving(Objects(folder), title, (host, port), callers, limits, tls) as server:
        listening = f"{host}:{server.server_address[1]}"
        if as_json:
            print_json({"listening": listening, "ae_title": title, "tls": tls is not None})
        say(f"{title} listens at {listening}; objects go to {shown_name(folder / 'objects')}.")
        _serve_until_told(server.serve_forever, server.shutdown)
    say("Stopped. What was answered with success lies in the folder.")


def _serve_until_told(serve: object, stop: object) -> None:
    assert callable(serve)
    assert callable(stop)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    thread = threading.Thread(target=serve, name="dicom-receive", daemon=True)
    thread.start()
    told.wait()
    stop()
    thread.join()


def _check_open(host: str, tls: tuple[Path | None, Path | None, Path | None], anyway: bool) -> None:
    certificate, key, authority = tls
    if (certificate is None) != (key is None):
        raise InvalidField("tls-cert", "and --tls-key come together")
    if certificate is None and authority is not None:
        raise InvalidField("client-ca", "needs --tls-cert and --tls-key")
    if certificate is None and not ipaddress.ip_address(host).is_loopback and not anyway:
        raise InvalidField(
            "address",
            "other machines reach it, so it needs --tls-cert and --tls-key, or "
            "--insecure-listen-anywhere",
        )
