"""Carries the models that a finished bundle has and a newer one lacks over to the newer one.

Who trains the anatomy anew has its bundle made, and takes forecasts, signs and simulated visits
over as they are: weights, figures, evidence, and golden samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import BundleManifest, GoldenSample, ModelName
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.bundle_folder import with_hashes, write_bundle
from export.data_statement import data_statement
from export.errors import ExportError
from export.model_card import model_card
from export.pools import with_quick_pools
from export.sealed_evaluation import OUTCOMES_FILE, OUTCOMES_PAGE
from export.signing_key import public_key
from export.to_onnx import file_of

Files = dict[str, bytes]


def carry(
    bundle: Bundle,
    other: Bundle,
    out: Path,
    key: Ed25519PrivateKey,
    also: Sequence[ModelName] = (),
) -> str:
    """Write `bundle` with what `other` has beyond it to `out`; return bundle.json's SHA-256.

    `also` names models that both have, of which `other`'s are taken. Its graphs come with their
    pools made quick, which changes last digits; its golden samples hold for them. Raises
    ExportError where there is nothing to carry or the samples are other eyes, and any refusal of
    the runtime's own gates.
    """
    held = bundle.manifest.models
    lacking = [name for name in other.manifest.models if name not in held or name in also]
    if not lacking:
        raise ExportError(f"{other.path} has no model that {bundle.path} lacks")
    replaced = {a.file for name in also if name in held for a in held[name].artefacts.values()}
    files = {name: bundle.read(name) for name in bundle.manifest.files if name not in replaced}
    files |= _graphs(other, lacking)
    golden = [_with_expected(s, bundle, other, lacking, files) for s in bundle.manifest.golden]
    manifest = _with_models(bundle.manifest, other, lacking, golden)
    if "forecast" in lacking:
        manifest = _with_future(manifest, other, files)
    files[manifest.model_card] = model_card(manifest).encode()
    sha256 = write_bundle(out, files, lambda hashes: with_hashes(manifest, hashes), key)
    Pipeline.open(Settings(bundle=str(out), trusted_keys=public_key(key))).close()
    return sha256


def _graphs(other: Bundle, names: list[ModelName]) -> Files:
    held = [a.file for name in names for a in other.manifest.models[name].artefacts.values()]
    return {
        file: file_of(with_quick_pools(onnx.load_from_string(other.read(file)))) for file in held
    }


def _with_expected(
    sample: GoldenSample, bundle: Bundle, other: Bundle, names: list[ModelName], files: Files
) -> GoldenSample:
    """Return a sample with what the carried models make of it; their files are added."""
    same = next((s for s in other.manifest.golden if s.photograph == sample.photograph), None)
    if same is None or other.read(same.photograph) != bundle.read(sample.photograph):
        raise ExportError(f"{sample.photograph} is another eye in {other.path}")
    expected = {name: same.expected[name] for name in names if name in same.expected}
    for file in expected.values():
        files[file] = other.read(file)
    return sample.model_copy(update={"expected": {**sample.expected, **expected}})


def _with_models(
    manifest: BundleManifest, other: Bundle, names: list[ModelName], golden: list[GoldenSample]
) -> BundleManifest:
    theirs = other.manifest
    counts = dict(manifest.data_statement.models)
    counts |= {name: theirs.data_statement.models[name] for name in names}
    return manifest.model_copy(
        update={
            "models": {**manifest.models, **{name: theirs.models[name] for name in names}},
            "golden": golden,
            "data_statement": data_statement(counts),
        }
    )


def _with_future(manifest: BundleManifest, other: Bundle, files: Files) -> BundleManifest:
    """Return the record with what belongs to `other`'s forecast; its evaluation's files are added.

    That is its horizons, the people whom it was learned from, and how it was judged by outcomes.
    """
    theirs = other.manifest
    evaluations = [name for name in manifest.evaluations or [] if name != OUTCOMES_FILE]
    if OUTCOMES_FILE in (theirs.evaluations or ()):
        files |= {name: other.read(name) for name in (OUTCOMES_FILE, OUTCOMES_PAGE)}
        evaluations.append(OUTCOMES_FILE)
    return manifest.model_copy(
        update={
            "horizons_years": theirs.horizons_years,
            "reference_population": theirs.reference_population,
            "learned_spans": theirs.learned_spans,
            "evaluations": evaluations or None,
        }
    )
