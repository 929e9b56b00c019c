"""The `foreseye-ui` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from streamlit import config
from typer.testing import CliRunner

from ui.launch import CLINIC_OPTIONS, command, hosts_allowed, streamlit_command


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Run the command line and return what it would become."""
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, line: became.append(line))

    def run(*arguments: str) -> list[str]:
        told = CliRunner().invoke(command, list(arguments))
        assert told.exit_code == 0, told.output
        return became[-1]

    return run


def test_it_serves_this_machine_alone_unless_told_otherwise(
    started: Callable[..., list[str]],
) -> None:
    line = started()

    assert line[0] == sys.executable
    assert "--server.address=127.0.0.1" in line
    assert line[line.index("--") :] == ["--", "--server", "127.0.0.1:50051"]


def test_what_is_given_reaches_streamlit_and_the_entry_script(
    started: Callable[..., list[str]],
) -> None:
    line = started("--server", "box:7000", "--port", "9000")

    assert "--server.port=9000" in line
    assert line[-2:] == ["--server", "box:7000"]


@pytest.mark.parametrize(
    "option",
    [
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=minimal",
        "--server.enableXsrfProtection=true",
        "--server.maxUploadSize=64",
    ],
)
def test_the_settings_of_a_clinic_are_set(started: Callable[..., list[str]], option: str) -> None:
    assert option in started()


@pytest.mark.parametrize("option", sorted(CLINIC_OPTIONS))
def test_streamlit_knows_every_option_that_we_set(option: str) -> None:
    assert option in config.get_config_options()


def test_browsers_may_come_under_the_names_given_and_no_other() -> None:
    assert hosts_allowed("127.0.0.1", []) == ["127.0.0.1", "localhost"]
    assert hosts_allowed("10.0.0.5", ["kiosk.local"]) == ["10.0.0.5", "kiosk.local"]
    assert hosts_allowed("0.0.0.0", ["kiosk.local"]) == ["kiosk.local"]
    line = streamlit_command("s:1", "127.0.0.1", 8501, ["127.0.0.1", "localhost"])
    assert line.count("--server.allowedHosts") == 2


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_listening_everywhere_needs_a_name(address: str) -> None:
    with pytest.raises(typer.BadParameter, match="--allow-host"):
        hosts_allowed(address, [])


def test_a_certificate_needs_its_key(tmp_path) -> None:
    certificate = tmp_path / "cert.pem"
    certificate.write_text("PEM")

    told = CliRunner().invoke(command, ["--tls-cert", str(certificate)])

    assert told.exit_code == 2
    assert "go together" in told.output


def test_what_the_screen_shows_the_service_reaches_the_entry_script(
    started: Callable[..., list[str]], tmp_path: Path
) -> None:
    token = tmp_path / "screen.token"
    token.write_text("fsy_", encoding="ascii")

    assert started("--token-file", str(token))[-2:] == ["--token-file", str(token)]


def test_an_open_network_without_tls_is_warned_of(started: Callable[..., list[str]]) -> None:
    told = CliRunner().invoke(command, ["--address", "10.0.0.5"])

    assert "in the clear" in told.output


def test_the_help_holds_an_example() -> None:
    told = CliRunner().invoke(command, ["--help"])

    assert told.exit_code == 0
    assert "foreseye-ui --server 127.0.0.1:50051" in told.output
