"""The standard protocol beside our own: health for each service and model, reflection, and off
unless asked for."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
import tritonclient.grpc as triton
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from edge_runtime.cli.session import opened_pipeline
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.service.held_screener import PATIENCE_S
from tests.edge_runtime.service.live_server import READY_PATIENCE_S, LiveServer, live_server
from tests.edge_runtime.service.open_inference.tiny_server import inferred, tiny_server
from tests.edge_runtime.service.tiny_bundle import TinyBundle, images, tiny_bundle

pytestmark = pytest.mark.slow

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE = "inference.GRPCInferenceService"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> TinyBundle:
    return tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="module")
def live(bundle: TinyBundle) -> Iterator[LiveServer]:
    with tiny_server(bundle) as live:
        yield live


@pytest.fixture
def channel(live: LiveServer) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(live.address) as channel:
        yield channel


@pytest.mark.parametrize("service", ["", "foreseye.v1.Screening", SERVICE, f"{SERVICE}/findings"])
def test_each_service_and_model_has_its_health(channel: grpc.Channel, service: str) -> None:
    request = health_pb2.HealthCheckRequest(service=service)

    assert health_pb2_grpc.HealthStub(channel).Check(request).status == SERVING


def test_a_watcher_of_a_model_hears_that_it_is_withdrawn_and_the_others_do_not(
    channel: grpc.Channel, live: LiveServer
) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    request = health_pb2.HealthCheckRequest(service=f"{SERVICE}/findings")
    watch = stub.Watch(request, timeout=PATIENCE_S)
    assert next(watch).status == SERVING

    with triton.InferenceServerClient(live.address) as client:
        client.unload_model("findings")
        assert next(watch).status == NOT_SERVING
        for service in ("", SERVICE, f"{SERVICE}/anatomy"):
            assert stub.Check(health_pb2.HealthCheckRequest(service=service)).status == SERVING
        client.load_model("findings")
        assert next(watch).status == SERVING
    watch.cancel()


def test_reflection_knows_both_protocols(channel: grpc.Channel) -> None:
    ask = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
    questions = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="foreseye.v1.Screening"),
    ]

    listed, theirs, ours = ask(iter(questions))

    names = {service.name for service in listed.list_services_response.service}
    assert {SERVICE, "foreseye.v1.Screening", "foreseye.v1.Operation"} <= names
    assert b"ModelInferRequest" in theirs.file_descriptor_response.file_descriptor_proto[0]
    assert b"ScreenRequest" in ours.file_descriptor_response.file_descriptor_proto[0]


def test_the_raw_protocol_is_off_unless_asked_for(bundle: TinyBundle) -> None:
    with live_server(opened_pipeline, bundle.settings) as live:
        live.submit(live.server.ready()).result(READY_PATIENCE_S)
        with (
            triton.InferenceServerClient(live.address) as client,
            pytest.raises(triton.InferenceServerException) as raised,
        ):
            inferred(client, "findings", images(1))
        with ScreeningClient(live.address) as client:
            assert client.is_ready()

    assert raised.value.status() == "StatusCode.UNIMPLEMENTED"
