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
from export.anatomy import exported_anatomy, trained_anatomy
from export.bundle_folder import write_bundle
from export.data_statement import data_statement, set_counts
from export.errors import ExportError
from export.findings import exported_findings
from export.golden import golden_samples
from export.judging import judge_draft
from export.model_card import model_card
from export.quality import measured_quality
from export.sealed_evaluation import sealed_evaluation
from export.signing_key import public_key
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.cohort.assemble import assemble
from training.findings.task import FindingsRecipe

ANATOMY_FILE = "anatomy.fp32.onnx"
FINDINGS_FILE = "findings.fp32.onnx"
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
    anatomy = trained_anatomy(sources.anatomy_run, sources.image_size_px)
    quality = measured_quality(sources.quality_run, QUALITY_FILE)
    findings = _findings_recipe(sources)
    fold = anatomy.structures.fold
    if quality.fold != fold or (findings is not None and findings.fold != fold):
        others = quality.fold, findings.fold if findings is not None else "-"
        raise ExportError(f"anatomy holds out fold {fold}, quality and findings {others}")
    learned = {"anatomy": anatomy.sets, "quality": quality.sets}
    if findings is not None:
        learned["findings"] = findings.sets
    used = sorted({name for sets in learned.values() for name in sets})
    rows = list(read_manifest(assemble(sources.data, work / MANIFEST_FILE, used)))
    graph, entry = exported_anatomy(anatomy, rows, sources.data, ANATOMY_FILE, say)
    files = {ANATOMY_FILE: graph, QUALITY_FILE: quality.content}
    models: dict[ModelName, ModelEntry] = {"anatomy": entry}
    if sources.findings_run is not None:
        weights = sources.findings_run / WEIGHTS_FILE
        files[FINDINGS_FILE], models["findings"] = exported_findings(
            weights, rows, sources.data, FINDINGS_FILE, say
        )
    contents = Contents(
        sources=sources,
        files=files,
        models=models,
        quality=quality.entry,
        counts={
            model: set_counts(row for row in rows if row.set in sets)
            for model, sets in learned.items()
        },
        fold=fold,
        left_out_sets=anatomy.vessels.left_out,
    )
    return contents.with_card()


def _findings_recipe(sources: Sources) -> FindingsRecipe | None:
    if sources.findings_run is None:
        return None
    return load_weights(FindingsRecipe, sources.findings_run / WEIGHTS_FILE)[0]


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
