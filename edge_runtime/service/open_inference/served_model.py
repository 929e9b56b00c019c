"""One model of the bundle in service, described as stock clients ask for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from edge_runtime.contracts.bundle import ModelEntry, Precision, TensorSpec
from edge_runtime.contracts.result import BundleIdentity, ModelIdentity
from edge_runtime.domain import USE
from edge_runtime.service.engines.room import Bounds
from edge_runtime.wire.open_inference import message
from edge_runtime.wire.urgency import Urgency

DATATYPE = {"uint8": "UINT8", "float32": "FP32"}
"""Our element types by their names in the protocol."""

CONFIG_DATATYPE = {"uint8": "TYPE_UINT8", "float32": "TYPE_FP32"}

METADATA_PLATFORM = "onnxruntime_onnx"
DEFAULT_URGENCY = Urgency.BATCH
"""Of a raw request that names none: the clinic's own exams come first."""

_ModelMetadataResponse = message("ModelMetadataResponse")
_ModelConfig = message("ModelConfig")
_ModelInferResponse = message("ModelInferResponse")


@dataclass(frozen=True)
class ServedModel:
    """A model, the bundle that it comes from, and how it is served."""

    name: str
    entry: ModelEntry
    identity: ModelIdentity
    bundle: BundleIdentity
    bounds: Bounds
    max_items: int
    """In one request."""

    def metadata(self) -> Any:
        """Return the ModelMetadataResponse."""
        tensors = {
            kind: [
                {"name": t.name, "datatype": DATATYPE[t.dtype], "shape": shape_of(t)} for t in specs
            ]
            for kind, specs in (("inputs", self.entry.inputs), ("outputs", self.entry.outputs))
        }
        return _ModelMetadataResponse(
            name=self.name,
            versions=[self.bundle.version],
            platform=METADATA_PLATFORM,
            properties=self.properties(),
            **tensors,
        )

    def properties(self) -> dict[str, str]:
        """Return what a user of the numbers must know, as texts."""
        return {
            "evidence": self.entry.evidence.value,
            "thresholds": json.dumps(self.entry.thresholds),
            "labels": json.dumps(self.entry.labels),
            "preprocessing": json.dumps(
                self.entry.preprocessing and self.entry.preprocessing.model_dump()
            ),
            "bundle": self.bundle.name,
            "bundle_sha256": self.bundle.sha256,
            "engine": self.identity.backend,
            "precision": self.identity.precision,
            "use": USE,
        }

    @cached_property
    def answer_head(self) -> bytes:
        """What every answer begins with: model, version, evidence, thresholds and bundle."""
        texts = {
            "evidence": self.entry.evidence.value,
            "bundle": self.bundle.name,
            "bundle_sha256": self.bundle.sha256,
            "quality_gate": "bypassed",
            "use": USE,
        }
        cuts = {f"threshold_{name}": cut for name, cut in self.entry.thresholds.items()}
        parameters = {
            **{name: {"string_param": text} for name, text in texts.items()},
            **{name: {"double_param": cut} for name, cut in cuts.items()},
        }
        head = _ModelInferResponse(
            model_name=self.name, model_version=self.bundle.version, parameters=parameters
        )
        return bytes(head.SerializeToString())

    def config(self) -> Any:
        """Return the ModelConfig."""
        precision = cast("Precision", self.identity.precision)
        config = _ModelConfig(
            name=self.name,
            platform=METADATA_PLATFORM,
            backend="onnxruntime",
            max_batch_size=self.max_items,
            input=[_config_tensor(tensor) for tensor in self.entry.inputs],
            output=[_config_tensor(tensor) for tensor in self.entry.outputs],
            default_model_filename=self.entry.artefacts[precision].file,
            parameters={name: {"string_value": t} for name, t in self.properties().items()},
        )
        on_cpu = self.identity.backend.endswith("cpu")
        config.instance_group.add(count=1, kind="KIND_CPU" if on_cpu else "KIND_GPU")
        batching = config.dynamic_batching
        batching.max_queue_delay_microseconds = self.bounds.max_delay_us
        batching.priority_levels = max(Urgency)
        batching.default_priority_level = DEFAULT_URGENCY
        batching.default_queue_policy.allow_timeout_override = True
        batching.default_queue_policy.max_queue_size = self.bounds.max_jobs
        config.parameters["items_that_share_a_run"].string_value = str(self.bounds.max_batch_size)
        return config

    def labels_of(self, output: str) -> list[str]:
        """Return the labels of an output's channels; none where the bundle names none."""
        start = 0
        for tensor in self.entry.outputs:
            channels = tensor.shape[1]
            length = channels if isinstance(channels, int) else 0
            if tensor.name == output:
                return self.entry.labels[start : start + length]
            start += length
        return []


def shape_of(tensor: TensorSpec) -> list[int]:
    """Return a tensor's shape, -1 for an axis that may vary."""
    return [axis if isinstance(axis, int) else -1 for axis in tensor.shape]


def _config_tensor(tensor: TensorSpec) -> dict[str, Any]:
    dims = shape_of(tensor)[1:]
    return {"name": tensor.name, "data_type": CONFIG_DATATYPE[tensor.dtype], "dims": dims}
