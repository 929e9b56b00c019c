"""Adds a trained forecast to a finished bundle: exported, proved, judged, signed again.

The other models' weights and figures stay as they are.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.bundle import BundleManifest, GoldenSample, Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Eye
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from export.bundle_folder import write_bundle
from export.data_statement import data_statement
from export.errors import ExportError
from export.forecast import ForecastPart, exported_forecast
from export.forecast_parity import golden_person
from export.golden import SAMPLES
from export.make_bundle import Sources, make_bundle
from export.model_card import model_card
from export.sealed_evaluation import OUTCOMES_FILE, OUTCOMES_PAGE
from export.signing_key import public_key
from export.signs import SignsPart, exported_signs, golden_signs, sample_image
from training.evaluation.page import evaluation_page
from training.forecast.drawing import Wanted, people_of
from training.forecast.judging import judged_forecast
from training.forecast.train import as_seen, trained_recipe
from training.signs.judged import JudgedPhotographs, read_judged

FORECAST_FILE, SIGNS_FILE = "forecast.fp32.onnx", "signs.fp32.onnx"
TEST_PEOPLE, TEST_FUTURES = 5000, 128

Files = dict[str, bytes]


def add_forecast(
    bundle: Bundle,
    run: Path,
    out: Path,
    key: Ed25519PrivateKey,
    say: Callable[[str], None],
    *,
    signs: Path | None = None,
    judged: Path | None = None,
    people: int = TEST_PEOPLE,
    futures: int = TEST_FUTURES,
) -> str:
    """Write `bundle` with the forecast of a finished run to `out`; return bundle.json's SHA-256.

    `signs` is the finished run that reads the signs of a forecast from photographs, `judged` what
    `foreseye-train judge-photographs` wrote of a bundle with these very graphs. Raises ParityError,
    ExportError, or any refusal of the runtime's own gates.
    """
    if (signs is not None) != (trained_recipe(run).knows == "photographs"):
        raise ExportError(f"{run}: a forecast from photographs, and no other, goes with --signs")
    part = exported_forecast(run, FORECAST_FILE, say)
    say(f"forecast: judging on {people} drawn people of role test")
    metrics = _judged(part, run, people, futures)
    reading = None if signs is None else exported_signs(signs, SIGNS_FILE, say)
    files = _files(bundle, part, reading)
    evaluations = [name for name in bundle.manifest.evaluations or [] if name != OUTCOMES_FILE]
    if judged is not None:
        found = _of_photographs(judged, files)
        metrics += found.metrics
        if found.by_outcomes is not None:
            files[OUTCOMES_FILE] = (found.by_outcomes.to_json() + "\n").encode()
            files[OUTCOMES_PAGE] = evaluation_page(found.by_outcomes).encode()
            evaluations.append(OUTCOMES_FILE)
    golden = [_with_person(sample, part, reading, files) for sample in bundle.manifest.golden]
    manifest = _with_forecast(bundle.manifest, part, metrics, golden)
    manifest = _with_signs(manifest, reading)
    manifest = manifest.model_copy(update={"evaluations": evaluations or None})
    files[manifest.model_card] = model_card(manifest).encode()

    def described(hashes: dict[str, str]) -> BundleManifest:
        changed = manifest.model_copy(update={"files": hashes})
        return BundleManifest.model_validate_json(changed.to_json())

    sha256 = write_bundle(out, files, described, key)
    Pipeline.open(Settings(bundle=str(out), trusted_keys=public_key(key))).close()
    return sha256


def bundle_with_forecast(
    sources: Sources, run: Path, out: Path, key: Ed25519PrivateKey, say: Callable[[str], None]
) -> str:
    """Write a new bundle with a forecast to `out`; return the SHA-256 of its bundle.json.

    Raises what `make_bundle` and `add_forecast` raise; `out` is touched when all passed.
    """
    with tempfile.TemporaryDirectory() as work:
        made = Path(work) / "bundle"
        make_bundle(sources, made, key, say)
        return add_forecast(open_bundle(made, (public_key(key),)), run, out, key, say)


def _files(bundle: Bundle, part: ForecastPart, reading: SignsPart | None) -> Files:
    """Return the bundle's files with the new graphs, without what its forecast had before."""
    earlier = {
        SIGNS_FILE,
        OUTCOMES_FILE,
        OUTCOMES_PAGE,
        *(s.expected.get("signs") for s in bundle.manifest.golden),
    }
    files = {name: bundle.read(name) for name in bundle.manifest.files if name not in earlier}
    files[FORECAST_FILE] = part.graph
    if reading is not None:
        files[SIGNS_FILE] = reading.graph
    return files


