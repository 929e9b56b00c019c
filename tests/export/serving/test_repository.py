"""The Triton repository is what Triton's own schema asks for, and holds the signed graphs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
import yaml
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2
from typer.testing import CliRunner

from edge_runtime.bundle.opening import Bundle, open_bundle
from export.cli import app
from export.errors import ExportError
from export.serving.repository import ENSEMBLE, write_repository
from export.serving.triton_config import Deployment


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(None)


@pytest.fixture(scope="module")
def repository(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("repository") / "r"
    write_repository(bundle, out, "fp32", Deployment(True, 4, 2), "pvc://models/foreseye")
    return out


def config(repository: Path, name: str) -> Any:
    text = (repository / "models" / name / "config.pbtxt").read_text()
    return text_format.Parse(text, model_config_pb2.ModelConfig())


def test_each_model_is_there_with_its_signed_graph(bundle: Bundle, repository: Path):
    for name, entry in bundle.manifest.models.items():
        content = (repository / "models" / name / "1" / "model.onnx").read_bytes()

        file = entry.artefacts["fp32"].file
        assert hashlib.sha256(content).hexdigest() == bundle.manifest.files[file]


def test_the_configuration_says_what_the_graph_says(bundle: Bundle, repository: Path):
    told = config(repository, "anatomy")

    graph = repository / "models" / "anatomy" / "1" / "model.onnx"
    session = ort.InferenceSession(graph.read_bytes(), providers=["CPUExecutionProvider"])
    (image,), (output,) = session.get_inputs(), session.get_outputs()
    assert told.max_batch_size == 4
    assert [t.name for t in told.input] == [image.name]
    assert list(told.input[0].dims) == image.shape[1:]
    assert told.input[0].data_type == model_config_pb2.TYPE_UINT8
    assert list(told.output[0].dims) == output.shape[1:]
    assert told.instance_group[0].kind == model_config_pb2.ModelInstanceGroup.KIND_GPU
    assert told.parameters["evidence"].string_value == "internal"
    assert told.parameters["bundle_sha256"].string_value == bundle.sha256


def test_a_full_queue_refuses(repository: Path):
    policy = config(repository, "findings").dynamic_batching.default_queue_policy

    assert policy.max_queue_size == 64
    assert policy.timeout_action == model_config_pb2.ModelQueuePolicy.REJECT


def test_each_model_warms_up_on_the_golden_samples(bundle: Bundle, repository: Path):
    told = config(repository, "findings")

    assert [w.name for w in told.model_warmup] == ["sample_OD", "sample_OS"]
    for sample in told.model_warmup:
        (fed,) = sample.inputs.values()
        content = (repository / "models/findings/warmup" / fed.input_data_file).read_bytes()
        assert len(content) == np.prod(list(fed.dims))


def test_the_ensemble_runs_the_models_of_the_field_side_by_side(repository: Path):
    told = config(repository, ENSEMBLE)

    steps = {step.model_name: step for step in told.ensemble_scheduling.step}
    assert set(steps) == {"anatomy", "findings"}
    fed = {name for step in steps.values() for name in step.input_map.values()}
    given = {name for step in steps.values() for name in step.output_map.values()}
    assert fed == {tensor.name for tensor in told.input}
    assert given == {tensor.name for tensor in told.output}
    for name, step in steps.items():
        alone = config(repository, name)
        assert set(step.input_map) == {tensor.name for tensor in alone.input}
        assert set(step.output_map) == {tensor.name for tensor in alone.output}
    assert (repository / "models" / ENSEMBLE / "1").is_dir()


def test_kserve_is_told_where_the_models_are_and_which_bundle_they_are(
    bundle: Bundle, repository: Path
):
    told = yaml.safe_load((repository / "kserve.yaml").read_text())

    model = told["spec"]["predictor"]["model"]
    assert told["kind"] == "InferenceService"
    assert model["storageUri"] == "pvc://models/foreseye"
    assert model["protocolVersion"] == "grpc-v2"
    assert model["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert told["metadata"]["annotations"]["foreseye/bundle-sha256"] == bundle.sha256


def test_a_folder_that_holds_something_is_left_alone(bundle: Bundle, tmp_path: Path):
    (tmp_path / "mine").write_text("kept")

    with pytest.raises(ExportError, match="not empty"):
        write_repository(bundle, tmp_path, "fp32", Deployment(False, 1, 1), "")


def test_a_precision_that_nobody_knows_is_bad_usage(tmp_path: Path):
    reference = open_bundle(None).path
    asked = ["triton", str(reference), "--out", str(tmp_path / "r"), "--precision", "int4"]

    told = CliRunner().invoke(app, asked)

    assert told.exit_code == 2
    assert not (tmp_path / "r").exists()
