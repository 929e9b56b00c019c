"""Health and reflection, as a load balancer and grpcurl see them."""

from __future__ import annotations

from collections.abc import Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.service.held_screener import PATIENCE_S
from tests.edge_runtime.service.live_server import LiveServer

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


@pytest.fixture
def channel(live: LiveServer) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(live.address) as channel:
        yield channel


@pytest.mark.parametrize("service", ["", "foreseye.v1.Screening", "foreseye.v1.Operation"])
def test_a_ready_server_is_healthy(channel: grpc.Channel, service: str) -> None:
    request = health_pb2.HealthCheckRequest(service=service)

    assert health_pb2_grpc.HealthStub(channel).Check(request).status == SERVING


def test_a_service_that_is_not_served_here_is_not_found(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="other"))

    assert raised.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_watcher_of_an_unknown_service_is_told_so(channel: grpc.Channel) -> None:
    request = health_pb2.HealthCheckRequest(service="other")
    watch = health_pb2_grpc.HealthStub(channel).Watch(request, timeout=PATIENCE_S)

    assert next(watch).status == SERVICE_UNKNOWN
    watch.cancel()


def test_each_watcher_hears_that_the_server_drains_though_another_left(
    channel: grpc.Channel, live: LiveServer
) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    watches = [stub.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE_S) for _ in range(3)]
    assert [next(watch).status for watch in watches] == [SERVING] * 3
    watches[0].cancel()
    assert stub.Check(health_pb2.HealthCheckRequest()).status == SERVING

    live.call(live.server.stop(grace_s=0.0))

    assert [next(watch).status for watch in watches[1:]] == [NOT_SERVING] * 2


def test_reflection_lists_the_services_and_knows_the_messages(channel: grpc.Channel) -> None:
    ask = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
    questions = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="foreseye.v1.ScreenRequest"),
    ]

    listed, described = ask(iter(questions))

    assert {service.name for service in listed.list_services_response.service} == {
        "foreseye.v1.Operation",
        "foreseye.v1.Screening",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    (file,) = described.file_descriptor_response.file_descriptor_proto
    assert b"PhotographUpload" in file


def test_the_bundle_is_described(client: ScreeningClient, bundle) -> None:  # type: ignore[no-untyped-def]
    described = client.describe_bundle()

    assert (described.name, described.version) == ("drawn", "1.2.3")
    assert described.sha256 == bundle.sha256
    assert described.bundle_json == bundle.manifest_json
    assert described.model_card == "# A drawn bundle\n"
    assert [(m.name, m.backend, m.precision, m.evidence.value) for m in described.models] == [
        ("anatomy", "onnxruntime-cpu", "fp32", "internal")
    ]
