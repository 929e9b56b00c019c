"""A signed bundle that holds a findings model beside the reference bundle's own models.

The graph is a real one (convolution, pooling, softmax, sigmoid) with seeded random weights: it has
learned nothing, and what it says of an eye means nothing. Everything around it is as it ships.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from onnx import TensorProto, helper, numpy_helper

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.bundle import (
    Artefact,
    BundleManifest,
    GoldenSample,
    ModelEntry,
    ModelName,
    ParityReport,
    Preprocessing,
    TensorSpec,
)
from edge_runtime.contracts.tensors import DR_GRADE_LABELS
from edge_runtime.domain import Evidence
from export.bundle_folder import write_bundle
from export.golden import golden_arrays, sample_images
from export.signing_key import public_key

IMAGE_SIZE_PX, MARGIN = 224, 0.05
"""Others than the anatomy model's, so that the pipeline must make a second network image."""

GRAPH_FILE = "findings.fp32.onnx"
LABELS = (*DR_GRADE_LABELS, "maculopathy")
THRESHOLDS = {"referable": 0.31, "maculopathy": 0.4}
BIAS = (1.0, 0.3, 0.6, 0.1, 0.0, -1.2)
"""One a logit: the grades, then the conditions."""


@dataclass(frozen=True)
class MadeBundle:
    """A bundle on disk and the key that it is trusted by."""

    folder: Path
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """The settings that make foreseye use it."""
        return {"FORESEYE_BUNDLE": str(self.folder), "FORESEYE_TRUSTED_KEYS": self.key}


def findings_graph(bias: Sequence[float] = BIAS, size_px: int = IMAGE_SIZE_PX) -> bytes:
    """uint8 picture in, probabilities of five grades and of the conditions out."""
    rng = np.random.default_rng(7)
    num_labels = len(bias)
    weights = {
        "kernel": rng.normal(0, 0.05, (8, 3, 8, 8)),
        "head": rng.normal(0, 0.6, (8, num_labels)),
        "bias": np.asarray(bias),
        "scale": np.asarray([1 / 255.0]),
    }
    splits = numpy_helper.from_array(np.asarray([5, num_labels - 5], np.int64), "splits")
    nodes = [
        helper.make_node("Cast", ["image_NHWC"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scale"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["nchw", "kernel"], ["conv"], strides=[8, 8]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("GlobalAveragePool", ["relu"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "head", "bias"], ["logits"]),
        helper.make_node("Split", ["logits", "splits"], ["grades", "conditions"], axis=1),
        helper.make_node("Softmax", ["grades"], ["dr_grade_NK"], axis=1),
        helper.make_node("Sigmoid", ["conditions"], ["condition_NK"]),
    ]
    graph = helper.make_graph(
        nodes,
        "findings",
        [_value("image_NHWC", TensorProto.UINT8, ["N", size_px, size_px, 3])],
        [
            _value("dr_grade_NK", TensorProto.FLOAT, ["N", 5]),
            _value("condition_NK", TensorProto.FLOAT, ["N", num_labels - 5]),
        ],
        [
            splits,
            *(numpy_helper.from_array(v.astype(np.float32), name) for name, v in weights.items()),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def findings_entry(size_px: int = IMAGE_SIZE_PX, **changes: Any) -> ModelEntry:
    """The findings model's entry in bundle.json; `changes` are fields of ModelEntry."""
    num_conditions = len(changes.get("labels", LABELS)) - 5
    shapes = {
        "image_NHWC": ["N", size_px, size_px, 3],
        "dr_grade_NK": ["N", 5],
        "condition_NK": ["N", num_conditions],
    }
    specs = [
        TensorSpec(name=n, dtype="float32" if i else "uint8", shape=s)
        for i, (n, s) in enumerate(shapes.items())
    ]
    entry = ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(image_size_px=size_px, margin=MARGIN),
        inputs=specs[:1],
        outputs=specs[1:],
        labels=list(LABELS),
        thresholds=THRESHOLDS,
        threshold_rules={"referable": "drawn by lot: this model has learned nothing"},
        artefacts={"fp32": Artefact(file=GRAPH_FILE, opset=20, golden_tolerance=0.02)},
        parity={"fp32": untrained_parity()},
        metrics=[],
    )
    return entry.model_copy(update=changes)


def bundle_with_findings(
    folder: Path, bias: Sequence[float] = BIAS, size_px: int = IMAGE_SIZE_PX, **changes: Any
) -> MadeBundle:
    """Write the bundle, signed with a new key; `changes` are fields of the findings entry."""
    return bundle_with(
        folder, "findings", findings_entry(size_px, **changes), findings_graph(bias, size_px)
    )


def bundle_with(folder: Path, model: ModelName, entry: ModelEntry, graph: bytes) -> MadeBundle:
    """Write the reference bundle with one model more (or another), signed with a new key."""
    reference = open_bundle(None)
    files = {name: reference.read(name) for name in reference.manifest.files}
    files[entry.artefacts["fp32"].file] = graph
    files["model_card.md"] += f"\n## {model}\n\nIt has learned nothing.\n".encode()
    models = {**reference.manifest.models, model: entry}
    golden = [
        _golden(reference, sample, model, models, files) for sample in reference.manifest.golden
    ]

    def described(hashes: dict[str, str]) -> BundleManifest:
        update: Mapping[str, Any] = {
            "name": f"test-{model}",
            "models": models,
            "golden": golden,
            "files": hashes,
        }
        return reference.manifest.model_copy(update=update)

    key = Ed25519PrivateKey.generate()
    write_bundle(folder, files, described, key)
    return MadeBundle(folder, public_key(key))


def _golden(
    reference: Bundle,
    sample: GoldenSample,
    model: ModelName,
    models: dict[ModelName, ModelEntry],
    files: dict[str, bytes],
) -> GoldenSample:
    name, entry = sample.photograph.replace(".jpg", f".{model}.npz"), models[model]
    content = reference.read(sample.photograph)
    image_HWC = sample_images(content, sample.photograph, models, files)[model]
    files[name] = golden_arrays(image_HWC, entry, files)
    return sample.model_copy(update={"expected": {**sample.expected, model: name}})


def untrained_parity() -> ParityReport:
    """A report of a model that was never trained."""
    return ParityReport(
        reference="none", samples=1, largest_difference=0.0, tolerance=1e-3, in_words="Not trained."
    )


def _value(name: str, kind: int, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
