"""Every role tries every method of every service, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FileDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from edge_runtime.bundle.opening import Bundle
from edge_runtime.interop.dicom.hospital.worklist import Worklist
from edge_runtime.service.access.roles import OPEN, ROLES_OF, Role
from edge_runtime.service.access.token_file import create_token
from edge_runtime.settings import Settings
from edge_runtime.wire import clinic_pb2, screening_pb2
from edge_runtime.wire.open_inference import INFERENCE_SERVICE, POOL
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import LiveServer, live_server


def methods_of(file: FileDescriptor) -> list[str]:
    return [
        f"/{service.full_name}/{method.name}"
        for service in file.services_by_name.values()
        for method in service.methods
    ]


OWN = [
    *methods_of(screening_pb2.DESCRIPTOR),
    *methods_of(health_pb2.DESCRIPTOR),
    *methods_of(reflection_pb2.DESCRIPTOR),
]
INFERENCE = [
    f"/{INFERENCE_SERVICE}/{method.name}"
    for method in POOL.FindServiceByName(INFERENCE_SERVICE).methods
]
NOT_SERVED = {
    f"/{INFERENCE_SERVICE}/{name}"
    for name in (
        *(
            f"{kind}SharedMemory{verb}"
            for kind in ("System", "Cuda")
            for verb in ("Status", "Register", "Unregister")
        ),
        "TraceSetting",
    )
}

RECORDS = methods_of(clinic_pb2.DESCRIPTOR)
"""Served where a clinic keeps records, and not by the server of these tests."""

UNKNOWN, FORBIDDEN = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED


@dataclass(frozen=True)
class Guarded:
    live: LiveServer
    channel: Any
    tokens: dict[Role, str]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    bundle: Bundle = a_bundle(folder)
    file = folder / "tokens.json"
    tokens = {role: create_token(file, role.value, (role,), days=1)[0] for role in Role}
    settings = replace(Settings(), tokens=str(file))
    with (
        live_server(
            HeldScreener(bundle),
            settings,
            open_inference=True,
            ask_hospital=lambda: Worklist((), 0, False),
        ) as live,
        grpc.insecure_channel(live.address) as channel,
    ):
        yield Guarded(live, channel, tokens)


def code_of(channel: Any, method: str, authorization: str | None) -> grpc.StatusCode:
    """Return the status of a call with an empty request, OK once an answer begins to come."""
    metadata = () if authorization is None else (("authorization", authorization),)
    call = channel.stream_stream(method)(iter([b""]), timeout=10.0, metadata=metadata)
    try:
        next(call, None)
    except grpc.RpcError as status:
        return status.code()
    call.cancel()
    return grpc.StatusCode.OK


def test_the_table_names_every_method_that_the_port_offers() -> None:
    served = {*OWN, *RECORDS, *INFERENCE} - NOT_SERVED

    assert set(ROLES_OF) | OPEN == served
    assert not set(ROLES_OF) & OPEN


@pytest.mark.parametrize("method", [*OWN, *INFERENCE])
def test_each_role_gets_through_to_its_own_methods_alone(guarded: Guarded, method: str) -> None:
    for role, token in guarded.tokens.items():
        code = code_of(guarded.channel, method, f"Bearer {token}")

        assert code is not UNKNOWN
        if method in NOT_SERVED:
            assert code is grpc.StatusCode.UNIMPLEMENTED
        elif method in OPEN or role in ROLES_OF[method]:
            assert code is not FORBIDDEN, role
        else:
            assert code is FORBIDDEN, role


@pytest.mark.parametrize("method", [*OWN, *INFERENCE])
def test_without_a_token_only_the_health_can_be_asked_for(guarded: Guarded, method: str) -> None:
    for authorization in (None, "", "Bearer", "Bearer nonsense", "Basic a2lvc2s6a2lvc2s="):
        code = code_of(guarded.channel, method, authorization)

        if method in NOT_SERVED:
            assert code is grpc.StatusCode.UNIMPLEMENTED
        else:
            assert (code is UNKNOWN) == (method not in OPEN)


def test_what_each_role_may_do() -> None:
    screening = {method for method in ROLES_OF if ROLES_OF[method] == {Role.SCREEN}}
    for_all = {method for method in ROLES_OF if ROLES_OF[method] == set(Role)}
    operating = {method for method in ROLES_OF if ROLES_OF[method] == {Role.OPERATE}}

    reading = {method for method in ROLES_OF if ROLES_OF[method] == {Role.SCREEN, Role.READ}}

    assert screening | reading | for_all | operating == set(ROLES_OF)
    assert reading < set(RECORDS) < reading | screening
    assert "/foreseye.v1.Screening/Screen" in screening
    assert "/foreseye.v1.Screening/DescribeBundle" in for_all
    assert {m for m in ROLES_OF if "inference" in m or "Operation" in m} == operating
