"""A bundle as a Triton model repository, with KServe's YAML beside it.

What the graphs do not hold (finding the field, cutting its picture, biomarkers, the quality gate)
is not there: a repository serves numbers to those who cut pictures as edge_runtime/fundus does.
The service of foreseye itself is the road for clinics.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import ModelEntry, Precision
from edge_runtime.domain import USE
from edge_runtime.durable import make_folder, write_whole
from export.errors import ExportError
from export.serving.triton_config import Deployment, ensemble_config, model_config

ENSEMBLE = "foreseye_eye"
FIELD_MODELS = ("anatomy", "findings")
"""Models that see the whole field and need nothing from one another."""

KSERVE_FILE = "kserve.yaml"


def write_repository(
    bundle: Bundle, out: Path, precision: Precision, deployment: Deployment, storage: str
) -> list[str]:
    """Write the repository into `out` (new or empty) and return the names of its models.

    A model that is not there in `precision` goes in fp32. Raises ExportError when `out` holds
    something, OutputError when it cannot be written.
    """
    if out.exists() and any(out.iterdir()):
        raise ExportError(f"{out} is not empty; nothing was written")
    repository = out / "models"
    models = bundle.manifest.models
    for name, entry in models.items():
        _write_model(bundle, repository / name, name, entry, precision, deployment)
    names: list[str] = list(models)
    together: dict[str, ModelEntry] = {
        str(name): entry for name, entry in models.items() if name in FIELD_MODELS
    }
    if len(together) > 1:
        make_folder(repository / ENSEMBLE / "1")
        config = ensemble_config(ENSEMBLE, together, deployment.largest_batch)
        write_whole(repository / ENSEMBLE / "config.pbtxt", config)
        names.append(ENSEMBLE)
    write_whole(out / KSERVE_FILE, kserve_yaml(bundle, storage, deployment))
    return names


def kserve_yaml(bundle: Bundle, storage: str, deployment: Deployment) -> str:
    """Return an InferenceService that runs the repository on KServe's Triton runtime."""
    limits = {"cpu": str(deployment.threads), "memory": "4Gi"}
    if deployment.on_gpu:
        limits["nvidia.com/gpu"] = "1"
    asked = "\n".join(f'          {name}: "{value}"' for name, value in limits.items())
    identity = bundle.identity
    return f"""# {USE}
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: foreseye
  annotations:
    foreseye/bundle: "{identity.name} {identity.version}"
    foreseye/bundle-sha256: "{identity.sha256}"
spec:
  predictor:
    minReplicas: 1
    model:
      modelFormat:
        name: triton
      protocolVersion: grpc-v2
      runtime: kserve-tritonserver
      storageUri: "{storage}"
      ports:
        - name: h2c
          containerPort: 9000
          protocol: TCP
      resources:
        limits:
{asked}
        requests:
{asked}
"""


def _write_model(
    bundle: Bundle,
    folder: Path,
    name: str,
    entry: ModelEntry,
    precision: Precision,
    deployment: Deployment,
) -> None:
    held = precision if precision in entry.artefacts else "fp32"
    make_folder(folder / "1")
    write_whole(folder / "1" / "model.onnx", bundle.read(entry.artefacts[held].file))
    warm_up = _warm_up(bundle, folder, name, entry)
    told = {
        "bundle": bundle.identity.version,
        "bundle_sha256": bundle.sha256,
        "precision": held,
        "evidence": entry.evidence.value,
        "labels": ",".join(entry.labels),
        "use": USE,
    }
    config = model_config(name, entry, deployment, warm_up, told)
    write_whole(folder / "config.pbtxt", config)


def _warm_up(bundle: Bundle, folder: Path, name: str, entry: ModelEntry) -> Mapping[str, list[str]]:
    """Write each golden sample's inputs as raw bytes, and return their files by sample."""
    files: dict[str, list[str]] = {}
    for sample in bundle.manifest.golden:
        if name not in sample.expected:
            continue
        stem = Path(sample.photograph).stem
        with np.load(io.BytesIO(bundle.read(sample.expected[name])), allow_pickle=False) as kept:
            arrays = {t.name: kept[f"input.{t.name}"] for t in entry.inputs}
        if any(array.shape[0] != 1 for array in arrays.values()):
            continue  # a warm-up is one request of one
        make_folder(folder / "warmup")
        files[stem] = [f"{stem}.{tensor}" for tensor in arrays]
        for tensor, array in arrays.items():
            write_whole(folder / "warmup" / f"{stem}.{tensor}", array.tobytes())
    return files
