"""Seals what was measured with a finished bundle into that bundle, the weights untouched.

Cross-validation, a left-out set and the repeatability of biomarkers take hours and need a finished
bundle to measure with; sealing adds their figures, writes the card and the pages again, and signs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from edge_runtime.bundle.opening import Bundle, in_order_of_release
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.evaluation import EVALUATION_FILE, Evaluation
from edge_runtime.contracts.repeatability import Repeatability, SmallestDetectableChange
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.bundle_folder import with_hashes, write_bundle
from export.errors import ExportError
from export.golden import SAMPLES, golden_samples
from export.model_card import model_card
from export.sealed_evaluation import (
    OUTCOMES_FILE,
    OUTCOMES_PAGE,
    SealedEvaluation,
    evaluation_in,
    sealed_evaluation,
)
from export.signing_key import public_key


def seal(
    bundle: Bundle,
    evaluations: Sequence[Path],
    repeatability: Path | None,
    out: Path,
    key: Ed25519PrivateKey,
    *,
    own: Path | None = None,
    draw_samples: bool = False,
    version: str | None = None,
) -> str:
    """Write `bundle` with what was measured beside it to `out`; return bundle.json's SHA-256.

    `evaluations` (of folds, of left-out sets) take the place of those that it had; without any,
    those stay, as that of forecasts by outcomes always does. `own` is an evaluation of these very
    models on role test, for that which the bundle was made with. `draw_samples` draws the golden
    samples anew, as the project draws today; `version` None keeps the bundle's. Raises ExportError
    for a bundle that was never judged, for a file of another kind, for a version that is none or
    below the bundle's, and for a repeatability that was measured with another anatomy model.
    """
    manifest = bundle.manifest
    if version is not None:
        manifest = _with_version(manifest, version)
    files = {name: bundle.read(name) for name in manifest.files}
    if evaluations or own is not None:
        sealed = sealed_evaluation(_own(bundle, own), evaluations or _others(bundle))
        of_outcomes = {OUTCOMES_FILE, OUTCOMES_PAGE}
        dropped = [n for n in files if n.startswith("evaluation") and n not in of_outcomes]
        files = {name: files[name] for name in files if name not in dropped} | sealed.files
        manifest = _with_evaluations(manifest, sealed)
    if repeatability is not None:
        changes = _changes(bundle, repeatability)
        manifest = manifest.model_copy(update={"smallest_detectable_change": changes})
    if draw_samples:
        files, manifest = _with_new_samples(bundle, public_key(key), files, manifest)
    files[manifest.model_card] = model_card(manifest).encode()
    return write_bundle(out, files, lambda hashes: with_hashes(manifest, hashes), key)


def _with_version(manifest: BundleManifest, version: str) -> BundleManifest:
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ExportError(f"a version is MAJOR.MINOR.PATCH, not {version!r}")
    if in_order_of_release(version) < in_order_of_release(manifest.version):
        raise ExportError(f"{version} is below {manifest.version}: no runtime would take it")
    return manifest.model_copy(update={"version": version})


def _with_evaluations(manifest: BundleManifest, sealed: SealedEvaluation) -> BundleManifest:
    models, quality = sealed.beside(manifest.models, manifest.measured_quality)
    of_outcomes = [name for name in manifest.evaluations or [] if name == OUTCOMES_FILE]
    return manifest.model_copy(
        update={
            "models": models,
            "measured_quality": quality,
            "evaluation_page": sealed.page,
            "evaluations": [*sealed.evaluations, *of_outcomes],
        }
    )


def _with_new_samples(
    bundle: Bundle, trusted: str, files: dict[str, bytes], manifest: BundleManifest
) -> tuple[dict[str, bytes], BundleManifest]:
    pipeline = Pipeline.open(Settings(bundle=str(bundle.path), trusted_keys=trusted))
    drawn, golden = golden_samples(pipeline, manifest.models, files)
    pipeline.close()
    kept = {name: files[name] for name in files if not name.startswith(f"{SAMPLES}/")}
    return {**kept, **drawn}, manifest.model_copy(update={"golden": golden})


def _own(bundle: Bundle, made_anew: Path | None) -> Evaluation:
    """Return the bundle's own evaluation. Raises ExportError for none, or one of other bundles."""
    if made_anew is not None:
        found = evaluation_in(made_anew)
        judged = [each.bundle for each in found.bundles]
        if found.split != "test" or judged != [bundle.identity]:
            raise ExportError(f"{made_anew} was not measured with {bundle.path}")
        return found
    if EVALUATION_FILE not in (bundle.manifest.evaluations or ()):
        raise ExportError(f"{bundle.path} was never judged: it has no {EVALUATION_FILE}")
    return Evaluation.model_validate_json(bundle.read(EVALUATION_FILE))


def _others(bundle: Bundle) -> list[Path]:
    """Return the files of folds and of left-out sets that a bundle holds."""
    held = bundle.manifest.evaluations or []
    return [bundle.path / name for name in held if name not in (EVALUATION_FILE, OUTCOMES_FILE)]


def _changes(bundle: Bundle, file: Path) -> dict[str, SmallestDetectableChange]:
    try:
        record = Repeatability.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise ExportError(f"{file} is no repeatability: {error}") from None
    manifest = bundle.manifest
    disc = manifest.sha256_of("disc") if "disc" in manifest.models else None
    if (record.anatomy_sha256, record.disc_sha256) != (manifest.sha256_of("anatomy"), disc):
        raise ExportError(f"{file} was measured with another anatomy or disc model")
    return record.smallest_detectable_change
