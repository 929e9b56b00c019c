"""inference.GRPCInferenceService: Open Inference Protocol v2 with Triton's extensions.

The raw protocol bypasses the quality gate, so it is for operators and off unless asked for; every
answer says what its numbers were judged on and from which cut on they count.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import grpc

from edge_runtime import __version__
from edge_runtime.errors import ForeseyeError
from edge_runtime.service.bundles import Bundles
from edge_runtime.service.caller import check_may_operate
from edge_runtime.service.memory_floor import MemoryFloor
from edge_runtime.service.open_inference.inference import Inference, in_order, seconds_from_now
from edge_runtime.service.open_inference.log_settings import LogSwitches
from edge_runtime.service.open_inference.models import (
    WITHDRAWN,
    OfferedModels,
    check_repository,
)
from edge_runtime.service.open_inference.refused import invalid
from edge_runtime.service.open_inference.response import stream_bytes
from edge_runtime.service.open_inference.statistics import statistics_message
from edge_runtime.service.refusals import Blotter, blotter, errors_as_status, foreseen
from edge_runtime.settings import Settings
from edge_runtime.wire.open_inference import INFERENCE_SERVICE, message

EXTENSIONS = (
    "classification",
    "model_repository",
    "schedule_policy",
    "model_configuration",
    "binary_tensor_data",
    "parameters",
    "statistics",
    "logging",
)
"""Triton's names of what is served beyond the six required calls."""

MAX_SECONDS = 600.0
"""The deadline of a caller who sets none, and the longest that one may set."""

_StreamResponse = message("ModelStreamInferResponse")


