"""The generated code belongs to the proto, and the proto explains itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge_runtime.wire import clinic_pb2
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.generate import CLINIC_PROTO, GENERATED, PROTO, ROOT, generate


def test_the_committed_code_is_what_the_proto_generates(tmp_path: Path) -> None:
    made = generate(tmp_path)

    assert [path.name for path in made] == list(GENERATED)
    for path in made:
        committed = ROOT / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), (
            f"{committed.name} differs: run python -m edge_runtime.wire.generate"
        )


def test_the_generated_import_is_absolute() -> None:
    code = (ROOT / PROTO).with_name("screening_pb2_grpc.py").read_text("utf-8")

    assert "from edge_runtime.wire import screening_pb2" in code


@pytest.mark.parametrize("proto", [PROTO, CLINIC_PROTO])
def test_every_field_of_the_proto_has_a_comment(proto: str) -> None:
    lines = (ROOT / proto).read_text("utf-8").splitlines()
    fields = [line for line in lines if re.match(r"\s+[\w<>, .]+ \w+ = \d+;", line)]

    assert len(fields) > 100
    assert [line for line in fields if "//" not in line] == []


def test_the_first_value_of_every_enum_says_nothing() -> None:
    enums = [
        *pb.DESCRIPTOR.enum_types_by_name.values(),
        *clinic_pb2.DESCRIPTOR.enum_types_by_name.values(),
    ]
    for enum in enums:
        assert enum.values_by_number[0].name.endswith("_UNSPECIFIED")
