"""A finished bundle with more precisions: derived from its fp32 graphs, proved, signed again."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.backends.opening import RUNS
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import (
    BundleManifest,
    GoldenSample,
    ModelEntry,
    ModelName,
    Precision,
)
from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.bundle_folder import with_hashes, write_bundle
from export.errors import ExportError
from export.golden import golden_arrays
from export.model_card import model_card
from export.pools import with_quick_pools
from export.precisions.deriving import Derived, Say, derived
from export.precisions.people import tuning_people
from export.precisions.subject import Subject, subjects
from export.signing_key import public_key
from export.to_onnx import file_of
from training.cohort.assemble import Cohort, cohort_rows

Made = Mapping[ModelName, Mapping[Precision, Derived]]
Files = dict[str, bytes]

MADE: tuple[Precision, ...] = ("int8-cpu", "fp16", "int8-trt")
"""Precisions that are derived from fp32."""


def add_precisions(
    bundle: Bundle,
    cohort: Cohort,
    precisions: Sequence[Precision],
    out: Path,
    key: Ed25519PrivateKey,
    say: Say,
    only: Sequence[ModelName] = (),
) -> str:
    """Write `bundle` with these precisions of its picture models; return bundle.json's SHA-256.

    `only` names the models to make them of; none names all.
    Those that it had and that are not made anew stay; `fp32` among them keeps the weights of the
    fp32 graphs as halves, and makes the pools of the other models quick. Raises ToleranceError when
    one costs too much, ExportError without tuning people, and any refusal of the runtime's own
    gates; `out` is only touched when every precision passed.
    """
    people = tuning_people(bundle.manifest, _rows(cohort, bundle.manifest), cohort.folder)
    chosen = [s for s in subjects(bundle, people) if not only or s.name in only]
    made = {subject.name: _derived(subject, precisions, say) for subject in chosen}
    if not made:
        raise ExportError("the bundle holds no picture model whose precisions can be judged")
    say("writing the bundle, and proving its golden samples in each precision")
    manifest, files = _with(bundle, made)
    if "fp32" in precisions:
        files |= _quickened(bundle, set(made))
    with tempfile.TemporaryDirectory(dir=out.parent if out.parent.is_dir() else None) as work:
        draft = Path(work) / "draft"
        write_bundle(draft, files, lambda hashes: with_hashes(manifest, hashes), key)
        _check_opens(draft, key)
    return write_bundle(out, files, lambda hashes: with_hashes(manifest, hashes), key)


def _quickened(bundle: Bundle, made: set[ModelName]) -> Files:
    """Return the fp32 graphs of models that have no other precision; their golden samples hold."""
    entries = {name: e for name, e in bundle.manifest.models.items() if name not in made}
    return {
        entry.artefacts["fp32"].file: file_of(
            with_quick_pools(onnx.load_from_string(bundle.read(entry.artefacts["fp32"].file)))
        )
        for entry in entries.values()
    }


def precisions_named(names: Sequence[str], fp32_in_half: bool) -> list[Precision]:
    """Return the precisions to make; fp32 first, for the others are judged beside it.

    Raises ExportError for a name that is none of them.
    """
    unknown = sorted(set(names) - set(MADE))
    if unknown:
        raise ExportError(f"no such precisions: {', '.join(unknown)}; known: {', '.join(MADE)}")
    first: list[Precision] = ["fp32"] if fp32_in_half else []
    return [*first, *(p for p in MADE if p in names)]


def _derived(
    subject: Subject, precisions: Sequence[Precision], say: Say
) -> dict[Precision, Derived]:
    say(f"{subject.name}: judging fp32 on tuning people")
    before = subject.judged()
    made: dict[Precision, Derived] = {}
    for precision in precisions:
        made[precision] = derived(subject, precision, before, say)
        say(f"{subject.name}: {precision}: {made[precision].parity.in_words}")
    return made


def _rows(cohort: Cohort, manifest: BundleManifest) -> list[ManifestRow]:
    """Return the rows of an own manifest, else those of the sets that picture models learned from.

    Raises ManifestError.
    """
    if cohort.manifest is not None:
        validate_manifest(cohort.manifest, root=cohort.folder)
        return list(read_manifest(cohort.manifest))
    seeing = [name for name, entry in manifest.models.items() if entry.preprocessing is not None]
    counts = [c for name in seeing for c in manifest.data_statement.models.get(name, [])]
    sets = list(dict.fromkeys(c.set for c in counts if c.evidence_kind == "real"))
    with tempfile.TemporaryDirectory() as work:
        return cohort_rows(cohort, sets, Path(work))


def _with(bundle: Bundle, made: Made) -> tuple[BundleManifest, Files]:
    files = {name: bundle.read(name) for name in bundle.manifest.files}
    models = dict(bundle.manifest.models)
    for name, precisions in made.items():
        models[name] = _entry(models[name], precisions)
        files |= {each.artefact.file: each.graph for each in precisions.values()}
    for sample in bundle.manifest.golden:
        _renew_golden(sample, models, made, files)
    manifest = bundle.manifest.model_copy(update={"models": models})
    files[manifest.model_card] = model_card(manifest).encode()
    return manifest, files


def _entry(entry: ModelEntry, made: Mapping[Precision, Derived]) -> ModelEntry:
    artefacts = {**entry.artefacts, **{p: each.artefact for p, each in made.items()}}
    parity = {**entry.parity, **{p: each.parity for p, each in made.items()}}
    return entry.model_copy(update={"artefacts": artefacts, "parity": parity})


def _renew_golden(
    sample: GoldenSample, models: Mapping[ModelName, ModelEntry], made: Made, files: Files
) -> None:
    """Put the outputs of each precision into the sample's files."""
    for name in made:
        entry, file = models[name], sample.expected.get(name)
        if file is None:
            continue
        with np.load(io.BytesIO(files[file]), allow_pickle=False) as kept:
            image_NHWC = kept[f"input.{entry.inputs[0].name}"]
        files[file] = golden_arrays(image_NHWC[0], entry, files)


def _check_opens(draft: Path, key: Ed25519PrivateKey) -> None:
    """Return when the runtime proves every golden sample of the draft; raise its refusal if not."""
    for precision in RUNS["onnxruntime-cpu"]:
        order = ",".join(dict.fromkeys((precision, "fp32")))
        settings = Settings(bundle=str(draft), trusted_keys=public_key(key), precisions=order)
        Pipeline.open(settings).close()