class OpenInferenceServicer:
    """Every call takes a message and a context; `handlers` says which."""

    def __init__(
        self,
        settings: Settings,
        bundles: Bundles,
        floor: MemoryFloor,
        is_ready: Callable[[], bool],
        changed: Callable[[], None],
    ) -> None:
        """`is_ready` says whether the server takes requests; `changed` hears of (un)loading."""
        self._bundles = bundles
        self._is_ready = is_ready
        self._changed = changed
        self.models = OfferedModels(bundles, settings.max_batch_size)
        self._inference = Inference(self.models, floor)
        self._log = LogSwitches(logging.getLogger("foreseye.service"))

    def close(self) -> None:
        """Leave the process's logger as it was."""
        self._log.remove()

    async def ServerLive(self, _: Any, __: Any) -> Any:  # noqa: N802 - the protocol's name
        """Return that the process answers."""
        return message("ServerLiveResponse")(live=True)

    async def ServerReady(self, _: Any, __: Any) -> Any:  # noqa: N802 - as above
        """Return whether a bundle serves; it stays so while another one is being loaded."""
        return message("ServerReadyResponse")(ready=self._is_ready())

    async def ModelReady(self, request: Any, _: Any) -> Any:  # noqa: N802 - as above
        """Return whether a model is offered; false, not an error, for one that is not known."""
        ready = self._is_ready() and self.models.is_ready(request.name, request.version)
        return message("ModelReadyResponse")(ready=ready)

    async def ServerMetadata(self, _: Any, __: Any) -> Any:  # noqa: N802 - as above
        """Return who serves, and which extensions."""
        return message("ServerMetadataResponse")(
            name="foreseye", version=__version__, extensions=EXTENSIONS
        )

    async def ModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802 - as above
        """Return a model's tensors, and what its numbers were judged on."""
        async with errors_as_status(context, "ModelMetadata", blotter([request.name])):
            with self.models.use(request.name, request.version) as (_, model):
                return model.metadata()

    async def ModelConfig(self, request: Any, context: Any) -> Any:  # noqa: N802 - as above
        """Return how a model is served."""
        async with errors_as_status(context, "ModelConfig", blotter([request.name])):
            with self.models.use(request.name, request.version) as (_, model):
                return message("ModelConfigResponse")(config=model.config())

    async def ModelStatistics(self, request: Any, context: Any) -> Any:  # noqa: N802 - as above
        """Return the counters of one model, or of all."""
        async with errors_as_status(context, "ModelStatistics", blotter([request.name])):
            counted = [
                statistics_message(name, version, counters)
                for (name, version), counters in sorted(self._bundles.statistics.items())
                if request.name in ("", name) and request.version in ("", version)
            ]
            if request.name and not counted:
                raise invalid("name", f"requested model '{request.name}' is not available")
            return message("ModelStatisticsResponse")(model_stats=counted)

    async def ModelInfer(self, request: Any, context: Any) -> bytes:  # noqa: N802 - as above
        """Return a model's outputs, serialised."""
        async with errors_as_status(context, "ModelInfer", _blotter_of(request)):
            ends = seconds_from_now(context.time_remaining(), MAX_SECONDS)
            return await self._inference.answer(request, ends)
        raise AssertionError("errors_as_status ends the call")

    async def ModelStreamInfer(  # noqa: N802 - as above
        self, requests: AsyncIterator[Any], context: Any
    ) -> AsyncIterator[bytes]:
        """Yield the answer to each request of a stream, in their order; an error ends nothing."""
        ends = seconds_from_now(context.time_remaining(), MAX_SECONDS)
        async for answer in in_order(requests, partial(self._answer_in_stream, ends=ends)):
            yield answer

    async def RepositoryIndex(self, request: Any, context: Any) -> Any:  # noqa: N802 - as above
        """Return the models of the bundle in service."""
        async with errors_as_status(context, "RepositoryIndex", blotter(())):
            check_repository(request)
            index = message("RepositoryIndexResponse")()
            with self._bundles.use() as generation:
                for name, offered in sorted(self.models.offered().items()):
                    if offered or not request.ready:
                        state, reason = ("READY", "") if offered else ("UNAVAILABLE", WITHDRAWN)
                        version = generation.version
                        index.models.add(name=name, version=version, state=state, reason=reason)
            return index

    async def RepositoryModelLoad(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Offer a model of the bundle again."""
        async with errors_as_status(context, "RepositoryModelLoad", blotter([request.model_name])):
            check_may_operate(context)
            self.models.load(request)
            self._changed()
        return message("RepositoryModelLoadResponse")()

    async def RepositoryModelUnload(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Withdraw a model from this protocol."""
        name = request.model_name
        async with errors_as_status(context, "RepositoryModelUnload", blotter([name])):
            check_may_operate(context)
            self.models.unload(request)
            self._changed()
        return message("RepositoryModelUnloadResponse")()

    async def LogSettings(self, request: Any, context: Any) -> Any:  # noqa: N802 - as above
        """Return the log's switches, after changing those that the request names."""
        async with errors_as_status(context, "LogSettings", blotter(())):
            if request.settings:
                check_may_operate(context)
                self._log.change(request.settings)
        return self._log.told()

    async def _answer_in_stream(self, request: Any, ends: float) -> bytes:
        try:
            response = await self._inference.answer(request, ends, in_a_stream=True)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - told in the stream, which goes on
            told: ForeseyeError = foreseen(error, "ModelStreamInfer", _blotter_of(request))
            failed = _StreamResponse(error_message=told.public_message)
            failed.infer_response.id = request.id
            return bytes(failed.SerializeToString())
        return stream_bytes(response)


def handlers(servicer: OpenInferenceServicer) -> Any:
    """Return the generic handler that answers the service's calls."""
    calls: dict[str, Any] = {}
    for name in (
        *("ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata"),
        *("ModelConfig", "ModelStatistics", "RepositoryIndex", "RepositoryModelLoad"),
        *("RepositoryModelUnload", "LogSettings"),
    ):
        calls[name] = grpc.unary_unary_rpc_method_handler(
            getattr(servicer, name),
            request_deserializer=message(f"{name}Request").FromString,
            response_serializer=message(f"{name}Response").SerializeToString,
        )
    read = message("ModelInferRequest").FromString
    # These two answer in bytes: see response.py.
    calls["ModelInfer"] = grpc.unary_unary_rpc_method_handler(servicer.ModelInfer, read)
    calls["ModelStreamInfer"] = grpc.stream_stream_rpc_method_handler(
        servicer.ModelStreamInfer, read
    )
    return grpc.method_handlers_generic_handler(INFERENCE_SERVICE, calls)


def _blotter_of(request: Any) -> Blotter:
    # Made when something is logged: making one takes longer than a small model runs.
    def blotted(text: str) -> str:
        names = [tensor.name for tensor in request.inputs]
        return blotter([request.id, request.model_name, *names])(text)

    return blotted
