"""An engine is used only when it is the one that was built from this model, here, by this version.

TensorRT itself is stood in for: where there is no GPU it neither builds nor runs.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edge_runtime.backends import tensorrt_engine
from edge_runtime.backends.cuda_driver import CudaDriver
from edge_runtime.backends.opening import EngineOptions, candidates
from edge_runtime.backends.tensorrt_engine import TensorRtEngine, opened_engine
from edge_runtime.errors import BackendUnavailable, EngineRefused, InferenceFailed, SettingsError
from tests.edge_runtime.backends import fake_tensorrt
from tests.edge_runtime.backends.fake_tensorrt import Driver

GRAPH = b"a graph"
PICTURE = np.arange(48, dtype=np.uint8).reshape(1, 4, 4, 3)


class Bench:
    """A device with a folder of engines; what stands on it may be swapped."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.driver, self.trt = folder, Driver(), fake_tensorrt.module()
        monkeypatch.setattr(tensorrt_engine, "tensorrt_module", lambda: self.trt)
        monkeypatch.setattr(tensorrt_engine, "CudaDriver", lambda: CudaDriver(self.driver))

    def open(self, graph: bytes = GRAPH, precision: str = "fp16") -> TensorRtEngine:
        options = EngineOptions(1, precision, str(self.folder), 1024, 8)
        return opened_engine(graph, options)

    def plans(self) -> list[Path]:
        return sorted(self.folder.glob("*.plan"))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path / "engines", monkeypatch)


def test_an_engine_runs_and_gives_its_memory_back(bench: Bench):
    engine = bench.open()

    outputs = engine.run({"image": PICTURE})
    engine.close()

    assert engine.name == "tensorrt"
    assert outputs["twice"].dtype == np.float32
    assert np.array_equal(outputs["twice"], 2.0 * PICTURE)
    assert not bench.driver.kept


def test_a_larger_batch_gets_more_memory_and_a_smaller_one_none(bench: Bench):
    engine = bench.open()
    engine.run({"image": np.repeat(PICTURE, 3, axis=0)})
    held = dict(bench.driver.kept)

    outputs = engine.run({"image": PICTURE})

    assert bench.driver.kept == held
    assert np.array_equal(outputs["twice"], 2.0 * PICTURE)


def test_an_engine_is_built_once_and_read_ever_after(bench: Bench):
    bench.open()
    (built,) = bench.plans()
    told = json.loads(built.with_suffix(".json").read_text())
    before = built.stat().st_mtime_ns

    bench.open()

    assert told["build"]["tensorrt"] == fake_tensorrt.VERSION
    assert told["build"]["device"] == "Orin"
    assert built.stat().st_mtime_ns == before
    assert (bench.folder / "timing.cache").read_bytes() == b"timings"
    assert bench.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("other", ["model", "precision", "version", "device"])
def test_another_model_precision_version_or_device_is_another_engine(bench: Bench, other: str):
    bench.open()
    if other == "version":
        bench.trt.__version__ = "10.3.0"
    if other == "device":
        bench.driver = Driver(b"Thor")

    bench.open(
        b"another graph" if other == "model" else GRAPH,
        "int8-trt" if other == "precision" else "fp16",
    )

    assert len(bench.plans()) == 2


def test_a_flipped_byte_is_refused(bench: Bench):
    bench.open()
    (built,) = bench.plans()
    content = bytearray(built.read_bytes())
    content[-1] ^= 1
    built.write_bytes(content)

    with pytest.raises(EngineRefused, match="it changed"):
        bench.open()


def test_another_models_engine_under_this_models_name_is_refused(bench: Bench):
    bench.open()
    (ours,) = bench.plans()
    bench.open(b"another graph")
    (theirs,) = set(bench.plans()) - {ours}
    for suffix in (".plan", ".json"):
        theirs.with_suffix(suffix).replace(ours.with_suffix(suffix))

    with pytest.raises(EngineRefused, match="was built for model_sha256"):
        bench.open()


def test_an_engine_of_another_device_under_this_ones_name_is_refused(bench: Bench):
    bench.open()
    (ours,) = bench.plans()
    told = json.loads(ours.with_suffix(".json").read_text())
    told["build"]["device"], told["build"]["capability"] = "Thor", "11.0"
    ours.with_suffix(".json").write_text(json.dumps(told))

    with pytest.raises(EngineRefused, match=r"device Thor, not Orin; capability 11\.0"):
        bench.open()


@pytest.mark.parametrize("missing", [".plan", ".json"])
def test_an_engine_without_its_other_half_is_refused(bench: Bench, missing: str):
    bench.open()
    (ours,) = bench.plans()
    ours.with_suffix(missing).unlink()

    with pytest.raises(EngineRefused):
        bench.open()


def test_a_plan_that_tensorrt_does_not_take_is_refused(bench: Bench):
    driver = CudaDriver(bench.driver)
    messages = tensorrt_engine.listening_log(bench.trt)

    with pytest.raises(EngineRefused, match="does not take"):
        TensorRtEngine(bench.trt, driver, b"not a plan", messages)


def test_a_folder_that_others_may_write_is_refused(bench: Bench):
    bench.folder.mkdir()
    bench.folder.chmod(0o777)

    with pytest.raises(EngineRefused, match="written by others"):
        bench.open()


def test_without_a_folder_nothing_is_built(bench: Bench):
    bench.folder = Path()
    options = EngineOptions(1, "fp16", "", 1024, 8)

    with pytest.raises(SettingsError, match="FORESEYE_ENGINES"):
        opened_engine(GRAPH, options)


def test_what_the_parser_says_is_told(bench: Bench):
    with pytest.raises(InferenceFailed, match="no such operator"):
        bench.open(b"unreadable graph")
    with pytest.raises(InferenceFailed, match="cannot build"):
        bench.open(b"unbuildable graph")
    assert not bench.plans()


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({}, "needs the input image"),
        ({"image": PICTURE.astype(np.float32)}, "takes uint8"),
        ({"image": np.repeat(PICTURE, 9, axis=0)}, "beyond the engine's profile"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(bench: Bench, inputs: dict[str, np.ndarray], told: str):
    engine = bench.open()

    with pytest.raises(InferenceFailed, match=told):
        engine.run(inputs)


def test_no_driver_is_told_as_such(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("edge_runtime.backends.cuda_driver.LIBRARY", "libno-such-driver.so.1")

    with pytest.raises(BackendUnavailable, match="no CUDA driver"):
        CudaDriver()


def test_a_call_that_fails_is_told_with_its_code(bench: Bench):
    driver = CudaDriver(bench.driver)
    bench.driver.cuStreamSynchronize = lambda _stream: 700

    with pytest.raises(InferenceFailed, match=r"cuStreamSynchronize .* 700"):
        driver.wait()


def test_tensorrt_is_used_only_where_it_is_listed_and_there(monkeypatch: pytest.MonkeyPatch):
    there = {"onnxruntime"}
    monkeypatch.setattr(
        "edge_runtime.backends.opening.find_spec", lambda name: name if name in there else None
    )

    order = ["int8-cpu", "fp16", "fp32"]
    both = ["tensorrt", "onnxruntime-cpu"]

    on_processor = [("onnxruntime-cpu", "int8-cpu"), ("onnxruntime-cpu", "fp32")]
    assert candidates(both, order) == on_processor
    with pytest.raises(BackendUnavailable):
        candidates(["tensorrt"], order)
    there.add("tensorrt")
    assert candidates(both, order) == [("tensorrt", "fp16"), *on_processor]
