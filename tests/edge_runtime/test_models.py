"""Models load on the engine asked for, and only when they give the golden outputs."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.errors import (
    BackendUnavailable,
    BundleUnsupported,
    GoldenMismatch,
    InferenceFailed,
    SettingsError,
)
from edge_runtime.models import check_golden, load_models
from edge_runtime.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(None)


class OtherGolden(Bundle):
    """A bundle whose golden outputs were made by another model: each is moved by a tenth."""

    def read(self, file: str) -> bytes:
        raw = super().read(file)
        if not file.endswith(".npz"):
            return raw
        arrays = dict(np.load(io.BytesIO(raw)))
        for key in arrays:
            if key.startswith("output."):
                arrays[key] = np.clip(arrays[key].astype(int) + 26, 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return buffer.getvalue()


def test_the_reference_models_load_and_name_their_engine(bundle: Bundle):
    models = load_models(bundle, Settings(threads=1))

    assert models["anatomy"].identity.backend == "onnxruntime-cpu"
    assert models["anatomy"].identity.precision == "fp32"


def test_models_that_give_other_outputs_are_refused(bundle: Bundle):
    models = load_models(bundle, Settings(threads=1))
    other = OtherGolden(**vars(bundle))

    with pytest.raises(GoldenMismatch, match="anatomy on"):
        check_golden(other, models)


def test_an_engine_that_nobody_knows_is_a_setting_gone_wrong(bundle: Bundle):
    with pytest.raises(SettingsError, match="abacus"):
        load_models(bundle, Settings(backends="abacus"))


def test_an_engine_that_is_not_installed_is_never_replaced_in_silence(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("edge_runtime.backends.opening.find_spec", lambda _name: None)

    with pytest.raises(BackendUnavailable):
        load_models(bundle, Settings())


def test_a_model_that_this_version_cannot_run_is_refused_not_dropped(bundle: Bundle):
    entry = bundle.manifest.models["anatomy"]
    manifest = bundle.manifest.model_copy(update={"models": {"progression": entry}})

    with pytest.raises(BundleUnsupported, match="progression"):
        load_models(replace(bundle, manifest=manifest), Settings())


def test_inputs_of_the_wrong_kind_are_an_inference_failure(bundle: Bundle):
    model = load_models(bundle, Settings(threads=1))["anatomy"]

    with pytest.raises(InferenceFailed):
        model.run({"image_NHWC": np.zeros((1, 8, 8, 3), np.float32)})
