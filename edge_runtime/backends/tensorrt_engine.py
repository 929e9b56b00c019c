"""TensorRT through its own Python runtime: one engine, one stream, batches of its profile."""

from __future__ import annotations

import importlib
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from edge_runtime.backends.cuda_driver import CudaDriver
from edge_runtime.backends.tensorrt_building import built_plan
from edge_runtime.backends.tensorrt_files import build_of, engine_folder, keep_engine, kept_engine
from edge_runtime.domain import Tensors
from edge_runtime.errors import BackendUnavailable, EngineRefused, InferenceFailed

if TYPE_CHECKING:
    from edge_runtime.backends.opening import EngineOptions

NAME = "tensorrt"

log = logging.getLogger(__name__)


def opened_engine(graph: bytes, options: EngineOptions) -> TensorRtEngine:
    """Return the engine of a graph on this device; the first time it is built, which takes minutes.

    Raises BackendUnavailable without TensorRT or a device, SettingsError, EngineRefused,
    InferenceFailed.
    """
    folder = engine_folder(options.engines)
    trt = tensorrt_module()
    cuda = CudaDriver()
    device = cuda.device()
    wanted = build_of(
        graph,
        options.precision,
        options.largest_batch,
        options.workspace_mb,
        str(trt.__version__),
        device,
    )
    messages = listening_log(trt)
    plan = kept_engine(folder, wanted)
    if plan is None:
        log.warning("building engine %s for %s, some minutes", wanted.key[:16], device.name)
        started = time.monotonic()
        plan = built_plan(trt, messages, graph, options.largest_batch, options.workspace_mb, folder)
        seconds = round(time.monotonic() - started, 1)
        keep_engine(folder, wanted, plan, device.driver, seconds)
        log.warning("engine %s is built, %.0f s", wanted.key[:16], seconds)
    return TensorRtEngine(trt, cuda, plan, messages)


def tensorrt_module() -> Any:
    """Return the `tensorrt` module. Raises BackendUnavailable."""
    try:
        return importlib.import_module("tensorrt")
    except (ImportError, OSError) as error:
        raise BackendUnavailable(f"TensorRT cannot be loaded: {error}") from None


def listening_log(trt: Any) -> Any:
    """Return a logger for TensorRT that remembers its last error and passes all on to ours."""

    class Listening(trt.ILogger):  # type: ignore[misc]
        last = ""

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.ERROR, trt.ILogger.INTERNAL_ERROR):
                self.last = message
                log.error("TensorRT: %s", message)
            else:
                log.debug("TensorRT: %s", message)

    return Listening()


@dataclass
class _Buffer:
    """Device memory of one tensor, grown when a larger batch comes."""

    address: int = 0
    num_bytes: int = 0


class TensorRtEngine:
    """One deserialised engine."""

    name = NAME

    def __init__(self, trt: Any, cuda: CudaDriver, plan: bytes, messages: Any) -> None:
        """Raises EngineRefused when TensorRT does not take the plan."""
        self._trt, self._cuda, self._messages = trt, cuda, messages
        self._runtime = trt.Runtime(messages)
        self._engine = self._runtime.deserialize_cuda_engine(plan)
        if self._engine is None:
            raise EngineRefused(f"TensorRT does not take the engine: {messages.last}")
        self._context = self._engine.create_execution_context()
        names = [self._engine.get_tensor_name(i) for i in range(self._engine.num_io_tensors)]
        is_input = {
            name: self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT for name in names
        }
        self._inputs = [name for name in names if is_input[name]]
        self._outputs = [name for name in names if not is_input[name]]
        self._dtypes = {
            name: np.dtype(trt.nptype(self._engine.get_tensor_dtype(name))) for name in names
        }
        self._buffers = {name: _Buffer() for name in names}

    def run(self, inputs: Tensors) -> Tensors:
        """Return the outputs by name. Raises InferenceFailed when the engine refuses or breaks."""
        self._cuda.use()
        for name in self._inputs:
            self._feed(name, inputs)
        outputs = {}
        for name in self._outputs:
            shape = tuple(self._context.get_tensor_shape(name))
            outputs[name] = np.empty(shape, self._dtypes[name])
            self._place(name, outputs[name].nbytes)
        if not self._context.execute_async_v3(self._cuda.stream):
            raise InferenceFailed(f"TensorRT failed: {self._messages.last}")
        for name, values in outputs.items():
            self._cuda.copy_out(values, self._buffers[name].address)
        self._cuda.wait()
        return outputs

    def close(self) -> None:
        """Give the device's memory back."""
        self._cuda.use()
        for buffer in self._buffers.values():
            if buffer.address:
                self._cuda.free(buffer.address)
        del self._context, self._engine, self._runtime
        self._cuda.close()

    def _feed(self, name: str, inputs: Tensors) -> None:
        if name not in inputs:
            raise InferenceFailed(f"TensorRT needs the input {name}")
        values = np.ascontiguousarray(inputs[name])
        if values.dtype != self._dtypes[name]:
            raise InferenceFailed(
                f"{name} is {values.dtype}, the engine takes {self._dtypes[name]}"
            )
        if not self._context.set_input_shape(name, values.shape):
            raise InferenceFailed(f"{name} has shape {values.shape}, beyond the engine's profile")
        self._place(name, values.nbytes)
        self._cuda.copy_in(self._buffers[name].address, values)
        # The copy reads host memory that may go with the array: it is over before that.
        self._cuda.wait()

    def _place(self, name: str, num_bytes: int) -> None:
        buffer = self._buffers[name]
        if buffer.num_bytes < num_bytes:
            if buffer.address:
                self._cuda.free(buffer.address)
            buffer.address, buffer.num_bytes = self._cuda.allocated(num_bytes), num_bytes
        if not self._context.set_tensor_address(name, buffer.address):
            raise InferenceFailed(f"TensorRT refuses memory for {name}")
