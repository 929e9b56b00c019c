"""Refusals: the status codes and the words are Triton's own.

The texts were written down from Triton 2.51.0's answers to these very requests, with its model's
names and numbers replaced by ours. Where we differ on purpose, the test says why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import grpc
import numpy as np
import pytest
from grpc import StatusCode
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc

from edge_runtime.domain import Tensors
from edge_runtime.models import LoadedModel
from edge_runtime.service.generation import Generation
from tests.edge_runtime.service.held_screener import PATIENCE_S
from tests.edge_runtime.service.live_server import LiveServer
from tests.edge_runtime.service.open_inference.tiny_server import tiny_server
from tests.edge_runtime.service.tiny_bundle import SIDE_PX, TinyBundle, images, tiny_bundle

ITEM_BYTES = SIDE_PX * SIDE_PX * 3
NOTE = (
    " NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be "
    "prepended to each input shape. If you want to specify the full shape including the batch dim "
    "in your input dims config, try setting max_batch_size to zero. See the model configuration "
    "docs for more info on max_batch_size."
)
Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> TinyBundle:
    return tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="module")
def live(bundle: TinyBundle) -> Iterator[LiveServer]:
    with tiny_server(bundle, max_queued_inferences=2) as live:
        yield live


@pytest.fixture(scope="module")
def stub(live: LiveServer) -> Iterator[Any]:
    with grpc.insecure_channel(live.address) as channel:
        yield service_pb2_grpc.GRPCInferenceServiceStub(channel)


def a_request(num_items: int = 1, request_id: str = "X") -> Any:
    request = pb.ModelInferRequest(model_name="findings", id=request_id)
    request.inputs.add(name="image_NHWC", datatype="UINT8").shape.extend([num_items, 32, 32, 3])
    request.raw_input_contents.append(images(num_items).tobytes())
    return request


def refused(call: Callable[[], object]) -> tuple[StatusCode, str]:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value.code(), raised.value.details()


def shape(*sizes: int) -> Change:
    def change(request: Any) -> None:
        request.inputs[0].shape[:] = sizes

    return change


def typed(**contents: list[Any]) -> Change:
    def change(request: Any) -> None:
        del request.raw_input_contents[:]
        for field, values in contents.items():
            getattr(request.inputs[0].contents, field).extend(values)

    return change


def parameter(name: str, **value: Any) -> Change:
    def change(request: Any) -> None:
        for kind, content in value.items():
            setattr(request.parameters[name], kind, content)

    return change


def second_input(request: Any) -> None:
    request.inputs.add(name="zz", datatype="FP32").shape.extend([1, 1])
    request.raw_input_contents.append(bytes(4))


def same_input_twice(request: Any) -> None:
    request.inputs.add().CopyFrom(request.inputs[0])
    request.raw_input_contents.append(request.raw_input_contents[0])


def no_inputs(request: Any) -> None:
    del request.inputs[:]
    del request.raw_input_contents[:]


def raw(content: bytes) -> Change:
    def change(request: Any) -> None:
        request.raw_input_contents[0] = content

    return change


def classes(**value: Any) -> Change:
    def change(request: Any) -> None:
        output = request.outputs.add(name="dr_grade_NK")
        for kind, content in value.items():
            setattr(output.parameters["classification"], kind, content)

    return change


NOT_FOUND: dict[str, Change] = {
    "Request for unknown model: 'nope' is not found": lambda r: setattr(r, "model_name", "nope"),
    "Request for unknown model: 'findings' version 7 is not found": lambda r: setattr(
        r, "model_version", "7"
    ),
}
INVALID: dict[str, Change] = {
    "unexpected inference output 'zz' for model 'findings'": lambda r: r.outputs.add(name="zz"),
    "[request id: X] unexpected shape for input 'image_NHWC' for model 'findings'. Expected "
    f"[-1,32,32,3], got [1,31,32,3].{NOTE}": shape(1, 31, 32, 3),
    "[request id: X] unexpected shape for input 'image_NHWC' for model 'findings'. Expected "
    f"[-1,32,32,3], got [32,32,3].{NOTE}": shape(32, 32, 3),
    # Triton lets a batch of none or fewer through to its byte count.
    "[request id: X] unexpected shape for input 'image_NHWC' for model 'findings'. Expected "
    f"[-1,32,32,3], got [-1,32,32,3].{NOTE}": shape(-1, 32, 32, 3),
    "[request id: X] inference input 'image_NHWC' data-type is 'FP64', but model 'findings' "
    "expects 'UINT8'": lambda r: setattr(r.inputs[0], "datatype", "FP64"),
    "[request id: X] inference input 'image_NHWC' data-type is '<invalid>', but model 'findings' "
    "expects 'UINT8'": lambda r: setattr(r.inputs[0], "datatype", "NONSENSE"),
    "[request id: X] inference request batch-size must be <= 8 for 'findings'": shape(9, 32, 32, 3),
    "[request id: X] input byte size mismatch for input 'image_NHWC' for model 'findings'. "
    f"Expected {ITEM_BYTES}, got {ITEM_BYTES - 4}": raw(bytes(ITEM_BYTES - 4)),
    "[request id: X] input byte size mismatch for input 'image_NHWC' for model 'findings'. "
    f"Expected {ITEM_BYTES}, got {ITEM_BYTES + 4}": raw(bytes(ITEM_BYTES + 4)),
    "unable to find data for input tensor 'image_NHWC' for model 'findings' in request.": (
        lambda r: r.raw_input_contents.pop()
    ),
    "2 raw_input_contents for 1 inputs for model 'findings'": (
        lambda r: r.raw_input_contents.append(b"1")
    ),
    "[request id: X] expected 1 inputs but got 2 inputs for model 'findings'. Got input(s) "
    "['image_NHWC','zz'], but missing required input(s) []. Please provide all required "
    "input(s).": second_input,
    "[request id: X] expected 1 inputs but got 0 inputs for model 'findings'. Got input(s) [], "
    "but missing required input(s) ['image_NHWC']. Please provide all required input(s).": (
        no_inputs
    ),
    "[request id: X] unexpected inference input 'zz' for model 'findings'": lambda r: setattr(
        r.inputs[0], "name", "zz"
    ),
    "[request id: X] input 'image_NHWC' already exists in request": same_input_twice,
    "contents field must not be specified when using raw_input_contents for 'image_NHWC' for "
    "model 'findings'": lambda r: r.inputs[0].contents.uint_contents.append(1),
    "[request id: X] input byte size mismatch for input 'image_NHWC' for model 'findings'. "
    f"Expected {ITEM_BYTES}, got 3": typed(uint_contents=[1, 2, 3]),
    "unexpected explicit tensor data for input tensor 'image_NHWC' for model 'findings' of type "
    "'FP64', expected datatype 'UINT8'": typed(fp64_contents=[1.0]),
    # Triton takes 300 as 44.
    "a value of input 'image_NHWC' for model 'findings' is above 255": typed(uint_contents=[300]),
    "invalid value type for 'priority' parameter, expected int64_param or uint64_param.": (
        parameter("priority", string_param="high")
    ),
    "invalid value type for 'timeout' parameter, expected int64_param.": parameter(
        "timeout", string_param="soon"
    ),
    "parameter keys starting with 'triton_' are reserved for Triton usage. Only the following "
    "keys starting with 'triton_' are allowed: triton_enable_empty_final_response": parameter(
        "triton_x", bool_param=True
    ),
    "invalid value type for 'classification' parameter, expected int64_param": classes(
        string_param="all"
    ),
    "invalid value for 'classification' parameter, expected >= 0": classes(int64_param=0),
}


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_is_not_there_is_not_found(stub: Any, text: str) -> None:
    request = a_request()
    NOT_FOUND[text](request)

    assert refused(lambda: stub.ModelInfer(request)) == (StatusCode.NOT_FOUND, text)


@pytest.mark.parametrize("text", INVALID)
def test_what_a_model_does_not_take_is_an_invalid_argument(stub: Any, text: str) -> None:
    request = a_request()
    INVALID[text](request)

    assert refused(lambda: stub.ModelInfer(request)) == (StatusCode.INVALID_ARGUMENT, text)


def test_a_request_without_an_id_is_named_so(stub: Any) -> None:
    request = a_request(request_id="")
    request.inputs[0].datatype = "FP64"

    assert refused(lambda: stub.ModelInfer(request))[1].startswith("[request id: <id_unknown>] ")


def test_shared_memory_is_not_served(stub: Any) -> None:
    request = a_request()
    request.inputs[0].parameters["shared_memory_region"].string_param = "region"

    code, _ = refused(lambda: stub.ModelInfer(request))

    assert code is StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("name", ["priority", "timeout"])
def test_levels_and_timeouts_out_of_range_are_the_default(stub: Any, name: str) -> None:
    request = a_request()
    request.parameters[name].int64_param = -1

    assert stub.ModelInfer(request).id == "X"


def test_a_typed_request_is_answered_typed(stub: Any, bundle: TinyBundle) -> None:
    request = a_request()
    image_NHWC = images(1)
    typed(uint_contents=image_NHWC.reshape(-1).tolist())(request)

    answer = stub.ModelInfer(request)

    expected = bundle.in_process("findings", image_NHWC)
    assert list(answer.raw_output_contents) == []
    for output in answer.outputs:
        got = np.asarray(output.contents.fp32_contents, np.float32)
        assert np.array_equal(got, expected[output.name].reshape(-1))


def test_a_typed_classification_is_answered_typed(stub: Any) -> None:
    request = a_request()
    typed(uint_contents=[7] * ITEM_BYTES)(request)
    classes(int64_param=1)(request)

    (output,) = stub.ModelInfer(request).outputs

    assert (output.datatype, list(output.shape)) == ("BYTES", [1, 1])
    assert b":dr_grade_" in output.contents.bytes_contents[0]


@pytest.mark.parametrize("call", ["ModelMetadata", "ModelConfig"])
def test_a_description_of_what_is_not_there_is_not_found(stub: Any, call: str) -> None:
    request = getattr(pb, f"{call}Request")(name="nope")

    code, text = refused(lambda: getattr(stub, call)(request))

    assert (code, text) == (StatusCode.NOT_FOUND, "Request for unknown model: 'nope' is not found")


def test_statistics_of_what_is_not_there_are_an_invalid_argument(stub: Any) -> None:
    request = pb.ModelStatisticsRequest(name="nope")

    assert refused(lambda: stub.ModelStatistics(request)) == (
        StatusCode.INVALID_ARGUMENT,
        "requested model 'nope' is not available",
    )


def test_there_is_one_repository(stub: Any) -> None:
    wanted = (StatusCode.UNIMPLEMENTED, "'repository_name' specification is not supported")

    for call, request in (
        (stub.RepositoryIndex, pb.RepositoryIndexRequest(repository_name="zz")),
        (stub.RepositoryModelLoad, pb.RepositoryModelLoadRequest(repository_name="zz")),
        (stub.RepositoryModelUnload, pb.RepositoryModelUnloadRequest(repository_name="zz")),
    ):
        assert refused(lambda call=call, request=request: call(request)) == wanted  # type: ignore[misc]


def test_a_model_that_the_bundle_lacks_cannot_be_loaded_and_is_unloaded_already(stub: Any) -> None:
    request = pb.RepositoryModelLoadRequest(model_name="nope")

    assert refused(lambda: stub.RepositoryModelLoad(request)) == (
        StatusCode.INTERNAL,
        "failed to load 'nope', failed to poll from model repository",
    )
    stub.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="nope"))


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        # Triton takes both: here models come from a signed bundle alone.
        ("file:1/model.onnx", {"bytes_param": b"1"}, StatusCode.PERMISSION_DENIED),
        ("config", {"string_param": "{}"}, StatusCode.PERMISSION_DENIED),
        ("zz", {"string_param": "1"}, StatusCode.INVALID_ARGUMENT),
    ],
)
def test_nothing_is_loaded_out_of_a_request(
    stub: Any, key: str, value: dict[str, Any], code: StatusCode
) -> None:
    request = pb.RepositoryModelLoadRequest(model_name="findings")
    for kind, content in value.items():
        setattr(request.parameters[key], kind, content)

    told, text = refused(lambda: stub.RepositoryModelLoad(request))

    assert told is code
    assert "signed bundle" in text or text == "unrecognized load parameter 'zz'."


@pytest.mark.parametrize(
    ("name", "value", "code", "text"),
    [
        (
            "log_info",
            {"string_param": "x"},
            StatusCode.INVALID_ARGUMENT,
            "expect boolean for 'log_info'",
        ),
        (
            "log_file",
            {"string_param": "/tmp/x"},
            StatusCode.UNIMPLEMENTED,
            "log file location can not be updated through network protocol",
        ),
    ],
)
def test_log_settings_that_cannot_be(
    stub: Any, name: str, value: dict[str, Any], code: StatusCode, text: str
) -> None:
    request = pb.LogSettingsRequest()
    for kind, content in value.items():
        setattr(request.settings[name], kind, content)

    assert refused(lambda: stub.LogSettings(request)) == (code, text)


class HeldEngine:
    """The engine of a model, which runs only when it is let."""

    def __init__(self, model: LoadedModel) -> None:
        self.name, self._backend = model.backend.name, model.backend
        self.begun, self.let = threading.Event(), threading.Event()

    def run(self, inputs: Tensors) -> Tensors:
        self.begun.set()
        assert self.let.wait(PATIENCE_S)
        return self._backend.run(inputs)

    def close(self) -> None:
        self._backend.close()


@pytest.fixture
def held(live: LiveServer) -> Iterator[HeldEngine]:
    """The findings model's engine, held."""
    generation = live.server.bundles.current
    assert isinstance(generation, Generation)
    place = generation.room._places["findings"]
    model, bounds = place.model, place.bounds
    engine = HeldEngine(model)
    # A quick model is run where it is asked for, on the event loop; one that is held is not quick.
    place.bounds = replace(bounds, quick=False)
    place.model = LoadedModel(model.name, model.entry, model.identity, engine, model.lock)
    yield engine
    engine.let.set()
    place.model, place.bounds = model, bounds


