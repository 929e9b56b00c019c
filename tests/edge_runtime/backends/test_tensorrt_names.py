"""Every TensorRT name that we call is there in the real bindings, with our number of arguments."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import edge_runtime.backends

RUNTIME = {
    "Runtime.deserialize_cuda_engine": 1,
    "ICudaEngine.create_execution_context": 0,
    "ICudaEngine.get_tensor_name": 1,
    "ICudaEngine.get_tensor_mode": 1,
    "ICudaEngine.get_tensor_dtype": 1,
    "IExecutionContext.set_input_shape": 2,
    "IExecutionContext.get_tensor_shape": 1,
    "IExecutionContext.set_tensor_address": 2,
    "IExecutionContext.execute_async_v3": 1,
}
"""Methods, and how many arguments we give each beside self."""

BUILDER = (
    "create_network", "create_builder_config", "create_optimization_profile", "set_shape",
    "add_optimization_profile", "set_memory_pool_limit", "WORKSPACE", "STRONGLY_TYPED",
    "NetworkDefinitionCreationFlag", "MemoryPoolType", "BuilderFlag", "TF32", "clear_flag",
    "create_timing_cache", "set_timing_cache", "ignore_mismatch", "build_serialized_network",
    "OnnxParser", "parse", "num_errors", "get_error", "num_inputs", "get_input", "serialize",
)  # fmt: skip


@pytest.fixture(scope="module")
def lean() -> Any:
    return pytest.importorskip(
        "tensorrt_lean_bindings", reason="TensorRT's bindings are for x86_64 Linux"
    )


@pytest.mark.parametrize(("name", "arguments"), RUNTIME.items())
def test_the_runtime_has_the_method_with_our_arguments(lean: Any, name: str, arguments: int):
    kind, _, method = name.partition(".")

    told = getattr(getattr(lean, kind), method).__doc__

    signatures = re.findall(rf"{method}\((self: [^)]*)\)", told)
    assert signatures, told
    needed = [len([a for a in s.split(", ")[1:] if " = " not in a]) for s in signatures]
    assert arguments in needed, told


def test_the_runtime_has_the_other_names(lean: Any):
    assert isinstance(lean.ICudaEngine.num_io_tensors, property)
    assert lean.TensorIOMode.INPUT != lean.TensorIOMode.OUTPUT
    assert lean.nptype(lean.DataType.UINT8) is np.uint8
    assert lean.nptype(lean.DataType.FLOAT) is np.float32
    assert lean.__version__.startswith("10.16")
    assert {"ERROR", "INTERNAL_ERROR"} <= set(dir(lean.ILogger))


def test_our_logger_is_one_of_tensorrts(lean: Any):
    from edge_runtime.backends.tensorrt_engine import listening_log

    messages = listening_log(lean)
    messages.log(lean.ILogger.ERROR, "lost")

    assert isinstance(messages, lean.ILogger)
    assert messages.last == "lost"


def test_the_builder_and_the_parser_have_the_names_that_we_call():
    try:
        files = importlib.metadata.files("tensorrt-cu12-bindings") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("TensorRT's bindings are for x86_64 Linux")
    (library,) = (Path(str(f.locate())) for f in files if f.name == "tensorrt.so")
    content = library.read_bytes()

    missing = [name for name in BUILDER if not re.search(rb"\b" + name.encode() + rb"\b", content)]

    assert missing == []


def test_the_lists_above_name_all_that_the_code_calls():
    folder = Path(edge_runtime.backends.__file__).parent
    code = (folder / "tensorrt_building.py").read_text() + (
        folder / "tensorrt_engine.py"
    ).read_text()

    called = set(re.findall(r"(?:builder|network|parser|config|cache|profile)\.(\w+)", code))
    called |= set(re.findall(r"self\._(?:runtime|engine|context)\.(\w+)", code))

    known = {name.partition(".")[2] for name in RUNTIME} | set(BUILDER) | {"num_io_tensors"}
    assert called - {"parse"} <= known
