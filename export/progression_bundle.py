"""Adds a trained progression to a finished bundle: exported, proved, judged, signed again.

The other models' weights and figures stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import BundleManifest, GoldenSample, Metric
from edge_runtime.domain import Eye
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.bundle_folder import write_bundle
from export.data_statement import data_statement
from export.errors import ExportError
from export.golden import SAMPLES
from export.model_card import model_card
from export.progression import ProgressionPart, exported_progression
from export.progression_golden import golden_simulation
from export.signing_key import public_key
from training.progression.judged import read_judged

PROGRESSION_FILE = "progression.fp32.onnx"

Files = dict[str, bytes]


def add_progression(
    bundle: Bundle,
    run: Path,
    out: Path,
    key: Ed25519PrivateKey,
    say: Callable[[str], None],
    judged: Path | None = None,
) -> str:
    """Write `bundle` with the progression of a finished run to `out`; return bundle.json's SHA-256.

    `judged` is what `foreseye-train judge-progression` wrote of a bundle with this very graph.
    Raises ParityError, ExportError, or any refusal of the runtime's own gates.
    """
    part = exported_progression(run, PROGRESSION_FILE, say)
    metrics = () if judged is None else _metrics(judged, part.graph)
    files = {name: bundle.read(name) for name in bundle.manifest.files}
    files[PROGRESSION_FILE] = part.graph
    golden = [_with_simulation(sample, part, files) for sample in bundle.manifest.golden]
    manifest = _with_progression(bundle.manifest, part, metrics, golden)
    files[manifest.model_card] = model_card(manifest).encode()

    def described(hashes: dict[str, str]) -> BundleManifest:
        changed = manifest.model_copy(update={"files": hashes})
        return BundleManifest.model_validate_json(changed.to_json())

    sha256 = write_bundle(out, files, described, key)
    Pipeline.open(Settings(bundle=str(out), trusted_keys=public_key(key))).close()
    return sha256


def _metrics(judged: Path, graph: bytes) -> Sequence[Metric]:
    """Return the figures of this graph. Raises ExportError where another one was judged."""
    found = read_judged(judged)
    if found.graph_sha256 != hashlib.sha256(graph).hexdigest():
        raise ExportError(f"{judged} is of another progression model")
    return found.metrics


def _with_simulation(sample: GoldenSample, part: ProgressionPart, files: Files) -> GoldenSample:
    """Return the sample with a change that every device must give; its file is added."""
    name = f"{SAMPLES}/{Path(sample.photograph).stem}.progression.npz"
    content = files[sample.photograph]
    files[name] = golden_simulation(content, Eye(sample.eye), part.entry, part.graph)
    return sample.model_copy(update={"expected": {**sample.expected, "progression": name}})


def _with_progression(
    manifest: BundleManifest,
    part: ProgressionPart,
    metrics: Sequence[Metric],
    golden: list[GoldenSample],
) -> BundleManifest:
    entry = part.entry.model_copy(update={"metrics": list(metrics)})
    counts = {**manifest.data_statement.models, "progression": part.counts}
    return manifest.model_copy(
        update={
            "models": {**manifest.models, "progression": entry},
            "golden": golden,
            "data_statement": data_statement(counts),
        }
    )
