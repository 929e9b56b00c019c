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
    held = bundle.manifest.models["anatomy"].artefacts
    preferred = next(name for name in ("int8-cpu", "fp32") if name in held)
    assert models["anatomy"].identity.precision == preferred


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


class WithIntegers(Bundle):
    """The findings alone, said to be there in int8 too: its golden outputs are moved by `off`."""

    off = 0.0

    def read(self, file: str) -> bytes:
        raw = super().read(file)
        if not file.endswith(".npz"):
            return raw
        arrays = dict(np.load(io.BytesIO(raw)))
        for key in [key for key in arrays if key.startswith("output.")]:
            integers = key.replace("output.", "output.int8-cpu.")
            arrays[integers] = np.clip(arrays[key] / 255.0 + self.off, 0.0, 1.0)
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return buffer.getvalue()


class WithOtherIntegers(WithIntegers):
    """As a processor sees it whose integers saturate."""

    off = 0.3


class WithoutGoldenIntegers(Bundle):
    """Whose golden samples say nothing of int8."""

    def read(self, file: str) -> bytes:
        raw = super().read(file)
        if not file.endswith(".npz"):
            return raw
        arrays = {k: v for k, v in np.load(io.BytesIO(raw)).items() if "int8-cpu" not in k}
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        return buffer.getvalue()


def with_integers(bundle: Bundle, kind: type[Bundle] = WithIntegers) -> Bundle:
    entry = bundle.manifest.models["findings"]
    artefacts = {"fp32": entry.artefacts["fp32"], "int8-cpu": entry.artefacts["fp32"]}
    models = {"findings": entry.model_copy(update={"artefacts": artefacts})}
    golden = [
        sample.model_copy(update={"expected": {"findings": sample.expected["findings"]}})
        for sample in bundle.manifest.golden
    ]
    manifest = bundle.manifest.model_copy(update={"models": models, "golden": golden})
    return kind(**{**vars(bundle), "manifest": manifest})


def test_the_first_precision_of_the_order_that_the_bundle_holds_runs_and_is_told(bundle: Bundle):
    for order, runs in (("int8-cpu,fp32", "int8-cpu"), ("fp16,fp32,int8-cpu", "fp32")):
        models = load_models(with_integers(bundle), Settings(threads=1, precisions=order))

        assert models["findings"].identity.precision == runs


def test_integers_that_this_processor_gets_wrong_give_way_to_the_next_precision_aloud(
    bundle: Bundle, caplog: pytest.LogCaptureFixture
):
    models = load_models(with_integers(bundle, WithOtherIntegers), Settings(threads=1))

    assert models["findings"].identity.precision == "fp32"
    assert "not int8-cpu on onnxruntime-cpu on this machine" in caplog.text


def test_integers_that_this_processor_gets_wrong_are_refused_where_no_other_is_listed(
    bundle: Bundle,
):
    with pytest.raises(GoldenMismatch, match="int8-cpu is off by"):
        load_models(
            with_integers(bundle, WithOtherIntegers), Settings(threads=1, precisions="int8-cpu")
        )


def test_a_precision_without_golden_outputs_of_its_own_is_not_trusted(bundle: Bundle):
    other = with_integers(bundle, WithoutGoldenIntegers)

    with pytest.raises(GoldenMismatch, match="no golden"):
        load_models(other, Settings(threads=1, precisions="int8-cpu"))


def test_a_precision_that_the_bundle_does_not_hold_is_refused_with_those_that_it_does(
    bundle: Bundle,
):
    only = with_integers(bundle).manifest
    entry = only.models["findings"]
    fp32 = {"findings": entry.model_copy(update={"artefacts": {"fp32": entry.artefacts["fp32"]}})}
    manifest = only.model_copy(update={"models": fp32})

    with pytest.raises(BundleUnsupported, match="findings is there in fp32"):
        load_models(replace(bundle, manifest=manifest), Settings(precisions="int8-cpu"))


@pytest.mark.parametrize(
    ("order", "told"), [("int4", "unknown precisions"), ("fp16", "runs none of fp16")]
)
def test_a_precision_that_nobody_runs_is_a_setting_gone_wrong(
    bundle: Bundle, order: str, told: str
):
    with pytest.raises(SettingsError, match=told):
        load_models(bundle, Settings(precisions=order))
