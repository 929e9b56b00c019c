"""The anatomy checkpoints as one graph, calibrated on tuning people and proved equal to torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import ModelEntry, ParityReport, Preprocessing
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import Evidence
from edge_runtime.fundus.anatomy import PRESENT
from edge_runtime.fundus.preprocess import MARGIN
from export.calibration import logit_shifts, vessel_temperature
from export.entry import fp32_artefact, graph_tensors
from export.parity import map_parity
from export.to_onnx import OPSET, picture_graph
from training.anatomy.deployed import LABELS, DeployedAnatomy
from training.anatomy.eyes import seen_eye
from training.anatomy.structure_network import structure_network
from training.anatomy.structure_task import StructureRecipe
from training.anatomy.vessel_network import vessel_network
from training.anatomy.vessel_task import VesselRecipe
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.cohort.roles import rows_of

PARITY_SAMPLES = 6
VESSELS, STRUCTURES = "vessels", "structures"
"""Folders of an anatomy run."""


@dataclass(frozen=True)
class TrainedAnatomy:
    """The two networks of a run folder, and the sets that each learned from."""

    vessels: VesselRecipe
    structures: StructureRecipe
    deployed: DeployedAnatomy
    """Without any shift of its logits."""

    @property
    def sets(self) -> tuple[str, ...]:
        """Every set that one of the networks learned from."""
        return tuple(sorted({*self.vessels.sets, *self.structures.sets}))


def trained_anatomy(run: Path, image_size_px: int | None = None) -> TrainedAnatomy:
    """Return the networks of a run folder of `foreseye-train anatomy`.

    The vessel network is convolutional throughout: `image_size_px` may differ from its recipe's
    side, as long as vessels stay within the zooms that it was trained on.
    """
    trained, vessel_state, _ = load_weights(VesselRecipe, run / VESSELS / WEIGHTS_FILE)
    vessel_recipe = replace(trained, image_size_px=image_size_px or trained.image_size_px)
    recipe, state, _ = load_weights(StructureRecipe, run / STRUCTURES / WEIGHTS_FILE)
    vessels = vessel_network(vessel_recipe.features, square_px=vessel_recipe.square_px)
    vessels.load_state_dict(vessel_state)
    structures = structure_network("random")
    structures.load_state_dict(state)
    deployed = DeployedAnatomy(vessels, structures, recipe.image_size_px, {}).eval()
    return TrainedAnatomy(vessel_recipe, recipe, deployed)


def exported_anatomy(
    trained: TrainedAnatomy,
    rows: list[ManifestRow],
    data: Path,
    file: str,
    say: Callable[[str], None],
) -> tuple[bytes, ModelEntry]:
    """Return the graph and its entry, without metrics yet. Raises ParityError."""
    side = trained.vessels.image_size_px
    tune = _Tune(
        own=[row for row in rows_of(rows, Role.TUNE, trained.structures.fold) if row.masks()],
        by_role=[row for row in rows if row.role == Role.TUNE and row.set in trained.vessels.sets],
    )
    say("anatomy: calibrating on tuning people")
    temperature = vessel_temperature(trained.deployed, tune.by_role, data, side)
    unshifted = trained.deployed.calibrated({}, temperature)
    shift = _shift(unshifted, tune, data, side)
    deployed = unshifted.calibrated(shift, temperature)
    say(f"anatomy: vessel temperature {temperature:.1f}, shifts {shift}")
    say(f"anatomy: exporting to ONNX opset {OPSET}")
    content = picture_graph("anatomy", deployed, side)
    say("anatomy: proving parity")
    parity = _parity(deployed, content, tune.own, data, side)
    inputs, outputs = graph_tensors(content)
    entry = ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(image_size_px=side, margin=MARGIN),
        inputs=inputs,
        outputs=outputs,
        labels=list(LABELS),
        logit_shift=[shift.get(name, 0.0) for name in LABELS],
        thresholds=dict.fromkeys(LABELS, PRESENT),
        artefacts={"fp32": fp32_artefact(file)},
        parity={"fp32": parity},
        metrics=[],
    )
    return content, entry


@dataclass(frozen=True)
class _Tune:
    """Labelled tuning photographs of the fold, and those of the vessel network's sets."""

    own: list[ManifestRow]
    by_role: list[ManifestRow]


def _shift(unshifted: DeployedAnatomy, tune: _Tune, data: Path, side: int) -> dict[str, float]:
    """Return the shift of each channel; the vessel network is tuned by role in every fold."""
    shift = logit_shifts(unshifted, tune.own, data, side)
    of_vessels = logit_shifts(unshifted, tune.by_role, data, side)
    return {**shift, "vessel": of_vessels["vessel"]}


def _parity(
    deployed: DeployedAnatomy, content: bytes, tune: list[ManifestRow], data: Path, side: int
) -> ParityReport:
    chosen = tune[:: max(1, len(tune) // PARITY_SAMPLES)]
    images_NHWC = np.stack([seen_eye(row, data, side).image_HWC for row in chosen])
    backend = OnnxRuntimeCpu(content, threads=1)
    report = map_parity(deployed, backend, images_NHWC, "fp32", LABELS)
    backend.close()
    return report
