"""The progression's checkpoint as a graph, proved equal to torch in grey levels of its pictures.

Legend: N pictures, K channels, H rows, W columns, D covariates.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from edge_runtime.backends.base import Backend
from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import (
    Artefact,
    ModelEntry,
    ParityReport,
    Preprocessing,
    SetCount,
)
from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.tensors import LAYOUTS, NOISE_SHAPE
from edge_runtime.domain import Evidence, Tensors
from edge_runtime.fundus.preprocess import MARGIN
from edge_runtime.simulation.simulator import LABELS
from export.entry import graph_tensors
from export.errors import OutputNameError, ShapeError, ToleranceError
from export.pools import with_quick_pools
from export.progression_golden import GOLDEN_TOLERANCE
from export.to_onnx import LARGEST_BATCH, OPSET, check_contract, file_of
from training.drawn.cohort.manifest_rows import TERMS
from training.drawn.population.person import SET
from training.progression.courses import Course, load_course
from training.progression.network import ProgressionNetwork, composed
from training.progression.train import drawn_courses, trained_progression, trained_recipe

TOLERANCE_LEVELS = {"fp32": 0.05}
"""Largest difference of a simulated picture from torch's, in grey levels of 255."""

PARITY_EYES = 16
"""Of role tune."""


@dataclass(frozen=True)
class ProgressionPart:
    """What a bundle holds of a progression."""

    graph: bytes
    entry: ModelEntry
    counts: list[SetCount]


def exported_progression(run: Path, file: str, say: Callable[[str], None]) -> ProgressionPart:
    """Return the graph of a finished run and what the bundle says of it, without metrics yet.

    Raises ParityError.
    """
    recipe = trained_recipe(run)
    network = trained_progression(run)
    say(f"progression: exporting to ONNX opset {OPSET}")
    graph = progression_graph(network, recipe.image_size_px)
    say("progression: proving parity")
    learned, tuned = (drawn_courses(run, recipe, role) for role in (Role.TRAIN, Role.TUNE))
    courses = [load_course(path) for path in tuned[:PARITY_EYES]]
    backend = OnnxRuntimeCpu(graph, threads=1)
    parity = progression_parity(network, backend, courses, "fp32")
    backend.close()
    inputs, outputs = graph_tensors(graph)
    entry = ModelEntry(
        evidence=Evidence.DRAWN,
        preprocessing=Preprocessing(image_size_px=recipe.image_size_px, margin=MARGIN),
        inputs=inputs,
        outputs=outputs,
        labels=list(LABELS),
        artefacts={"fp32": Artefact(file=file, opset=OPSET, golden_tolerance=GOLDEN_TOLERANCE)},
        parity={"fp32": parity},
        metrics=[],
    )
    eyes = {"train": len(learned), "tune": len(tuned)}
    return ProgressionPart(graph, entry, [_counts(eyes, recipe.moments)])


def progression_graph(network: ProgressionNetwork, image_size_px: int) -> bytes:
    """Return the graph as ONNX bytes, its number of pictures free.

    Raises OutputNameError when it breaks the contract of edge_runtime/contracts/tensors.py.
    """
    layout = LAYOUTS["progression"]
    covariates = len(network.mean_D)
    example = (
        torch.zeros(2, image_size_px, image_size_px, 3, dtype=torch.uint8),
        torch.zeros(2, *NOISE_SHAPE),
        torch.ones(2),
        torch.zeros(2, covariates),
        torch.ones(2, covariates),
    )
    pictures = torch.export.Dim("N", min=1, max=LARGEST_BATCH)
    with warnings.catch_warnings():
        # The exporter itself uses calls that Python and torch have deprecated.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network.eval(),
            example,
            dynamo=True,
            opset_version=OPSET,
            external_data=False,
            input_names=[tensor.name for tensor in layout.inputs],
            output_names=[tensor.name for tensor in layout.outputs],
            dynamic_shapes=({0: pictures},) * len(example),
            verbose=False,
        )
    if program is None:
        raise OutputNameError("the exporter gave no program")
    graph = with_quick_pools(program.model_proto)
    check_contract(graph, "progression")
    return file_of(graph)


def progression_parity(
    network: ProgressionNetwork, backend: Backend, courses: list[Course], precision: str
) -> ParityReport:
    """Return how far the graph's simulated pictures are from the network's, in grey levels.

    Raises ShapeError or ToleranceError when they are too far.
    """
    differences = []
    for number, course in enumerate(courses):
        inputs = inputs_of(course, number)
        theirs = backend.run(inputs)[LAYOUTS["progression"].outputs[0].name]
        with torch.no_grad():
            ours = network(*(torch.from_numpy(value) for value in inputs.values())).numpy()
        if ours.shape != theirs.shape:
            raise ShapeError(f"torch gives {ours.shape}, {backend.name} {theirs.shape}")
        differences.append(_picture_difference(inputs["image_NHWC"], ours, theirs))
    largest, tolerance = max(differences), TOLERANCE_LEVELS[precision]
    if not largest <= tolerance:
        raise ToleranceError(
            f"{precision}: a simulated picture changes by {largest:.2e} grey levels, "
            f"{tolerance:g} are allowed"
        )
    return ParityReport(
        reference="torch, fp32, same machine",
        samples=len(courses),
        largest_difference=largest,
        tolerance=tolerance,
        in_words=(
            f"On {len(courses)} drawn eyes no pixel of a simulated picture differs by more than "
            f"{largest:.1e} grey levels of 255."
        ),
    )


def inputs_of(course: Course, seed: int) -> Tensors:
    """Return a graph's inputs of one eye at its first horizon, with the noise of a seed."""
    noise = np.random.default_rng(seed).standard_normal((1, *NOISE_SHAPE), dtype=np.float32)
    return {
        "image_NHWC": course.image_HWC[None],
        "noise_NKHW": noise,
        "horizon_years_N": course.horizon_years_F[:1],
        "covariate_ND": course.value_D[None],
        "known_ND": course.known_D[None],
    }


def _picture_difference(image_NHWC: np.ndarray, *changes: np.ndarray) -> float:
    colour = torch.from_numpy(image_NHWC).permute(0, 3, 1, 2).float() / 255.0
    first, second = (composed(colour, torch.from_numpy(change)) for change in changes)
    return float((first - second).abs().max())


def _counts(eyes: dict[str, int], moments: int) -> SetCount:
    return SetCount(
        set=SET,
        evidence_kind="drawn",
        terms=TERMS,
        # One eye a person.
        people=eyes,
        eyes=eyes,
        photographs={role: number * (1 + moments) for role, number in eyes.items()},
    )
