"""A signed bundle with a progression model that was never trained, made as a user makes one.

The network is the real one with seeded random weights; its heads are made strong enough that its
samples can be told apart. What it says of an eye means nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.bundle import (
    Artefact,
    BundleManifest,
    ModelEntry,
    ParityReport,
    Preprocessing,
)
from edge_runtime.domain import Evidence, Eye
from edge_runtime.forecast.covariates import NAMES
from edge_runtime.fundus.preprocess import MARGIN
from edge_runtime.simulation.simulator import LABELS
from export.bundle_folder import write_bundle
from export.entry import graph_tensors
from export.progression import progression_graph
from export.progression_golden import GOLDEN_TOLERANCE, golden_simulation
from export.signing_key import public_key
from tests.edge_runtime.findings_bundle import MadeBundle
from training.progression.network import ProgressionNetwork

FILE = "progression.fp32.onnx"
SIDE_PX = 128


def untrained_network() -> ProgressionNetwork:
    """Return the network with seeded weights whose samples differ by some grey levels."""
    torch.manual_seed(3)
    network = ProgressionNetwork(torch.zeros(len(NAMES)), torch.ones(len(NAMES)))
    with torch.no_grad():
        for head in (network.smooth, network.fine):
            head.weight *= 8.0
    return network.eval()


def bundle_with_progression(folder: Path) -> MadeBundle:
    """Write the reference bundle with this model, signed with a new key."""
    reference = open_bundle(None)
    files = {name: reference.read(name) for name in reference.manifest.files}
    files[FILE] = progression_graph(untrained_network(), SIDE_PX)
    inputs, outputs = graph_tensors(files[FILE])
    entry = ModelEntry(
        evidence=Evidence.DRAWN,
        preprocessing=Preprocessing(image_size_px=SIDE_PX, margin=MARGIN),
        inputs=inputs,
        outputs=outputs,
        labels=list(LABELS),
        artefacts={"fp32": Artefact(file=FILE, opset=20, golden_tolerance=GOLDEN_TOLERANCE)},
        parity={
            "fp32": ParityReport(
                reference="none",
                samples=1,
                largest_difference=0,
                tolerance=1,
                in_words="Untrained.",
            )
        },
        metrics=[],
    )
    golden = []
    for sample in reference.manifest.golden:
        name = sample.photograph.replace(".jpg", ".progression.npz")
        content = files[sample.photograph]
        files[name] = golden_simulation(content, Eye(sample.eye), entry, files[FILE])
        golden.append(
            sample.model_copy(update={"expected": {**sample.expected, "progression": name}})
        )

    def described(hashes: dict[str, str]) -> BundleManifest:
        models = {**reference.manifest.models, "progression": entry}
        update = {"name": "test-progression", "models": models, "golden": golden, "files": hashes}
        return reference.manifest.model_copy(update=update)

    key = Ed25519PrivateKey.generate()
    write_bundle(folder, files, described, key)
    return MadeBundle(folder, public_key(key))


def levels(picture: np.ndarray) -> np.ndarray:
    """Return a picture as whole numbers that may be subtracted."""
    return np.asarray(picture, np.int64)
