"""The anatomy checkpoint as a graph, calibrated on tuning people and proved equal to torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import (
    Artefact,
    ModelEntry,
    ParityReport,
    Preprocessing,
    TensorSpec,
)
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import Evidence
from edge_runtime.fundus.anatomy import PRESENT
from edge_runtime.fundus.preprocess import MARGIN
from export.calibration import logit_shifts
from export.parity import anatomy_parity
from export.to_onnx import OPSET, anatomy_graph, axes, element_type
from training.anatomy.network import DeployedAnatomy, anatomy_network
from training.anatomy.train import eyes_of
from training.checkpoint import load_weights

GOLDEN_TOLERANCE_FP32 = 0.02
"""Of a probability: kernels of other processors add in another order, and a golden value is kept
to 1/255. A wrong weight or a wrong preprocessing moves it far more."""

PARITY_SAMPLES = 6


def exported_anatomy(
    weights: Path,
    image_size_px: int | None,
    rows: list[ManifestRow],
    data: Path,
    file: str,
    say: Callable[[str], None],
) -> tuple[bytes, ModelEntry]:
    """Return the graph and its entry, without metrics yet. Raises ParityError.

    The network is convolutional throughout: `image_size_px` may differ from the recipe's side, as
    long as vessels stay within the zooms that it was trained on.
    """
    trained, state, _ = load_weights(weights)
    recipe = replace(trained, image_size_px=image_size_px or trained.image_size_px)
    network = anatomy_network(recipe)
    network.load_state_dict(state)
    network.eval()
    say("calibrating on role tune")
    learned_from = [row for row in rows if row.set in recipe.sets]
    tune = eyes_of(learned_from, Role.TUNE, data, recipe)
    of_tune = [row for row in learned_from if row.role == Role.TUNE]
    shift = logit_shifts(network, of_tune, data, recipe.image_size_px)
    deployed = DeployedAnatomy(network, shift).eval()
    say(f"exporting to ONNX opset {OPSET}")
    content = anatomy_graph(deployed, recipe.image_size_px)
    say("proving parity")
    images_NHWC = np.stack([eye.image_HWC for eye in tune[:: max(1, len(tune) // PARITY_SAMPLES)]])
    backend = OnnxRuntimeCpu(content, threads=1)
    parity = anatomy_parity(deployed, backend, images_NHWC, "fp32")
    backend.close()
    return content, _entry(content, recipe.image_size_px, file, shift, parity)


def _entry(
    content: bytes, image_size_px: int, file: str, shift: list[float], parity: ParityReport
) -> ModelEntry:
    graph = onnx.load_from_string(content).graph
    artefact = Artefact(file=file, opset=OPSET, golden_tolerance=GOLDEN_TOLERANCE_FP32)
    return ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(image_size_px=image_size_px, margin=MARGIN),
        inputs=[_spec(value) for value in graph.input],
        outputs=[_spec(value) for value in graph.output],
        labels=list(ANATOMY_CHANNELS),
        logit_shift=shift,
        thresholds=dict.fromkeys(ANATOMY_CHANNELS, PRESENT),
        artefacts={"fp32": artefact},
        parity={"fp32": parity},
        metrics=[],
    )


def _spec(value: onnx.ValueInfoProto) -> TensorSpec:
    return TensorSpec(name=value.name, dtype=element_type(value), shape=axes(value))
