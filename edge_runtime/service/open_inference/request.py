"""A ModelInferRequest to the inputs of a model, every field checked as Triton checks it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edge_runtime.domain import Tensors
from edge_runtime.service.engines.job import FOREVER
from edge_runtime.service.open_inference.inputs import inputs_from
from edge_runtime.service.open_inference.refused import invalid
from edge_runtime.service.open_inference.served_model import DEFAULT_URGENCY, ServedModel
from edge_runtime.wire.urgency import Urgency

EMPTY_FINAL = "triton_enable_empty_final_response"
RESERVED = (
    "parameter keys starting with 'triton_' are reserved for Triton usage. Only the following keys "
    f"starting with 'triton_' are allowed: {EMPTY_FINAL}"
)


@dataclass(frozen=True)
class Wanted:
    """One output that the caller asks for."""

    name: str
    classes: int = 0
    """Above 0: the best so many, as texts, instead of the tensor."""


@dataclass(frozen=True)
class Asked:
    """A request that is in order."""

    id: str
    inputs: Tensors
    wanted: tuple[Wanted, ...]
    raw: bool
    """Its tensors came raw, so the answer's go raw."""
    urgency: Urgency
    must_begin_by: float
    """On `time.monotonic`."""


def asked_from(request: Any, model: ServedModel) -> Asked:
    """Return what a request asks of a model. Raises InvalidField or NotOffered."""
    for key in request.parameters:
        if key.startswith("triton_") and key != EMPTY_FINAL:
            raise invalid("parameters", RESERVED)
    urgency = _urgency(request.parameters)
    must_begin_by = _must_begin_by(request.parameters)
    wanted = tuple(_wanted(request.outputs, model))
    return Asked(
        request.id,
        inputs_from(request, model),
        wanted,
        bool(request.raw_input_contents),
        urgency,
        must_begin_by,
    )


def _wanted(outputs: Iterable[Any], model: ServedModel) -> Iterable[Wanted]:
    known = {tensor.name for tensor in model.entry.outputs}
    asked: dict[str, Wanted] = {}
    for output in outputs:
        if output.name not in known:
            text = f"unexpected inference output '{output.name}' for model '{model.name}'"
            raise invalid("outputs", text)
        asked[output.name] = Wanted(output.name, _classes(output.parameters))
    return asked.values() or [Wanted(tensor.name) for tensor in model.entry.outputs]


def _classes(parameters: Any) -> int:
    if "classification" not in parameters:
        return 0
    parameter = parameters["classification"]
    text = "invalid value type for 'classification' parameter, expected int64_param"
    if parameter.WhichOneof("parameter_choice") != "int64_param":
        raise invalid("outputs.parameters", text)
    if parameter.int64_param <= 0:
        raise invalid(
            "outputs.parameters", "invalid value for 'classification' parameter, expected >= 0"
        )
    return int(parameter.int64_param)


def _urgency(parameters: Any) -> Urgency:
    number = _number(parameters, "priority", ("int64_param", "uint64_param"))
    # As Triton does: 0 and levels that do not exist are the default.
    return Urgency(number) if number in tuple(Urgency) else DEFAULT_URGENCY


def _must_begin_by(parameters: Any) -> float:
    timeout_us = _number(parameters, "timeout", ("int64_param",))
    return time.monotonic() + timeout_us / 1e6 if timeout_us > 0 else FOREVER


def _number(parameters: Any, key: str, kinds: tuple[str, ...]) -> int:
    if key not in parameters:
        return 0
    parameter = parameters[key]
    kind = parameter.WhichOneof("parameter_choice")
    if kind not in kinds:
        expected = " or ".join(kinds)
        text = f"invalid value type for '{key}' parameter, expected {expected}."
        raise invalid("parameters", text)
    return int(getattr(parameter, kind))
