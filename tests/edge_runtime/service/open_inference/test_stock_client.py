"""Conformance: the stock tritonclient[grpc] runs its whole surface against us, call by call.

CALLS lists every public method of the client; a new version that adds one fails here until somebody
says what becomes of it.
"""

from __future__ import annotations

import inspect
import queue
from collections.abc import Iterator

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from edge_runtime import __version__
from edge_runtime.domain import USE
from tests.edge_runtime.service.held_screener import PATIENCE_S
from tests.edge_runtime.service.open_inference.tiny_server import (
    image_input,
    inferred,
    outputs_of,
    tiny_server,
)
from tests.edge_runtime.service.tiny_bundle import THRESHOLDS, TinyBundle, images, tiny_bundle

SERVED = {
    *("is_server_live", "is_server_ready", "is_model_ready", "get_server_metadata"),
    *("get_model_metadata", "get_model_config", "get_model_repository_index", "load_model"),
    *("unload_model", "get_inference_statistics", "get_log_settings", "update_log_settings"),
    *("infer", "async_infer", "start_stream", "async_stream_infer", "stop_stream"),
}
UNIMPLEMENTED = {
    *("get_trace_settings", "update_trace_settings", "get_system_shared_memory_status"),
    *("register_system_shared_memory", "unregister_system_shared_memory"),
    *("get_cuda_shared_memory_status", "register_cuda_shared_memory"),
    "unregister_cuda_shared_memory",
}
OF_THE_CLIENT_ALONE = {"close", "register_plugin", "unregister_plugin", "plugin"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> TinyBundle:
    return tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="module")
def client(bundle: TinyBundle) -> Iterator[triton.InferenceServerClient]:
    with tiny_server(bundle) as live, triton.InferenceServerClient(live.address) as client:
        yield client


def test_every_call_of_the_client_is_accounted_for() -> None:
    public = {
        name
        for name, _ in inspect.getmembers(triton.InferenceServerClient, inspect.isfunction)
        if not name.startswith("_")
    }

    assert public == SERVED | UNIMPLEMENTED | OF_THE_CLIENT_ALONE


