"""`foreseye bundle switch` and `roll-back`, and SIGHUP, against `foreseye serve` itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tritonclient.grpc as triton

from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.cli.command_line import foreseye_afresh
from tests.edge_runtime.cli.test_serve import json_from
from tests.edge_runtime.service.tiny_bundle import TinyBundle, tiny_bundle

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0


@contextmanager
def serving(bundle: Path, key: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    program = "from edge_runtime.cli.app import main; main()"
    command = [sys.executable, "-W", "error", "-c", program, "serve", "--json"]
    with subprocess.Popen(
        [*command, "--bundle", str(bundle), "--address", "127.0.0.1:0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], "FORESEYE_TRUSTED_KEYS": key},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[TinyBundle, TinyBundle]:
    folder = tmp_path_factory.mktemp("bundles")
    old = tiny_bundle(folder / "old", "1.0.0", seed=1)
    return old, tiny_bundle(folder / "new", "1.1.0", seed=2)


@pytest.mark.slow
def test_an_operator_switches_rolls_back_and_reads_metrics(
    bundles: tuple[TinyBundle, TinyBundle],
) -> None:
    old, new = bundles
    options = ("--open-inference", "--metrics", "127.0.0.1:0")
    with serving(old.folder, old.settings.trusted_keys, *options) as process:
        ready = json_from(process)
        address = str(ready["address"])
        assert ready["open_inference"] is True

        switched = foreseye_afresh("bundle", "switch", str(new.folder), "--address", address)
        back = foreseye_afresh("bundle", "roll-back", "--address", address, "--json")
        refused = foreseye_afresh(
            "bundle", "switch", str(new.folder / "none"), "--address", address
        )

        assert (switched.code, back.code, refused.code) == (0, 0, 1)
        assert "tiny 1.1.0 serves now" in switched.out
        assert back.json["version"] == "1.0.0"
        assert "no model bundle" in refused.err
        with triton.InferenceServerClient(address) as client:
            assert client.is_model_ready("findings", "1.0.0")
        with urllib.request.urlopen(f"http://{ready['metrics']}/metrics") as answer:
            assert b"nv_inference_count" in answer.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.slow
def test_a_hangup_reads_the_bundles_folder_again(
    bundles: tuple[TinyBundle, TinyBundle], tmp_path: Path
) -> None:
    old, new = bundles
    link = tmp_path / "current"
    link.symlink_to(old.folder)
    with serving(link, old.settings.trusted_keys) as process:
        address = str(json_from(process)["address"])
        with ScreeningClient(address) as client:
            assert client.describe_bundle().version == "1.0.0"
            fresh = tmp_path / "fresh"
            fresh.symlink_to(new.folder)
            fresh.rename(link)

            process.send_signal(signal.SIGHUP)

            deadline = time.monotonic() + PATIENCE_S
            while client.describe_bundle().version != "1.1.0":
                assert time.monotonic() < deadline
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_the_identity_of_the_bundle_in_service_is_json_for_machines(
    bundles: tuple[TinyBundle, TinyBundle],
) -> None:
    old, _ = bundles
    told = foreseye_afresh(
        "bundle", "switch", str(old.folder), "--address", "127.0.0.1:1", "--json"
    )

    assert told.code == 1
    assert json.loads(told.out)["error"] == "ServerUnreachable"
