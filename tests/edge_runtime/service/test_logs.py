"""The log: one JSON object a line, the call that a line belongs to, and what gRPC's core knows."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest

from edge_runtime.errors import ServerUnreachable, SettingsError
from edge_runtime.service.core_log import in_words
from edge_runtime.service.logs import (
    REQUEST_KEY,
    JsonLines,
    TextLines,
    begin_request,
    log_format_of,
)
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import ScreeningClient
from edge_runtime.wire.screening_pb2_grpc import ScreeningStub
from tests.edge_runtime.cli.test_serve import json_from, serving
from tests.edge_runtime.service.authority import Authority
from tests.edge_runtime.service.held_screener import PATIENCE_S


def record(**more: Any) -> logging.LogRecord:
    told = {"name": "foreseye.service", "level": logging.WARNING, "msg": 'a\n"b" %d', "args": (1,)}
    return logging.LogRecord(**{**told, "pathname": "", "lineno": 1, "exc_info": None, **more})


def test_a_record_is_one_line_of_json_with_its_calls_id() -> None:
    request = begin_request()

    line = JsonLines().format(record())

    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "WARNING",
        "logger": "foreseye.service",
        "request": request,
        "message": 'a\n"b" 1',
    }
    assert f"WARNING [{request}] a" in TextLines().format(record())


def test_a_traceback_is_part_of_the_message() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        line = JsonLines().format(record(exc_info=sys.exc_info()))

    assert "ValueError: broken" in json.loads(line)["message"]


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="FORESEYE_LOG_FORMAT"):
        log_format_of(Settings(log_format="xml"))


def test_a_line_of_the_core_is_told_in_words() -> None:
    head = "I1130 10:58:42.506878    9206 ssl_transport_security.cc:2563] "
    failed = head + "Handshake failed with error SSL_ERROR_SSL: error:1000007d:SSL routines:"

    expired = in_words(
        failed + "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: certificate has expired"
    )
    assert expired == (
        logging.WARNING,
        "a client was refused in the TLS handshake: its certificate has expired",
    )
    assert "something new" in str(in_words(failed + "something new"))
    assert in_words(head.replace("I", "E", 1) + "bad") == (
        logging.ERROR,
        "ssl_transport_security.cc:2563: bad",
    )
    assert in_words("Traceback (most recent call last):") is None


def test_other_lines_on_standard_error_pass_as_they_are() -> None:
    program = (
        "import os, sys, logging\n"
        "from edge_runtime.service.core_log import CoreLog\n"
        "from edge_runtime.service.logs import LogFormat, log_to\n"
        "with CoreLog() as stream:\n"
        "    log_to(stream, LogFormat.JSON)\n"
        "    os.write(2, b'plain\\n')\n"
        "    os.write(2, b'W1130 10:58:42.506878    9206 a.cc:1] odd\\n')\n"
        "print('after', file=sys.stderr)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    plain, odd, after = told.stderr.splitlines()
    assert (plain, after) == ("plain", "after")
    assert json.loads(odd)["message"] == "a.cc:1: odd"


@pytest.mark.slow
def test_each_line_of_a_server_is_json_and_names_the_call_or_why_a_handshake_failed(
    tmp_path: Path,
) -> None:
    ours = Authority(tmp_path, "ours")
    server, kiosk = ours.issue("server"), ours.issue("kiosk")
    options = ["--address", "127.0.0.1:0", "--json", "--log-format", "json"]
    options += ["--tls-cert", server.certificate, "--tls-key", server.key, "--client-ca", ours.file]
    with serving(*options) as process:
        address = str(json_from(process)["address"])
        with (
            ScreeningClient(address, tls_ca=ours.file, timeout_s=3.0) as stranger,
            pytest.raises(ServerUnreachable),
        ):
            stranger.describe_bundle()
        files = (ours.file, kiosk.key, kiosk.certificate)
        credentials = grpc.ssl_channel_credentials(*(Path(file).read_bytes() for file in files))
        with grpc.secure_channel(address, credentials) as channel:
            stub: Any = ScreeningStub(channel)  # type: ignore[no-untyped-call]
            with pytest.raises(grpc.RpcError) as raised:
                list(stub.Screen(pb.ScreenRequest()))
        request = dict(raised.value.trailing_metadata())[REQUEST_KEY]
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=PATIENCE_S)

    told = [json.loads(line) for line in logged.splitlines()]
    refused = [line["message"] for line in told if line["logger"] == "foreseye.grpc"]
    assert "a client was refused in the TLS handshake: it showed no certificate" in refused
    assert [line["message"] for line in told if line.get("request") == request] == [
        "Screen refused: InvalidField: photographs: needs 1 to 16 of them"
    ]