def test_the_server_is_live_and_ready(client: triton.InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()


@pytest.mark.parametrize(
    ("name", "version", "ready"),
    [
        ("findings", "", True),
        ("findings", "1.0.0", True),
        ("findings", "7", False),
        ("nope", "", False),
    ],
)
def test_a_model_is_ready_in_its_own_version(
    client: triton.InferenceServerClient, name: str, version: str, ready: bool
) -> None:
    assert client.is_model_ready(name, version) is ready


def test_server_metadata_names_only_what_is_served(client: triton.InferenceServerClient) -> None:
    metadata = client.get_server_metadata()

    assert (metadata.name, metadata.version) == ("foreseye", __version__)
    assert "binary_tensor_data" in metadata.extensions
    assert not {"trace", "cuda_shared_memory", "system_shared_memory"} & set(metadata.extensions)


def test_model_metadata_describes_the_tensors(client: triton.InferenceServerClient) -> None:
    metadata = client.get_model_metadata("findings")

    assert (metadata.name, list(metadata.versions)) == ("findings", ["1.0.0"])
    (image,) = metadata.inputs
    assert (image.name, image.datatype, list(image.shape)) == (
        "image_NHWC",
        "UINT8",
        [-1, 32, 32, 3],
    )
    assert [(t.name, t.datatype, list(t.shape)) for t in metadata.outputs] == [
        ("dr_grade_NK", "FP32", [-1, 5]),
        ("condition_NK", "FP32", [-1, 1]),
    ]


def test_model_config_is_one_that_triton_could_have_sent(
    client: triton.InferenceServerClient,
) -> None:
    config = client.get_model_config("findings").config

    assert (config.name, config.backend, config.max_batch_size) == ("findings", "onnxruntime", 8)
    assert list(config.input[0].dims) == [32, 32, 3]
    assert triton.model_config_pb2.DataType.Name(config.input[0].data_type) == "TYPE_UINT8"
    assert config.dynamic_batching.default_queue_policy.max_queue_size == 64
    assert config.dynamic_batching.priority_levels == 3
    assert config.instance_group[0].count == 1
    assert config.parameters["evidence"].string_value == "internal"


@pytest.mark.parametrize("num_items", [1, 3, 8])
@pytest.mark.parametrize("model", ["anatomy", "findings"])
def test_answers_are_bit_equal_to_in_process(
    client: triton.InferenceServerClient, bundle: TinyBundle, model: str, num_items: int
) -> None:
    image_NHWC = images(num_items, seed=5)

    answer = inferred(client, model, image_NHWC)

    expected = bundle.in_process(model, image_NHWC)
    assert outputs_of(answer).keys() == expected.keys()
    for name, array in outputs_of(answer).items():
        assert np.array_equal(array, expected[name])
        assert array.dtype == np.float32


def test_only_the_outputs_asked_for_come(client: triton.InferenceServerClient) -> None:
    wanted = [triton.InferRequestedOutput("condition_NK")]

    answer = inferred(client, "findings", images(1), outputs=wanted)

    assert list(outputs_of(answer)) == ["condition_NK"]


def test_an_answer_names_its_request_bundle_evidence_and_cuts(
    client: triton.InferenceServerClient,
) -> None:
    response = inferred(client, "findings", images(1), request_id="r-1").get_response()

    assert (response.id, response.model_name, response.model_version) == (
        "r-1",
        "findings",
        "1.0.0",
    )
    parameters = response.parameters
    assert parameters["evidence"].string_param == "internal"
    assert parameters["quality_gate"].string_param == "bypassed"
    assert parameters["use"].string_param == USE
    assert len(parameters["bundle_sha256"].string_param) == 64
    for name, cut in THRESHOLDS.items():
        assert parameters[f"threshold_{name}"].double_param == cut


def test_classification_gives_the_best_with_their_labels(
    client: triton.InferenceServerClient, bundle: TinyBundle
) -> None:
    image_NHWC = images(2, seed=3)
    wanted = [triton.InferRequestedOutput("dr_grade_NK", class_count=2)]

    told = inferred(client, "findings", image_NHWC, outputs=wanted).as_numpy("dr_grade_NK")

    grades_NK = bundle.in_process("findings", image_NHWC)["dr_grade_NK"]
    assert told.shape == (2, 2)
    for row, grades in zip(told, grades_NK, strict=True):
        best = int(grades.argmax())
        assert row[0].decode() == f"{grades[best]:f}:{best}:dr_grade_{best}"


def test_async_infer_calls_back(client: triton.InferenceServerClient, bundle: TinyBundle) -> None:
    answers: queue.Queue[tuple[object, object]] = queue.Queue()
    image_NHWC = images(1, seed=9)

    client.async_infer(
        "findings", [image_input(image_NHWC)], lambda result, error: answers.put((result, error))
    )

    result, error = answers.get(timeout=PATIENCE_S)
    assert error is None
    expected = bundle.in_process("findings", image_NHWC)
    assert np.array_equal(result.as_numpy("dr_grade_NK"), expected["dr_grade_NK"])  # type: ignore[attr-defined]


def test_a_stream_answers_in_order_and_goes_on_after_an_error(
    client: triton.InferenceServerClient, bundle: TinyBundle
) -> None:
    answers: queue.Queue[tuple[object, object]] = queue.Queue()
    asked = [images(1, seed=n) for n in range(20)]

    client.start_stream(lambda result, error: answers.put((result, error)))
    for number, image_NHWC in enumerate(asked):
        model = "nope" if number == 7 else "findings"
        client.async_stream_infer(model, [image_input(image_NHWC)], request_id=str(number))
    told = [answers.get(timeout=PATIENCE_S) for _ in asked]
    client.stop_stream()

    for number, (result, error) in enumerate(told):
        if number == 7:
            assert result is None
            assert "Request for unknown model: 'nope' is not found" in str(error)
            continue
        assert error is None
        response = result.get_response()  # type: ignore[attr-defined]
        assert response.id == str(number)
        assert response.parameters["triton_final_response"].bool_param
        expected = bundle.in_process("findings", asked[number])
        assert np.array_equal(result.as_numpy("dr_grade_NK"), expected["dr_grade_NK"])  # type: ignore[attr-defined]


def test_statistics_count_what_was_asked(client: triton.InferenceServerClient) -> None:
    before = client.get_inference_statistics("anatomy").model_stats[0]
    inferred(client, "anatomy", images(2))
    with pytest.raises(InferenceServerException):
        inferred(client, "anatomy", images(9))

    (after,) = client.get_inference_statistics("anatomy", "1.0.0").model_stats
    assert after.inference_count - before.inference_count == 2
    success, was = after.inference_stats.success, before.inference_stats.success
    assert success.count - was.count == 1
    assert success.ns > was.ns
    for part in ("queue", "compute_input", "compute_infer", "compute_output"):
        assert getattr(after.inference_stats, part).count >= 1
    assert after.last_inference > 0
    assert {stats.name for stats in client.get_inference_statistics().model_stats} == {
        "anatomy",
        "findings",
    }


def test_a_model_is_withdrawn_and_offered_again(client: triton.InferenceServerClient) -> None:
    def index() -> dict[str, tuple[str, str, str]]:
        models = client.get_model_repository_index().models
        return {m.name: (m.version, m.state, m.reason) for m in models}

    assert index()["findings"] == ("1.0.0", "READY", "")
    client.unload_model("findings")
    try:
        assert index()["findings"] == ("1.0.0", "UNAVAILABLE", "unloaded")
        assert not client.is_model_ready("findings")
        with pytest.raises(InferenceServerException, match="'findings' has no available versions"):
            inferred(client, "findings", images(1))
        assert client.is_model_ready("anatomy")
        assert client.is_server_ready()
    finally:
        client.load_model("findings")
    assert index()["findings"] == ("1.0.0", "READY", "")
    inferred(client, "findings", images(1))


def test_log_settings_are_told_and_changed(client: triton.InferenceServerClient) -> None:
    assert client.get_log_settings().settings["log_info"].bool_param
    try:
        changed = client.update_log_settings({"log_info": False, "log_verbose_level": 1})
        assert not changed.settings["log_info"].bool_param
        assert changed.settings["log_verbose_level"].uint32_param == 1
    finally:
        client.update_log_settings({"log_info": True, "log_verbose_level": 0})


@pytest.mark.parametrize("call", sorted(UNIMPLEMENTED))
def test_what_is_not_served_says_so(client: triton.InferenceServerClient, call: str) -> None:
    arguments = {
        "register_system_shared_memory": ("region", "/key", 16),
        "register_cuda_shared_memory": ("region", b"aGFuZGxl", 0, 16),
    }.get(call, ())

    with pytest.raises(InferenceServerException) as raised:
        getattr(client, call)(*arguments)

    assert raised.value.status() == "StatusCode.UNIMPLEMENTED"


def test_a_compressed_request_is_read(
    client: triton.InferenceServerClient, bundle: TinyBundle
) -> None:
    image_NHWC = images(1, seed=2)

    answer = client.infer("findings", [image_input(image_NHWC)], compression_algorithm="gzip")

    expected = bundle.in_process("findings", image_NHWC)
    assert np.array_equal(answer.as_numpy("condition_NK"), expected["condition_NK"])


def test_the_package_and_the_stock_client_live_in_one_process() -> None:
    # Both define package `inference`; ours in a pool of its own. That this module runs proves it;
    # here, that their messages are theirs and ours are ours.
    from tritonclient.grpc import service_pb2

    from edge_runtime.wire.open_inference import message

    ours = message("ModelInferRequest")(model_name="m", raw_input_contents=[b"1"])
    theirs = service_pb2.ModelInferRequest.FromString(ours.SerializeToString())
    assert type(ours) is not type(theirs)
    assert (theirs.model_name, list(theirs.raw_input_contents)) == ("m", [b"1"])


def test_our_messages_have_the_numbers_and_types_of_tritons() -> None:
    from tritonclient.grpc import model_config_pb2, service_pb2

    from edge_runtime.wire.open_inference import POOL

    theirs = {
        **service_pb2.DESCRIPTOR.message_types_by_name,
        **model_config_pb2.DESCRIPTOR.message_types_by_name,
    }
    ours = POOL.FindFileByName("edge_runtime/wire/open_inference.proto").message_types_by_name
    for name, message_type in ours.items():
        known = {f.name: (f.number, f.type, f.label) for f in theirs[name].fields}
        for each in message_type.fields:
            # Of the specification, not of Triton's superset.
            if (name, each.name) != ("ModelMetadataResponse", "properties"):
                assert known[each.name] == (each.number, each.type, each.label), each.full_name
