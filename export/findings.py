"""The findings checkpoint as a graph, calibrated on tuning people and proved equal to torch.

The calibration and the shift are inside the graph, so its numbers are probabilities as they stand.

Legend: N photographs, K grades or conditions, H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edge_runtime.backends.base import Backend
from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import ModelEntry, ParityReport, Preprocessing
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.tensors import DR_GRADE_LABELS, LAYOUTS, REFERABLE, REFERABLE_FROM
from edge_runtime.domain import Evidence, FloatArray, UInt8Array
from edge_runtime.fundus.preprocess import MARGIN
from export.entry import fp32_artefact, graph_tensors
from export.errors import ExportError, ShapeError, ToleranceError
from export.findings_calibration import Cut, cut_of, scale_and_shift, temperature_of
from export.to_onnx import OPSET, picture_graph
from training.checkpoint import load_weights
from training.cohort.roles import rows_of
from training.findings.eyes import GradedEye, graded_eyes
from training.findings.networks import (
    CONDITIONS,
    GRADES,
    DeployedFindings,
    FindingsNetwork,
    findings_network,
    seen,
)
from training.findings.task import FindingsRecipe

TOLERANCE = {"fp32": 1e-3}
"""Largest change of a probability (any grade, referable, any condition) against torch."""

PARITY_SAMPLES = 12


def exported_findings(
    weights: Path,
    rows: list[ManifestRow],
    data: Path,
    file: str,
    say: Callable[[str], None],
) -> tuple[bytes, ModelEntry]:
    """Return the graph and its entry, without metrics yet.

    Calibrated, and its cuts chosen, on the tuning people of the recipe's sets (of its fold, where
    it has one). Raises ParityError, or ExportError when they are too few to do so.
    """
    recipe, state, _ = load_weights(FindingsRecipe, weights)
    network = findings_network("random")
    network.load_state_dict(state)
    network.eval()
    say("findings: calibrating on tuning people")
    of_sets = [row for row in rows if row.set in recipe.sets]
    tune = rows_of(of_sets, Role.TUNE, recipe.fold)
    eyes = list(graded_eyes(tune, data, recipe.image_size_px))
    if not eyes:
        raise ExportError(f"no graded photographs of tuning people in {recipe.sets}")
    deployed = _calibrated(network, eyes)
    cuts = _cuts(deployed, eyes)
    say(f"findings: exporting to ONNX opset {OPSET}")
    content = picture_graph("findings", deployed, recipe.image_size_px)
    say("findings: proving parity")
    chosen = eyes[:: max(1, len(eyes) // PARITY_SAMPLES)]
    backend = OnnxRuntimeCpu(content, threads=1)
    parity = findings_parity(deployed, backend, np.stack([e.image_HWC for e in chosen]), "fp32")
    backend.close()
    people = len({eye.person_id for eye in eyes})
    on = f"{people} tuning people of {', '.join(recipe.sets)}"
    return content, _entry(content, recipe.image_size_px, file, cuts, on, parity)


def findings_parity(
    deployed: nn.Module, backend: Backend, images_NHWC: UInt8Array, precision: str
) -> ParityReport:
    """Return how far the graph is from the network on these pictures, in probabilities.

    Raises ShapeError or ToleranceError when it is too far.
    """
    ours = _shown_probabilities(*_run_torch(deployed, images_NHWC))
    runs = [_run_backend(backend, image[None]) for image in images_NHWC]
    grades_NK, conditions_NK = (np.concatenate(parts) for parts in zip(*runs, strict=True))
    theirs = _shown_probabilities(grades_NK, conditions_NK)
    if ours.shape != theirs.shape:
        raise ShapeError(f"torch gives {ours.shape}, {backend.name} {theirs.shape}")
    change_K = np.abs(ours - theirs).max(axis=0)
    largest, referable, tolerance = float(change_K.max()), float(change_K[0]), TOLERANCE[precision]
    if not largest <= tolerance:
        raise ToleranceError(
            f"{precision}: a probability changes by {largest:.2e}, {tolerance:.0e} is allowed"
        )
    return ParityReport(
        reference="torch, fp32, same machine",
        samples=len(images_NHWC),
        largest_difference=largest,
        tolerance=tolerance,
        in_words=(
            f"On {len(images_NHWC)} photographs the probability of referable retinopathy changes "
            f"by at most {referable:.1e}, any grade's or condition's by at most {largest:.1e}."
        ),
    )


def _calibrated(network: FindingsNetwork, eyes: list[GradedEye]) -> DeployedFindings:
    with torch.no_grad():
        logits = [network(seen(torch.from_numpy(eye.image_HWC[None]))) for eye in eyes]
    logits_NK = torch.cat(logits).numpy().astype(np.float64)
    graded = [n for n, eye in enumerate(eyes) if eye.dr_grade is not None]
    grade_N = np.array([eyes[n].dr_grade for n in graded], np.int64)
    scales, shifts = [], []
    for k, condition in enumerate(CONDITIONS):
        known, present_N = _known(eyes, condition)
        scale, shift = scale_and_shift(logits_NK[known, GRADES + k], present_N)
        scales.append(scale)
        shifts.append(shift)
    temperature = temperature_of(logits_NK[graded, :GRADES], grade_N)
    return DeployedFindings(network, temperature, scales, shifts).eval()


def _cuts(deployed: DeployedFindings, eyes: list[GradedEye]) -> dict[str, Cut]:
    outputs = [_run_torch(deployed, eye.image_HWC[None]) for eye in eyes]
    grades_NK, conditions_NK = (np.concatenate(parts) for parts in zip(*outputs, strict=True))
    graded = [n for n, eye in enumerate(eyes) if eye.dr_grade is not None]
    is_referable_N = np.array([(eyes[n].dr_grade or 0) >= REFERABLE_FROM for n in graded])
    referable_N = grades_NK[graded, REFERABLE_FROM:].sum(axis=1).astype(np.float64)
    cuts = {REFERABLE: cut_of(referable_N, is_referable_N)}
    for k, condition in enumerate(CONDITIONS):
        known, present_N = _known(eyes, condition)
        cuts[condition] = cut_of(conditions_NK[known, k].astype(np.float64), present_N)
    return cuts


def _known(eyes: list[GradedEye], condition: str) -> tuple[list[int], np.ndarray]:
    """Return the places of the eyes of which the condition is known, and whether it is there."""
    known = [n for n, eye in enumerate(eyes) if getattr(eye, condition) is not None]
    return known, np.array([bool(getattr(eyes[n], condition)) for n in known], np.bool_)


def _run_torch(deployed: nn.Module, images_NHWC: UInt8Array) -> tuple[FloatArray, FloatArray]:
    with torch.no_grad():
        grades_NK, conditions_NK = deployed.eval()(torch.from_numpy(images_NHWC))
    return grades_NK.numpy(), conditions_NK.numpy()


def _run_backend(backend: Backend, image_NHWC: UInt8Array) -> tuple[FloatArray, FloatArray]:
    layout = LAYOUTS["findings"]
    outputs = backend.run({layout.inputs[0].name: image_NHWC})
    return outputs[layout.outputs[0].name], outputs[layout.outputs[1].name]


def _shown_probabilities(grades_NK: FloatArray, conditions_NK: FloatArray) -> FloatArray:
    """Return every probability that a person is shown: referable first, grades, conditions."""
    referable_N1 = grades_NK[:, REFERABLE_FROM:].sum(axis=1, keepdims=True)
    return np.concatenate([referable_N1, grades_NK, conditions_NK], axis=1)


def _entry(
    content: bytes, size_px: int, file: str, cuts: dict[str, Cut], on: str, parity: ParityReport
) -> ModelEntry:
    inputs, outputs = graph_tensors(content)
    return ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(image_size_px=size_px, margin=MARGIN),
        inputs=inputs,
        outputs=outputs,
        labels=[*DR_GRADE_LABELS, *CONDITIONS],
        thresholds={name: cut.threshold for name, cut in cuts.items()},
        threshold_rules={name: cut.rule(on) for name, cut in cuts.items()},
        artefacts={"fp32": fp32_artefact(file)},
        parity={"fp32": parity},
        metrics=[],
    )