def _judged(part: ForecastPart, run: Path, people: int, futures: int) -> list[Metric]:
    seed = trained_recipe(run).drawn_seed
    wanted = Wanted(seed, Role.TEST, people, futures)
    drawn = as_seen(people_of(wanted, run), trained_recipe(run), run)
    backend = OnnxRuntimeCpu(part.graph, threads=1)
    metrics = judged_forecast(backend.run, drawn, trained_recipe(run).knows)
    backend.close()
    return metrics


def _of_photographs(judged: Path, files: Files) -> JudgedPhotographs:
    """Return the figures of these graphs. Raises ExportError where others were judged."""
    found = read_judged(judged)
    told = found.signs_sha256, found.forecast_sha256
    ours = [hashlib.sha256(files.get(n, b"")).hexdigest() for n in (SIGNS_FILE, FORECAST_FILE)]
    if list(told) != ours:
        raise ExportError(f"{judged} is of other models")
    return found


def _with_person(
    sample: GoldenSample, part: ForecastPart, reading: SignsPart | None, files: Files
) -> GoldenSample:
    """Return the sample with a person whose forecast every device must give; its file is added.

    With the signs that are read in the sample, where the forecast knows them.
    """
    stem = f"{SAMPLES}/{Path(sample.photograph).stem}"
    expected = {name: file for name, file in sample.expected.items() if name != "signs"}
    sign_S = None
    if reading is not None:
        expected["signs"] = f"{stem}.signs.npz"
        content = files[sample.photograph]
        image_HWC = sample_image(content, sample.photograph, reading.entry, Eye(sample.eye))
        files[expected["signs"]] = golden_signs(image_HWC, reading.graph)
        with np.load(io.BytesIO(files[expected["signs"]]), allow_pickle=False) as kept:
            sign_S = kept["output.sign_NS"][0]
    expected["forecast"] = f"{stem}.forecast.npz"
    files[expected["forecast"]] = golden_person(Eye(sample.eye), part.graph, sign_S)
    return sample.model_copy(update={"expected": expected})


def _with_signs(manifest: BundleManifest, reading: SignsPart | None) -> BundleManifest:
    """Return the manifest with the model that reads signs, or without any."""
    models, counts = dict(manifest.models), dict(manifest.data_statement.models)
    models.pop("signs", None)
    counts.pop("signs", None)
    if reading is not None:
        models["signs"], counts["signs"] = reading.entry, reading.counts
    return manifest.model_copy(update={"models": models, "data_statement": data_statement(counts)})


def _with_forecast(
    manifest: BundleManifest,
    part: ForecastPart,
    metrics: list[Metric],
    golden: list[GoldenSample],
) -> BundleManifest:
    counts = {**manifest.data_statement.models, "forecast": part.counts}
    return manifest.model_copy(
        update={
            "models": {
                **manifest.models,
                "forecast": part.entry.model_copy(update={"metrics": metrics}),
            },
            "horizons_years": part.horizons_years,
            "reference_population": part.reference_population,
            "learned_spans": part.learned_spans,
            "golden": golden,
            "data_statement": data_statement(counts),
        }
    )
