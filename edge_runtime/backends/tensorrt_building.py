"""Builds a TensorRT engine on the device that will run it.

Strongly typed: every precision is written in the graph, so one code serves TensorRT 10.3 (JetPack
6.2), 10.16 (JetPack 7.2) and 11, which knows nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_runtime.durable import write_whole
from edge_runtime.errors import InferenceFailed

TIMING_CACHE = "timing.cache"
"""What each kernel took, so that a second build is repeatable and quick; TensorRT itself refuses
one of another version or device."""

Shape = tuple[int, ...]


def built_plan(
    trt: Any, log: Any, graph: bytes, largest_batch: int, workspace_mb: int, folder: Path
) -> bytes:
    """Return the serialised engine. `trt` is the `tensorrt` module, `log` its logger.

    Raises InferenceFailed with what the parser or the builder said.
    """
    builder = trt.Builder(log)
    network = builder.create_network(_strongly_typed(trt))
    parser = trt.OnnxParser(network, log)
    if not parser.parse(graph):
        told = "; ".join(str(parser.get_error(i)) for i in range(parser.num_errors))
        raise InferenceFailed(f"TensorRT cannot read the graph: {told}")
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, workspace_mb << 20)
    config.add_optimization_profile(_profile(builder, network, largest_batch))
    # fp32 stays fp32: TF32 keeps 10 bits of its 23.
    config.clear_flag(trt.BuilderFlag.TF32)
    cache = _with_timing_cache(config, folder)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise InferenceFailed(f"TensorRT cannot build the engine: {log.last}")
    write_whole(folder / TIMING_CACHE, bytes(cache.serialize()))
    return bytes(plan)


def _strongly_typed(trt: Any) -> int:
    return 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)


def _profile(builder: Any, network: Any, largest_batch: int) -> Any:
    """Return the one profile: batches of 1 to the largest, made fastest for 1."""
    profile = builder.create_optimization_profile()
    for place in range(network.num_inputs):
        tensor = network.get_input(place)
        rest: Shape = tuple(tensor.shape)[1:]
        profile.set_shape(tensor.name, (1, *rest), (1, *rest), (largest_batch, *rest))
    return profile


def _with_timing_cache(config: Any, folder: Path) -> Any:
    path = folder / TIMING_CACHE
    kept = path.read_bytes() if path.is_file() else b""
    cache = config.create_timing_cache(kept)
    if not config.set_timing_cache(cache, ignore_mismatch=False):
        cache = config.create_timing_cache(b"")
        config.set_timing_cache(cache, ignore_mismatch=False)
    return cache
