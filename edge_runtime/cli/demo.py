"""`foreseye demo`: two drawn eyes screened, then the server and the clinic screen left running."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.cli.session import say, session_of
from edge_runtime.errors import ServerUnreachable

READY_WITHIN_S = 120.0

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the results.")]
Address = Annotated[str, typer.Option("--address", metavar="HOST:PORT", help="Of the server.")]
Port = Annotated[int, typer.Option("--ui-port", help="Of the clinic screen.", min=1, max=65535)]
Stop = Annotated[
    bool, typer.Option("--stop-when-ready", help="Stop once both have answered; for checks.")
]


def demo(
    context: typer.Context,
    out: Out = Path(".demo"),
    address: Address = "127.0.0.1:50051",
    ui_port: Port = 8501,
    stop_when_ready: Stop = False,
) -> None:
    """Screen the bundle's two sample eyes, then serve them to a browser until Ctrl-C.

    The samples were drawn by the project itself: no photograph of a person ships with it.
    """
    samples = _samples(context)
    if _screened(samples, out) != 0:
        raise typer.Exit(1)
    server = [*_script("foreseye"), "serve", "--address", address]
    screen = [*_script("foreseye-ui"), "--server", address, "--port", str(ui_port)]
    with _running(server) as serving, _running(screen) as showing:
        _wait_for_server(address, serving)
        _wait_for_screen(ui_port, showing)
        say(f"\nClinic screen  http://127.0.0.1:{ui_port}")
        say(f"gRPC server    {address}  (foreseye.v1.Screening, health, reflection)")
        say(f"Sample eyes    {samples[0].parent}")
        say(f"Results        {out.resolve()}")
        say("" if stop_when_ready else "Ctrl-C stops both.")
        if not stop_when_ready:
            _until_interrupted(serving, showing)


PERSON = ("--age", "61", "--sex", "F")
"""Whose eyes the samples are said to be, so that forecasts are given too."""


def _samples(context: typer.Context) -> list[Path]:
    from edge_runtime.bundle.opening import open_bundle

    settings = session_of(context, as_json=False).settings
    keys = [key for key in settings.trusted_keys.split(",") if key]
    bundle = open_bundle(settings.bundle_path, keys)
    return [bundle.path / sample.photograph for sample in bundle.manifest.golden]


def _screened(samples: list[Path], out: Path) -> int:
    """Run the very command that a user would, and return its exit code."""
    command = ["screen", *map(str, samples), *PERSON, "--out", str(out)]
    say(f"$ foreseye {' '.join(command)}")
    return subprocess.run([*_script("foreseye"), *command], check=False).returncode


def _script(name: str) -> list[str]:
    """Return the console script that was installed beside this Python."""
    return [str(Path(sys.executable).with_name(name))]


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_server(address: str, process: subprocess.Popen[bytes]) -> None:
    from edge_runtime.wire.client import ScreeningClient

    with ScreeningClient(address) as client:
        for _ in _attempts(process, f"the server at {address}"):
            if client.is_ready():
                return


def _wait_for_screen(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in _attempts(process, f"the clinic screen at port {port}"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            continue  # not listening yet
        finally:
            connection.close()


def _attempts(process: subprocess.Popen[bytes], what: str) -> Iterator[None]:
    """Yield every quarter second; raise ServerUnreachable when the process ends or time is up."""
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ServerUnreachable(f"{what} ended with exit code {process.returncode}")
        yield
        time.sleep(0.25)
    raise ServerUnreachable(f"{what} was not ready within {READY_WITHIN_S:g} s")


def _until_interrupted(*processes: subprocess.Popen[bytes]) -> None:
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    raise ServerUnreachable("one of the two ended by itself; its own words stand above")
