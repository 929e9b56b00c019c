"""The generated code belongs to the proto, and the proto explains itself."""

from __future__ import annotations

import re
from pathlib import Path

from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.generate import GENERATED, PROTO, ROOT, generate


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


def test_every_field_of_the_proto_has_a_comment() -> None:
    lines = (ROOT / PROTO).read_text("utf-8").splitlines()
    fields = [line for line in lines if re.match(r"\s+[\w<>, .]+ \w+ = \d+;", line)]

    assert len(fields) > 100
    assert [line for line in fields if "//" not in line] == []


def test_the_first_value_of_every_enum_says_nothing() -> None:
    for enum in pb.DESCRIPTOR.enum_types_by_name.values():
        assert enum.values_by_number[0].name.endswith("_UNSPECIFIED")
