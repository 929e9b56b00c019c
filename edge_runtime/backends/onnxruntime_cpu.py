"""ONNX Runtime on plain processors."""

from __future__ import annotations

import onnxruntime as ort

from edge_runtime.domain import Tensors
from edge_runtime.errors import InferenceFailed

NAME = "onnxruntime-cpu"


# One arena for all sessions of the process: models that take turns use the same memory. With one
# each the reference bundle holds 400 MB after ten exams, with one for all 259.
ort.create_and_register_allocator(
    ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT),
    None,
)


class OnnxRuntimeCpu:
    """One ONNX graph in one ONNX Runtime session. `run` may be called by several threads at once.

    (Of the runtime: "multiple threads can invoke Run() on the same session object", its C API.)
    """

    name = NAME

    def __init__(self, graph: bytes, threads: int) -> None:
        """Load a self-contained ONNX file. Raises InferenceFailed when the engine refuses it."""
        options = ort.SessionOptions()
        # As many threads as this process may use: ONNX Runtime would size itself to the whole
        # machine and fail to pin its threads inside a container (onnxruntime#8313).
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # The arena stays on: without it each run faults its memory in anew (measured: 1.6 times
        # slower). Its pattern of reuse is off: it kept 666 MB where 396 do, at the same speed.
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.use_env_allocators", "1")
        # Threads that spin while they wait take the cores from what is measured beside them, and
        # gain nothing alone (two cores: 99 against 68 ms beside the biomarkers, 39 and 40 alone).
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(
                graph, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise InferenceFailed(f"ONNX Runtime refuses the graph: {error}") from error

    def run(self, inputs: Tensors) -> Tensors:
        """Return the outputs by name. Raises InferenceFailed when the engine refuses or breaks."""
        names = [output.name for output in self._session.get_outputs()]
        try:
            values = self._session.run(names, inputs)
        except Exception as error:
            raise InferenceFailed(f"ONNX Runtime failed: {error}") from error
        return dict(zip(names, values, strict=True))

    def close(self) -> None:
        """Give the session's memory back."""
        del self._session
