"""The reading of signs as a graph, proved equal to torch in the units of each sign.

Legend: N photographs, S signs, B values of the body, H rows, W columns, C colours.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from edge_runtime.backends.base import Backend
from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import ModelEntry, ParityReport, Preprocessing, SetCount
from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import Evidence, Eye, Tensors, UInt8Array
from edge_runtime.forecast.signs import BODY, SIGN_NAMES, SIGNS, STRANGE
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.fundus.preprocess import MARGIN
from edge_runtime.seeing import field_image
from edge_runtime.settings import Limits
from export.entry import fp32_artefact, graph_tensors
from export.errors import ExportError, ShapeError, ToleranceError
from export.to_onnx import OPSET, picture_graph
from training.drawn.cohort.manifest_rows import TERMS
from training.drawn.population.person import SET
from training.signs.deployed import DeployedSigns, deployed_signs
from training.signs.reading import trained_signs
from training.signs.train import COUNTS, PICTURES

TOLERANCE = 1e-3
"""Largest change of a sign, as a share of the span in which it can lie."""
PARITY_SAMPLES = 12


@dataclass(frozen=True)
class SignsPart:
    """What a bundle holds of the reading of signs."""

    graph: bytes
    entry: ModelEntry
    counts: list[SetCount]


def exported_signs(run: Path, file: str, say: Callable[[str], None]) -> SignsPart:
    """Return the graph of a finished run and what the bundle says of it, without metrics yet.

    Raises ParityError, or ExportError for a run without its pictures.
    """
    recipe, _ = trained_signs(run)
    deployed, threshold = deployed_signs(run)
    say(f"signs: exporting to ONNX opset {OPSET}")
    content = picture_graph("signs", deployed, recipe.image_size_px)
    say("signs: proving parity")
    backend = OnnxRuntimeCpu(content, threads=1)
    parity = signs_parity(deployed, backend, _some_pictures(run, recipe.image_size_px))
    backend.close()
    inputs, outputs = graph_tensors(content)
    entry = ModelEntry(
        evidence=Evidence.DRAWN,
        preprocessing=Preprocessing(image_size_px=recipe.image_size_px, margin=MARGIN),
        inputs=inputs,
        outputs=outputs,
        labels=[*SIGN_NAMES, *(value.name for value in BODY)],
        thresholds={STRANGE: threshold},
        threshold_rules={STRANGE: "99 of 100 drawn tuning photographs lie below."},
        artefacts={"fp32": fp32_artefact(file)},
        parity={"fp32": parity},
        metrics=[],
    )
    return SignsPart(content, entry, [_counts(run)])


def signs_parity(
    deployed: DeployedSigns, backend: Backend, images_NHWC: UInt8Array
) -> ParityReport:
    """Return how far the graph's signs are from the network's on these pictures.

    Raises ShapeError or ToleranceError when they are too far.
    """
    with torch.no_grad():
        wanted_NS = deployed(torch.from_numpy(images_NHWC))[0].numpy()
    name = LAYOUTS["signs"].inputs[0].name
    given_NS = np.concatenate(
        [backend.run({name: image[None]})["sign_NS"] for image in images_NHWC]
    )
    if wanted_NS.shape != given_NS.shape:
        raise ShapeError(f"torch gives {wanted_NS.shape}, {backend.name} {given_NS.shape}")
    span_S = np.array([sign.highest - sign.lowest for sign in SIGNS])
    change_S = (np.abs(wanted_NS - given_NS) / span_S).max(axis=0)
    largest = float(change_S.max())
    if not largest <= TOLERANCE:
        raise ToleranceError(f"fp32: a sign changes by {largest:.2e} of its span")
    worst = SIGN_NAMES[int(change_S.argmax())]
    return ParityReport(
        reference="torch, fp32, same machine",
        samples=len(images_NHWC),
        largest_difference=largest,
        tolerance=TOLERANCE,
        in_words=(
            f"On {len(images_NHWC)} photographs no sign changes by more than {largest:.1e} of the "
            f"span in which it can lie; most, {worst}."
        ),
    )


def golden_signs(image_HWC: UInt8Array, graph: bytes) -> bytes:
    """Return the .npz of one sample: the network image and the graph's outputs on it."""
    inputs: Tensors = {LAYOUTS["signs"].inputs[0].name: image_HWC[None]}
    backend = OnnxRuntimeCpu(graph, threads=1)
    kept = {f"input.{name}": value for name, value in inputs.items()}
    kept |= {f"output.{name}": value for name, value in backend.run(inputs).items()}
    backend.close()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **kept)
    return buffer.getvalue()


def sample_image(content: bytes, name: str, entry: ModelEntry, eye: Eye) -> UInt8Array:
    """Return what the graph sees of a sample (H, W, C): a left eye is shown as a right one.

    Raises ExportError where no field is found in it.
    """
    side_px = entry.picture.image_size_px
    photograph = read_photograph(content, name, Limits(), wanted_side_px=side_px)
    field = find_field_of_view(photograph)
    if field is None:
        raise ExportError(f"no round field is found in the sample {name}")
    image_HWC = field_image(entry, photograph, field).image_HWC
    return np.ascontiguousarray(image_HWC[:, ::-1]) if eye is Eye.OS else image_HWC


def _some_pictures(run: Path, side_px: int) -> UInt8Array:
    """Return some of the pictures that the run learned from or tuned on."""
    for path in sorted((run / PICTURES).glob("*.npy")):
        part = np.load(path, mmap_mode="r", allow_pickle=False)
        if part.shape[1] == side_px and len(part) >= PARITY_SAMPLES:
            return np.array(part[:: len(part) // PARITY_SAMPLES][:PARITY_SAMPLES])
    raise ExportError(f"{run / PICTURES} holds no pictures to prove parity on")


def _counts(run: Path) -> SetCount:
    counts = json.loads((run / COUNTS).read_text(encoding="utf-8"))
    people, eyes, photographs = (
        {role: counts[role][what] for role in counts} for what in ("people", "eyes", "photographs")
    )
    return SetCount(
        set=SET,
        evidence_kind="drawn",
        terms=TERMS,
        people=people,
        eyes=eyes,
        photographs=photographs,
    )
