"""Adds a trained forecast to a finished bundle: exported, proved, judged, signed again.

The other models' weights and figures stay as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

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
from export.forecast import ForecastPart, exported_forecast
from export.forecast_parity import golden_person
from export.golden import SAMPLES
from export.make_bundle import Sources, make_bundle
from export.model_card import model_card
from export.signing_key import public_key
from training.forecast.drawing import Wanted, people_of
from training.forecast.judging import judged_forecast
from training.forecast.train import trained_recipe

FORECAST_FILE = "forecast.fp32.onnx"
TEST_PEOPLE, TEST_FUTURES = 5000, 128

Files = dict[str, bytes]


def add_forecast(
    bundle: Bundle,
    run: Path,
    out: Path,
    key: Ed25519PrivateKey,
    say: Callable[[str], None],
    *,
    people: int = TEST_PEOPLE,
    futures: int = TEST_FUTURES,
) -> str:
    """Write `bundle` with the forecast of a finished run to `out`; return bundle.json's SHA-256.

    Raises ParityError, ExportError, or any refusal of the runtime's own gates.
    """
    part = exported_forecast(run, FORECAST_FILE, say)
    say(f"forecast: judging on {people} drawn people of role test")
    metrics = _judged(part, run, people, futures)
    files = {name: bundle.read(name) for name in bundle.manifest.files}
    files[FORECAST_FILE] = part.graph
    golden = [_with_person(sample, part.graph, files) for sample in bundle.manifest.golden]
    manifest = _with_forecast(bundle.manifest, part, metrics, golden)
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


def _judged(part: ForecastPart, run: Path, people: int, futures: int) -> list[Metric]:
    seed = trained_recipe(run).drawn_seed
    drawn = people_of(Wanted(seed, Role.TEST, people, futures), run)
    backend = OnnxRuntimeCpu(part.graph, threads=1)
    metrics = judged_forecast(backend.run, drawn)
    backend.close()
    return metrics


def _with_person(sample: GoldenSample, graph: bytes, files: Files) -> GoldenSample:
    """Return the sample with a person whose forecast every device must give; its file is added."""
    name = f"{SAMPLES}/{Path(sample.photograph).stem}.forecast.npz"
    files[name] = golden_person(Eye(sample.eye), graph)
    return sample.model_copy(update={"expected": {**sample.expected, "forecast": name}})


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