def test_a_full_queue_is_unavailable_and_says_when_to_come_back(
    live: LiveServer, stub: Any, held: HeldEngine
) -> None:
    running = stub.ModelInfer.future(a_request())
    assert held.begun.wait(PATIENCE_S)
    waiting = [stub.ModelInfer.future(a_request()) for _ in range(2)]
    wait_until_queued(live, 2)

    with pytest.raises(grpc.RpcError) as raised:
        stub.ModelInfer(a_request())

    assert raised.value.code() is StatusCode.UNAVAILABLE
    assert raised.value.details() == "[request id: X] Exceeds maximum queue size"
    assert ("grpc-retry-pushback-ms", "250") in tuple(raised.value.trailing_metadata())
    held.let.set()
    assert [each.result(PATIENCE_S).id for each in (running, *waiting)] == ["X"] * 3


def test_a_request_whose_timeout_passes_in_the_queue_never_runs(
    live: LiveServer, stub: Any, held: HeldEngine
) -> None:
    running = stub.ModelInfer.future(a_request())
    assert held.begun.wait(PATIENCE_S)
    late = a_request()
    late.parameters["timeout"].int64_param = 1000
    waiting = stub.ModelInfer.future(late)
    wait_until_queued(live, 1)
    time.sleep(0.01)
    held.let.set()

    running.result(PATIENCE_S)
    with pytest.raises(grpc.RpcError) as raised:
        waiting.result(PATIENCE_S)

    assert raised.value.code() is StatusCode.UNAVAILABLE
    assert raised.value.details() == "[request id: X] Request timeout expired"


def test_a_deadline_that_passes_in_the_queue_frees_its_place(stub: Any, held: HeldEngine) -> None:
    running = stub.ModelInfer.future(a_request())
    assert held.begun.wait(PATIENCE_S)
    waiting = [stub.ModelInfer.future(a_request(), timeout=0.2) for _ in range(2)]
    for each in waiting:
        with pytest.raises(grpc.RpcError) as raised:
            each.result(PATIENCE_S)
        assert raised.value.code() is StatusCode.DEADLINE_EXCEEDED

    after = stub.ModelInfer.future(a_request())
    held.let.set()

    assert running.result(PATIENCE_S).id == after.result(PATIENCE_S).id == "X"


def wait_until_queued(live: LiveServer, count: int) -> None:
    generation = live.server.bundles.current
    assert generation is not None
    deadline = time.monotonic() + PATIENCE_S
    while generation.room.num_waiting("findings") < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)
