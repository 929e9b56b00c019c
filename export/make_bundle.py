"""Checkpoints to a signed bundle: calibrate, export, prove parity, judge, and only then write."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import onnx
import torch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime import __version__
from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import (
    BundleManifest,
    GoldenSample,
    MeasuredQuality,
    ModelEntry,
    SetCount,
)
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Eye
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.anatomy import exported_anatomy
from export.bundle_folder import write_bundle
from export.data_statement import data_statement, set_counts
from export.golden import golden_arrays, unaided
from export.judging import judge_anatomy
from export.model_card import model_card
from export.quality import measured_quality
from export.signing_key import public_key
from training.checkpoint import load_weights
from training.cohort.assemble import assemble
from training.drawn.sample_eyes import write_sample_eyes

ANATOMY_FILE = "anatomy.fp32.onnx"
QUALITY_FILE = "quality.json"
CARD_FILE = "model_card.md"
MANIFEST_FILE = "manifest.parquet"
SAMPLES = "samples"
UNKNOWN_HASH = "0" * 64

Say = Callable[[str], None]


@dataclass(frozen=True)
class Sources:
    """What a bundle is made from."""

    data: Path
    anatomy_weights: Path
    quality_run: Path
    name: str
    version: str
    commit: str
    image_size_px: int | None = None
    """Side of the network image; None for the side of the recipe."""


@dataclass(frozen=True)
class Contents:
    """All that a bundle will hold, before its files are hashed."""

    sources: Sources
    files: dict[str, bytes]
    anatomy: ModelEntry
    quality: MeasuredQuality
    counts: dict[str, list[SetCount]]
    golden: tuple[GoldenSample, ...] = ()

    def manifest(self, hashes: dict[str, str]) -> BundleManifest:
        """Return bundle.json's record over these hashes."""
        return BundleManifest(
            schema="foreseye.bundle/1",
            name=self.sources.name,
            version=self.sources.version,
            made_with={
                "foreseye": __version__,
                "commit": self.sources.commit,
                "torch": torch.__version__,
                "onnx": onnx.__version__,
                "python": platform.python_version(),
            },
            models={"anatomy": self.anatomy},
            measured_quality=self.quality,
            golden=list(self.golden),
            data_statement=data_statement(self.counts),
            model_card=CARD_FILE,
            files=hashes,
        )

    def with_card(self) -> Contents:
        """Return the same contents with the model card that their own figures give."""
        unhashed = dict.fromkeys([*self.files, CARD_FILE], UNKNOWN_HASH)
        card = model_card(self.manifest(unhashed)).encode()
        return replace(self, files={**self.files, CARD_FILE: card})


def make_bundle(sources: Sources, out: Path, key: Ed25519PrivateKey, say: Say) -> str:
    """Write the signed bundle and return the SHA-256 of its bundle.json.

    Raises ParityError, ExportError or any refusal of the runtime's own gates; `out` is only
    touched when everything passed.
    """
    trusted = public_key(key)
    with tempfile.TemporaryDirectory() as work:
        contents = _exported(sources, Path(work), say)
        draft = Path(work) / "draft"
        write_bundle(draft, contents.files, contents.manifest, key)
        pipeline = Pipeline.open(Settings(bundle=str(draft), trusted_keys=trusted))
        say("judging on role test")
        contents = _judged(contents, pipeline, Path(work))
        contents = _with_golden(contents, pipeline, Path(work) / SAMPLES)
        pipeline.close()
    contents = contents.with_card()
    sha256 = write_bundle(out, contents.files, contents.manifest, key)
    Pipeline.open(Settings(bundle=str(out), trusted_keys=trusted)).close()
    return sha256


def _exported(sources: Sources, work: Path, say: Say) -> Contents:
    recipe = load_weights(sources.anatomy_weights)[0]
    quality = measured_quality(sources.quality_run, QUALITY_FILE)
    used = sorted({*recipe.sets, *quality.sets})
    rows = list(read_manifest(assemble(sources.data, work / MANIFEST_FILE, used)))
    graph, anatomy = exported_anatomy(
        sources.anatomy_weights,
        sources.image_size_px,
        rows,
        sources.data,
        ANATOMY_FILE,
        say,
    )
    contents = Contents(
        sources=sources,
        files={ANATOMY_FILE: graph, QUALITY_FILE: quality.content},
        anatomy=anatomy,
        quality=quality.entry,
        counts={
            "anatomy": set_counts(row for row in rows if row.set in recipe.sets),
            "quality": set_counts(row for row in rows if row.set in quality.sets),
        },
    )
    return contents.with_card()


def _judged(contents: Contents, pipeline: Pipeline, work: Path) -> Contents:
    rows = list(read_manifest(work / MANIFEST_FILE))
    labelled = [row for row in rows if row.masks()]
    metrics = judge_anatomy(pipeline, labelled, contents.sources.data)
    return replace(contents, anatomy=contents.anatomy.model_copy(update={"metrics": metrics}))


def _with_golden(contents: Contents, pipeline: Pipeline, folder: Path) -> Contents:
    backend = OnnxRuntimeCpu(contents.files[ANATOMY_FILE], threads=1)
    files, samples = dict(contents.files), []
    for path in write_sample_eyes(folder):
        eye = Eye(path.stem.rpartition("_")[2])
        arrays = f"{SAMPLES}/{path.stem}.anatomy.npz"
        files[f"{SAMPLES}/{path.name}"] = path.read_bytes()
        files[arrays] = golden_arrays(path.read_bytes(), path.name, contents.anatomy, backend)
        samples.append(
            GoldenSample(
                photograph=f"{SAMPLES}/{path.name}",
                eye=eye.value,
                expected={"anatomy": arrays},
                biomarkers=unaided(pipeline, path, eye),
            )
        )
    backend.close()
    return replace(contents, files=files, golden=tuple(samples))
