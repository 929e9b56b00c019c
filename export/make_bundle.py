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
from edge_runtime.contracts.bundle import (
    BundleManifest,
    GoldenSample,
    MeasuredQuality,
    ModelEntry,
    ModelName,
    SetCount,
)
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.bundle_folder import write_bundle
from export.data_statement import data_statement, set_counts
from export.golden import golden_samples
from export.judging import judge_draft
from export.model_card import model_card
from export.quality import measured_quality
from export.sealed_evaluation import sealed_evaluation
from export.signing_key import public_key
from export.trained import exported_models, graph_file, trained_models
from training.cohort.assemble import assemble

QUALITY_FILE = "quality.json"
CARD_FILE = "model_card.md"
MANIFEST_FILE = "manifest.parquet"
UNKNOWN_HASH = "0" * 64

Say = Callable[[str], None]


@dataclass(frozen=True)
class Sources:
    """What a bundle is made from."""

    data: Path
    anatomy_run: Path
    quality_run: Path
    findings_run: Path | None
    """None leaves the findings out of the bundle."""
    name: str
    version: str
    commit: str
    evaluations: tuple[Path, ...] = ()
    """Evaluations of cross-validation and of left-out sets, sealed beside the bundle's own."""
    image_size_px: int | None = None
    """Side of the anatomy model's image; None for the side of its recipe."""


@dataclass(frozen=True)
class Contents:
    """All that a bundle will hold, before its files are hashed."""

    sources: Sources
    files: dict[str, bytes]
    models: dict[ModelName, ModelEntry]
    quality: MeasuredQuality | None
    counts: dict[str, list[SetCount]]
    fold: int | None
    """The fold that no model learned from or was tuned on; None where roles say who was."""
    left_out_sets: tuple[str, ...]
    golden: tuple[GoldenSample, ...] = ()
    evaluation_page: str | None = None
    evaluations: tuple[str, ...] = ()

    @property
    def is_held_out(self) -> bool:
        """Whether the bundle was made to be judged on a fold or on a set that it never saw."""
        return self.fold is not None or bool(self.left_out_sets)

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
            models=self.models,
            measured_quality=self.quality,
            held_out_fold=self.fold,
            left_out_sets=list(self.left_out_sets) or None,
            golden=list(self.golden),
            data_statement=data_statement(self.counts),
            model_card=CARD_FILE,
            evaluation_page=self.evaluation_page,
            evaluations=list(self.evaluations) or None,
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
        if contents.is_held_out:
            say("not judged here: `foreseye-train evaluate` judges it on what it held out")
        else:
            say("judging on role test")
            contents = _judged(contents, pipeline, Path(work))
        files, samples = golden_samples(pipeline, contents.models, contents.files)
        contents = replace(contents, files={**contents.files, **files}, golden=tuple(samples))
        pipeline.close()
    contents = contents.with_card()
    sha256 = write_bundle(out, contents.files, contents.manifest, key)
    Pipeline.open(Settings(bundle=str(out), trusted_keys=trusted)).close()
    return sha256


def _exported(sources: Sources, work: Path, say: Say) -> Contents:
    trained = trained_models(sources.anatomy_run, sources.findings_run, sources.image_size_px)
    quality = measured_quality(sources.quality_run, QUALITY_FILE)
    trained.check_held_out(quality.fold)
    learned = {**trained.sets, "quality": quality.sets}
    used = sorted({name for sets in learned.values() for name in sets})
    rows = list(read_manifest(assemble(sources.data, work / MANIFEST_FILE, used)))
    files = {QUALITY_FILE: quality.content}
    models: dict[ModelName, ModelEntry] = {}
    for name, graph, entry in exported_models(trained, rows, sources.data, say):
        files[graph_file(name)], models[name] = graph, entry
    contents = Contents(
        sources=sources,
        files=files,
        models=models,
        quality=quality.entry,
        counts={
            model: set_counts(row for row in rows if row.set in sets)
            for model, sets in learned.items()
        },
        fold=trained.fold,
        left_out_sets=trained.left_out_sets,
    )
    return contents.with_card()


def _judged(contents: Contents, pipeline: Pipeline, work: Path) -> Contents:
    rows = list(read_manifest(work / MANIFEST_FILE))
    own = judge_draft(pipeline, rows, contents.sources.data)
    sealed = sealed_evaluation(own, contents.sources.evaluations)
    models, quality = sealed.beside(contents.models, contents.quality)
    return replace(
        contents,
        files={**contents.files, **sealed.files},
        models=models,
        quality=quality,
        evaluation_page=sealed.page,
        evaluations=tuple(sealed.evaluations),
    )
