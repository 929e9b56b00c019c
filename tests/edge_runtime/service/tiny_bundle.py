"""Real signed bundles whose models are tiny: opened by the real code in milliseconds.

The graphs are real ones with seeded random weights: they have learned nothing. Quality is judged by
the reference bundle's own weights, so the whole pipeline runs.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from onnx import TensorProto, helper, numpy_helper

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.bundle.signature import sign
from edge_runtime.contracts.tensors import ANATOMY_CHANNELS, DR_GRADE_LABELS
from edge_runtime.settings import Settings

SIDE_PX = 32
THRESHOLDS = {"referable": 0.31, "maculopathy": 0.4}
LABELS = {"anatomy": [*ANATOMY_CHANNELS], "findings": [*DR_GRADE_LABELS, "maculopathy"]}
OUTPUTS: dict[str, dict[str, list[int | str]]] = {
    "anatomy": {"probability_NKHW": ["N", 5, SIDE_PX, SIDE_PX]},
    "findings": {"dr_grade_NK": ["N", 5], "condition_NK": ["N", 1]},
}
KEY = Ed25519PrivateKey.from_private_bytes(b"a key for tests, made of 32 byte")


@dataclass(frozen=True)
class TinyBundle:
    """A bundle on disk."""

    folder: Path
    graphs: dict[str, bytes]

    @property
    def settings(self) -> Settings:
        """The settings that open it."""
        key = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        return Settings(bundle=str(self.folder), trusted_keys=key, threads=1)

    def in_process(self, model: str, image_NHWC: np.ndarray) -> dict[str, np.ndarray]:
        """What ONNX Runtime itself makes of an input, one item at a time."""
        session = ort.InferenceSession(self.graphs[model], providers=["CPUExecutionProvider"])
        items = [session.run(None, {"image_NHWC": item[None]}) for item in image_NHWC]
        return {
            name: np.concatenate([item[k] for item in items])
            for k, name in enumerate(OUTPUTS[model])
        }


def images(count: int, seed: int = 0) -> np.ndarray:
    """Pictures of noise, as the tiny models take them."""
    shape = (count, SIDE_PX, SIDE_PX, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def tiny_bundle(
    folder: Path, version: str = "1.0.0", seed: int = 0, golden_offset: float = 0.0
) -> TinyBundle:
    """Write a bundle. With a `golden_offset` its golden outputs are not what its models give."""
    folder.mkdir(parents=True)
    graphs = {"anatomy": _anatomy_graph(seed), "findings": _findings_graph(seed)}
    reference = open_bundle(None)
    quality = reference.manifest.measured_quality
    assert quality is not None
    files: dict[str, bytes] = {
        "quality.json": reference.read(quality.file),
        "model_card.md": b"# Tiny\n\nIt has learned nothing.\n",
        "sample.jpg": reference.read(reference.manifest.golden[0].photograph),
        **{f"{name}.onnx": graph for name, graph in graphs.items()},
    }
    golden = []
    for number in range(2):
        expected = {}
        for name, graph in graphs.items():
            expected[name] = f"golden_{number}.{name}.npz"
            files[expected[name]] = _golden(name, graph, images(1, number), golden_offset)
        golden.append(
            {"photograph": "sample.jpg", "eye": "OD", "expected": expected, "biomarkers": {}}
        )
    for name, content in files.items():
        (folder / name).write_bytes(content)
    manifest = {
        "schema": "foreseye.bundle/1",
        "name": "tiny",
        "version": version,
        "made_with": {},
        "models": {name: _entry(name) for name in graphs},
        "measured_quality": {"file": "quality.json", "evidence": "drawn", "metrics": []},
        "golden": golden,
        "data_statement": {"models": {}, "terms_of_the_weights": "none"},
        "model_card": "model_card.md",
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    raw = json.dumps(manifest).encode()
    (folder / "bundle.json").write_bytes(raw)
    (folder / "bundle.sig.json").write_text(sign(raw, KEY).model_dump_json(), encoding="ascii")
    return TinyBundle(folder, graphs)


def _entry(name: str) -> dict[str, Any]:
    outputs = [{"name": n, "dtype": "float32", "shape": s} for n, s in OUTPUTS[name].items()]
    shape = ["N", SIDE_PX, SIDE_PX, 3]
    parity = {
        "reference": "none",
        "samples": 1,
        "largest_difference": 0.0,
        "tolerance": 1e-3,
        "in_words": "Not trained.",
    }
    return {
        "evidence": "internal",
        "preprocessing": {"image_size_px": SIDE_PX, "margin": 0.02},
        "inputs": [{"name": "image_NHWC", "dtype": "uint8", "shape": shape}],
        "outputs": outputs,
        "labels": LABELS[name],
        "thresholds": THRESHOLDS if name == "findings" else {},
        "artefacts": {"fp32": {"file": f"{name}.onnx", "opset": 20, "golden_tolerance": 1e-3}},
        "parity": {"fp32": parity},
        "metrics": [],
    }


def _golden(name: str, graph: bytes, image_NHWC: np.ndarray, offset: float) -> bytes:
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"image_NHWC": image_NHWC})
    kept = io.BytesIO()
    arrays = {f"output.{n}": o + offset for n, o in zip(OUTPUTS[name], outputs, strict=True)}
    np.savez(kept, **{"input.image_NHWC": image_NHWC}, **arrays)
    return kept.getvalue()


def _anatomy_graph(seed: int) -> bytes:
    weights = {"kernel": np.random.default_rng(seed).normal(0, 2.0, (5, 3, 3, 3))}
    nodes = [
        *_unit_nodes(),
        helper.make_node("Conv", ["nchw", "kernel"], ["logits"], pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["logits"], ["probability_NKHW"]),
    ]
    return _graph("anatomy", nodes, weights, [])


def _findings_graph(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    weights = {"kernel": rng.normal(0, 0.5, (8, 3, 8, 8)), "head": rng.normal(0, 2.0, (8, 6))}
    splits = numpy_helper.from_array(np.asarray([5, 1], np.int64), "splits")
    nodes = [
        *_unit_nodes(),
        helper.make_node("Conv", ["nchw", "kernel"], ["conv"], strides=[8, 8]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("GlobalAveragePool", ["relu"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "head"], ["logits"]),
        helper.make_node("Split", ["logits", "splits"], ["grades", "conditions"], axis=1),
        helper.make_node("Softmax", ["grades"], ["dr_grade_NK"], axis=1),
        helper.make_node("Sigmoid", ["conditions"], ["condition_NK"]),
    ]
    return _graph("findings", nodes, weights, [splits])


def _unit_nodes() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Cast", ["image_NHWC"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scale"], ["unit"]),
        helper.make_node("Transpose", ["unit"], ["nchw"], perm=[0, 3, 1, 2]),
    ]


def _graph(
    name: str,
    nodes: list[onnx.NodeProto],
    weights: dict[str, np.ndarray],
    constants: list[onnx.TensorProto],
) -> bytes:
    weights = {**weights, "scale": np.asarray([1 / 255.0])}
    graph = helper.make_graph(
        nodes,
        name,
        [
            helper.make_tensor_value_info(
                "image_NHWC", TensorProto.UINT8, ["N", SIDE_PX, SIDE_PX, 3]
            )
        ],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in OUTPUTS[name].items()],
        [
            *constants,
            *(numpy_helper.from_array(v.astype(np.float32), n) for n, v in weights.items()),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
