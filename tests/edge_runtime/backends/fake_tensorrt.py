"""A stand-in for the `tensorrt` module and the CUDA driver: an engine that doubles a picture.

Names and signatures are held against the real bindings in test_tensorrt_names.py.
"""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import numpy as np

VERSION = "10.16.1.11"
PLAN = b"plan of "


class Logger:
    ERROR, INTERNAL_ERROR, WARNING = "error", "internal error", "warning"


class Context:
    def __init__(self) -> None:
        self.shape: tuple[int, ...] = ()
        self.address: dict[str, int] = {}

    def set_input_shape(self, _name: str, shape: tuple[int, ...]) -> bool:
        self.shape = tuple(shape)
        return shape[0] <= 8

    def get_tensor_shape(self, _name: str) -> tuple[int, ...]:
        return self.shape

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.address[name] = address
        return True

    def execute_async_v3(self, _stream: int) -> bool:
        size = int(np.prod(self.shape))
        read = ctypes.cast(self.address["image"], ctypes.POINTER(ctypes.c_uint8 * size)).contents
        written = ctypes.cast(self.address["twice"], ctypes.POINTER(ctypes.c_float * size)).contents
        written[:] = [2.0 * value for value in read]
        return True


class Engine:
    num_io_tensors = 2

    def get_tensor_name(self, place: int) -> str:
        return ("image", "twice")[place]

    def get_tensor_mode(self, name: str) -> str:
        return "input" if name == "image" else "output"

    def get_tensor_dtype(self, name: str) -> type:
        return np.uint8 if name == "image" else np.float32

    def create_execution_context(self) -> Context:
        return Context()


class Runtime:
    def __init__(self, _log: Any) -> None:
        pass

    def deserialize_cuda_engine(self, plan: bytes) -> Engine | None:
        return Engine() if plan.startswith(PLAN) else None


class Builder:
    """Builds a plan that says what it was built from, unless the graph is `unbuildable`."""

    built: list[bytes]

    def __init__(self, _log: Any) -> None:
        self.graph = b""

    def create_network(self, flags: int) -> Any:
        assert flags == 1 << 4, "strongly typed"
        tensor = SimpleNamespace(name="image", shape=(-1, 4, 4, 3))
        return SimpleNamespace(num_inputs=1, get_input=lambda _place: tensor, builder=self)

    def create_builder_config(self) -> Any:
        cache = SimpleNamespace(serialize=lambda: b"timings")
        return SimpleNamespace(
            set_memory_pool_limit=lambda _pool, _bytes: None,
            add_optimization_profile=lambda _profile: 0,
            clear_flag=lambda _flag: None,
            create_timing_cache=lambda _bytes: cache,
            set_timing_cache=lambda _cache, ignore_mismatch: not ignore_mismatch,
        )

    def create_optimization_profile(self) -> Any:
        return SimpleNamespace(set_shape=lambda *_shapes: None)

    def build_serialized_network(self, _network: Any, _config: Any) -> bytes | None:
        return None if b"unbuildable" in self.graph else PLAN + self.graph


class Parser:
    num_errors = 1

    def __init__(self, network: Any, _log: Any) -> None:
        self._builder = network.builder

    def parse(self, graph: bytes) -> bool:
        self._builder.graph = graph
        return b"unreadable" not in graph

    def get_error(self, _place: int) -> str:
        return "no such operator"


def module() -> Any:
    """Return what `import tensorrt` gives."""
    return SimpleNamespace(
        __version__=VERSION,
        ILogger=Logger,
        Builder=Builder,
        OnnxParser=Parser,
        Runtime=Runtime,
        MemoryPoolType=SimpleNamespace(WORKSPACE="workspace"),
        BuilderFlag=SimpleNamespace(TF32="tf32"),
        NetworkDefinitionCreationFlag=SimpleNamespace(STRONGLY_TYPED=4),
        TensorIOMode=SimpleNamespace(INPUT="input", OUTPUT="output"),
        nptype=lambda kind: kind,
    )


class Driver:
    """libcuda in the memory of the process: an address of the device is one of ours."""

    def __init__(self, name: bytes = b"Orin") -> None:
        self.name, self.kept = name, {}

    def __getattr__(self, call: str) -> Any:
        return lambda *_arguments: 0

    def cuDeviceGetName(self, buffer: Any, _size: int, _device: Any) -> int:  # noqa: N802
        buffer.value = self.name
        return 0

    def cuMemAlloc_v2(self, address: Any, size: Any) -> int:  # noqa: N802
        memory = ctypes.create_string_buffer(size.value)
        self.kept[ctypes.addressof(memory)] = memory
        address._obj.value = ctypes.addressof(memory)
        return 0

    def cuMemFree_v2(self, address: Any) -> int:  # noqa: N802
        del self.kept[address.value]
        return 0

    def cuMemcpyHtoDAsync_v2(self, to: Any, come: Any, size: Any, _stream: Any) -> int:  # noqa: N802
        ctypes.memmove(to.value, come.value, size.value)
        return 0

    def cuMemcpyDtoHAsync_v2(self, to: Any, come: Any, size: Any, _stream: Any) -> int:  # noqa: N802
        ctypes.memmove(to.value, come.value, size.value)
        return 0
