"""Bundles switched under load: every answer is one bundle's own, and a bad bundle never serves."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from grpc_health.v1 import health_pb2, health_pb2_grpc

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.domain import Exam, PhotographFile, Tensors
from edge_runtime.errors import (
    BundleCorrupt,
    BundleMissing,
    BundleRollback,
    BundleUntrusted,
    ForeseyeError,
    GoldenMismatch,
    InferenceFailed,
    NotAllowed,
)
from edge_runtime.models import LoadedModel
from edge_runtime.service.bundles import PROBATION, STRIKES
from edge_runtime.service.caller import check_may_operate
from edge_runtime.wire.client import Accepted, PhotographDone, ScreeningClient
from tests.edge_runtime.service.held_screener import PATIENCE_S
from tests.edge_runtime.service.live_server import LiveServer
from tests.edge_runtime.service.open_inference.tiny_server import inferred, outputs_of, tiny_server
from tests.edge_runtime.service.tiny_bundle import TinyBundle, images, tiny_bundle

SWITCHES = int(os.environ.get("BUNDLE_SWITCHES", "20"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def old(folder: Path) -> TinyBundle:
    return tiny_bundle(folder / "old", "1.0.0", seed=1)


@pytest.fixture(scope="module")
def new(folder: Path) -> TinyBundle:
    return tiny_bundle(folder / "new", "1.1.0", seed=2)


@pytest.fixture
def live(old: TinyBundle) -> Iterator[LiveServer]:
    with tiny_server(old) as live:
        yield live


@pytest.fixture
def client(live: LiveServer) -> Iterator[ScreeningClient]:
    with ScreeningClient(live.address) as client:
        yield client


@pytest.mark.slow
def test_under_load_no_request_fails_and_every_answer_names_the_bundle_that_made_it(
    live: LiveServer, client: ScreeningClient, old: TinyBundle, new: TinyBundle
) -> None:
    bundles = {"1.0.0": old, "1.1.0": new}
    image_NHWC = images(1, seed=4)
    expected = {v: b.in_process("findings", image_NHWC) for v, b in bundles.items()}
    hashes = {
        v: open_bundle(b.folder, [b.settings.trusted_keys]).sha256 for v, b in bundles.items()
    }
    stop = threading.Event()

    def load() -> dict[str, int]:
        served = dict.fromkeys(bundles, 0)
        with triton.InferenceServerClient(live.address) as asking:
            while not stop.is_set():
                answer = inferred(asking, "findings", image_NHWC)
                response = answer.get_response()
                version = response.model_version
                assert response.parameters["bundle_sha256"].string_param == hashes[version]
                for name, array in outputs_of(answer).items():
                    assert np.array_equal(array, expected[version][name])
                served[version] += 1
        return served

    with ThreadPoolExecutor(4) as askers, grpc.insecure_channel(live.address) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        asking = [askers.submit(load) for _ in range(4)]
        try:
            for number in range(SWITCHES):
                bundle = (new, old)[number % 2]
                identity = client.switch_bundle(str(bundle.folder), allow_rollback=True)
                assert bundles[identity.version] is bundle
        finally:
            stop.set()
        served = [each.result(PATIENCE_S) for each in asking]
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        watch.cancel()
        with pytest.raises(grpc.RpcError):  # cancelled by us: nothing else was ever told
            next(watch)
    assert all(sum(each[version] for each in served) > 0 for version in bundles)


@pytest.mark.slow
def test_an_exam_names_the_bundle_that_makes_it_and_keeps_it_to_the_end(
    client: ScreeningClient, new: TinyBundle
) -> None:
    reference = open_bundle(None)
    eye = reference.read(reference.manifest.golden[0].photograph)
    exam = Exam("exam-1", (PhotographFile("a.jpg", eye), PhotographFile("b.jpg", eye)))

    stream = client.screen(exam, with_pictures=False)
    accepted = next(stream)
    client.switch_bundle(str(new.folder))
    results = [event.result for event in stream if isinstance(event, PhotographDone)]
    after = next(client.screen(exam, with_pictures=False))

    assert isinstance(accepted, Accepted)
    assert isinstance(after, Accepted)
    assert accepted.bundle is not None
    assert after.bundle is not None
    assert [r.bundle for r in results] == [accepted.bundle] * 2
    assert (accepted.bundle.version, after.bundle.version) == ("1.0.0", "1.1.0")


def torn(bundle: TinyBundle, folder: Path) -> Path:
    folder.mkdir()
    for file in bundle.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "findings.onnx").write_bytes(b"\0" + bundle.graphs["findings"][1:])
    return folder


@pytest.mark.parametrize("fault", ["missing", "corrupt", "untrusted", "golden", "older"])
def test_a_bad_bundle_is_refused_and_the_old_one_serves_on(
    live: LiveServer, client: ScreeningClient, new: TinyBundle, tmp_path: Path, fault: str
) -> None:
    bad, error = _bad(fault, new, tmp_path)

    with pytest.raises(error):
        client.switch_bundle(str(bad))

    assert client.is_ready()
    assert client.describe_bundle().version == "1.0.0"
    with triton.InferenceServerClient(live.address) as asking:
        assert inferred(asking, "findings", images(1)).get_response().model_version == "1.0.0"


def _bad(fault: str, new: TinyBundle, tmp_path: Path) -> tuple[Path, type[ForeseyeError]]:
    if fault == "missing":
        return tmp_path / "none", BundleMissing
    if fault == "corrupt":
        return torn(new, tmp_path / "torn"), BundleCorrupt
    if fault == "older":
        return tiny_bundle(tmp_path / "older", "0.9.9").folder, BundleRollback
    if fault == "golden":
        wrong = tiny_bundle(tmp_path / "wrong", "1.2.0", golden_offset=0.5)
        return wrong.folder, GoldenMismatch
    stranger = torn(new, tmp_path / "stranger")
    (stranger / "bundle.json").write_bytes((new.folder / "bundle.json").read_bytes() + b" ")
    return stranger, BundleUntrusted


def test_an_older_bundle_serves_when_that_is_meant(client: ScreeningClient, tmp_path: Path) -> None:
    older = tiny_bundle(tmp_path / "older", "0.9.9")

    assert client.switch_bundle(str(older.folder), allow_rollback=True).version == "0.9.9"


def test_the_bundle_before_comes_back_on_command_and_there_may_be_none(
    client: ScreeningClient, new: TinyBundle
) -> None:
    with pytest.raises(BundleMissing):
        client.roll_back_bundle()
    client.switch_bundle(str(new.folder))

    assert client.roll_back_bundle().version == "1.0.0"
    assert client.describe_bundle().version == "1.0.0"
    # And forth again, from the disk this time: nobody keeps it loaded any more.
    assert client.roll_back_bundle().version == "1.1.0"


def test_the_bundle_is_read_again_from_its_own_folder(
    live: LiveServer, client: ScreeningClient
) -> None:
    assert client.switch_bundle("").version == "1.0.0"


class BrokenEngine:
    name = "onnxruntime-cpu"

    def run(self, inputs: Tensors) -> Tensors:
        raise InferenceFailed("broken")

    def close(self) -> None:
        """Hold nothing."""


def break_findings(live: LiveServer) -> None:
    generation = live.server.bundles.current
    assert generation is not None
    place = generation.room._places["findings"]
    model = place.model
    place.model = LoadedModel(model.name, model.entry, model.identity, BrokenEngine(), model.lock)


def ask(live: LiveServer, times: int) -> list[str]:
    """Return the version of each answer, empty for a failure."""
    versions = []
    with triton.InferenceServerClient(live.address) as asking:
        for _ in range(times):
            try:
                response = inferred(asking, "findings", images(1)).get_response()
                versions.append(response.model_version)
            except triton.InferenceServerException:
                versions.append("")
    return versions


def test_a_new_bundle_that_fails_in_service_gives_way_to_the_old_one(
    live: LiveServer, client: ScreeningClient, new: TinyBundle
) -> None:
    client.switch_bundle(str(new.folder))
    break_findings(live)

    assert ask(live, STRIKES + 2) == [*[""] * STRIKES, "1.0.0", "1.0.0"]
    assert client.is_ready()


def test_a_bundle_that_has_proved_itself_stays(
    live: LiveServer, client: ScreeningClient, new: TinyBundle
) -> None:
    client.switch_bundle(str(new.folder))
    assert set(ask(live, PROBATION)) == {"1.1.0"}
    break_findings(live)

    assert ask(live, STRIKES + 1) == [""] * (STRIKES + 1)


class Calling:
    """A call's context, from somewhere."""

    def __init__(self, peer: str, certificate: bytes | None = None) -> None:
        self._peer, self._certificate = peer, certificate

    def peer(self) -> str:
        return self._peer

    def auth_context(self) -> dict[str, list[bytes]]:
        return {} if self._certificate is None else {"x509_pem_cert": [self._certificate]}


@pytest.mark.parametrize("peer", ["ipv4:127.0.0.1:5", "ipv6:%5B::1%5D:5", "unix:", "unix:/run/f"])
def test_the_box_itself_may_operate(peer: str) -> None:
    check_may_operate(Calling(peer))


@pytest.mark.parametrize("peer", ["ipv4:192.168.1.4:5", "ipv6:%5Bfe80::1%5D:5", "nonsense"])
def test_another_machine_may_not_without_a_certificate(peer: str) -> None:
    with pytest.raises(NotAllowed):
        check_may_operate(Calling(peer))
    check_may_operate(Calling(peer, b"a certificate"))
