"""The disc checkpoint as a graph, proved equal to torch.

Its cut is 0.5 as it stands: it learns the share of experts, and half of them is the truth. A shift
fitted on tuning people as the anatomy's is was tried: it had another sign in every fold and gained
at most 0.004 of the cup's Dice on the very people that it was fitted on.

Legend: N crops, H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import DISC_SQUARE, ModelEntry, ParityReport, Preprocessing
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.tensors import DISC_CHANNELS
from edge_runtime.domain import Evidence
from edge_runtime.fundus.anatomy import PRESENT
from export.entry import fp32_artefact, graph_tensors
from export.errors import ExportError
from export.parity import map_parity
from export.to_onnx import OPSET, picture_graph
from training.anatomy.disc_eyes import disc_eyes
from training.anatomy.disc_network import DeployedDisc, disc_network
from training.anatomy.disc_task import DiscRecipe
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.cohort.roles import rows_of

DISC = "disc"
"""Folder of an anatomy run; a run without it gives a bundle without a disc model."""

PARITY_SAMPLES = 12


@dataclass(frozen=True)
class TrainedDisc:
    """The disc network of a run folder."""

    recipe: DiscRecipe
    deployed: DeployedDisc


def trained_disc(run: Path) -> TrainedDisc | None:
    """Return the disc network of an anatomy run, None where the run has none."""
    weights = run / DISC / WEIGHTS_FILE
    if not weights.is_file():
        return None
    recipe, state, _ = load_weights(DiscRecipe, weights)
    network = disc_network("random")
    network.load_state_dict(state)
    return TrainedDisc(recipe, DeployedDisc(network).eval())


def exported_disc(
    trained: TrainedDisc,
    rows: list[ManifestRow],
    data: Path,
    file: str,
    say: Callable[[str], None],
) -> tuple[bytes, ModelEntry]:
    """Return the graph and its entry, without metrics yet.

    Raises ParityError, or ExportError without tuning people whose disc is known.
    """
    recipe = trained.recipe
    say(f"disc: exporting to ONNX opset {OPSET}")
    content = picture_graph("disc", trained.deployed, recipe.image_size_px)
    say("disc: proving parity")
    of_sets = [row for row in rows if row.set in recipe.sets]
    parity = _parity(trained, content, rows_of(of_sets, Role.TUNE, recipe.fold), data)
    inputs, outputs = graph_tensors(content)
    entry = ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(
            kind=DISC_SQUARE, image_size_px=recipe.image_size_px, margin=recipe.margin
        ),
        inputs=inputs,
        outputs=outputs,
        labels=list(DISC_CHANNELS),
        thresholds=dict.fromkeys(DISC_CHANNELS, PRESENT),
        artefacts={"fp32": fp32_artefact(file)},
        parity={"fp32": parity},
        metrics=[],
    )
    return content, entry


def _parity(
    trained: TrainedDisc, content: bytes, tune: list[ManifestRow], data: Path
) -> ParityReport:
    recipe, with_cup = trained.recipe, [row for row in tune if row.disc and row.cup]
    chosen = with_cup[:: max(1, len(with_cup) // PARITY_SAMPLES)]
    crops = [eye.image_HWC for eye in disc_eyes(chosen, data, recipe.image_size_px, recipe.margin)]
    if not crops:
        raise ExportError("no tuning photographs with a disc and a cup")
    backend = OnnxRuntimeCpu(content, threads=1)
    report = map_parity(trained.deployed, backend, np.stack(crops), "fp32", DISC_CHANNELS)
    backend.close()
    return report
