"""Trained network to a self-contained ONNX file, opset 20, batch free, uint8 picture in.

Opset 20 is the newest that TensorRT 10.0 to 10.3 (JetPack 6) reads. The example batch is 2: with 1
the exporter would take the batch for a constant.
"""

from __future__ import annotations

import warnings
from typing import cast, get_args

import onnx
import torch
from torch import nn

from edge_runtime.contracts.tensors import LAYOUTS, Dtype
from export.errors import OutputNameError
from export.pools import with_quick_pools
from export.precisions.network import without_idle_pads

OPSET = 20
LARGEST_BATCH = 16


def picture_graph(model: str, deployed: nn.Module, image_size_px: int) -> bytes:
    """Return a model that looks at one picture (`anatomy`, `findings`) as ONNX bytes.

    Raises OutputNameError when the graph breaks the contract of edge_runtime/contracts/tensors.py.
    """
    layout = LAYOUTS[model]
    example = torch.zeros(2, image_size_px, image_size_px, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        # The exporter itself uses calls that Python and torch have deprecated.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            deployed.eval(),
            (example,),
            dynamo=True,
            opset_version=OPSET,
            external_data=False,
            input_names=[tensor.name for tensor in layout.inputs],
            output_names=[tensor.name for tensor in layout.outputs],
            dynamic_shapes=({0: torch.export.Dim("N", min=1, max=LARGEST_BATCH)},),
            verbose=False,
        )
    if program is None:
        raise OutputNameError("the exporter gave no program")
    graph = with_quick_pools(without_idle_pads(program.model_proto))
    check_contract(graph, model)
    return file_of(graph)


def file_of(model: onnx.ModelProto) -> bytes:
    """Return a graph's file without what the exporter noted beside it.

    Its notes hold folders of the machine that exported: they are nobody's business, and the same
    weights would have another hash in another folder.
    """
    graph = model.graph
    parts = (graph.node, graph.value_info, graph.input, graph.output, graph.initializer)
    for noted in (model, graph, *model.functions, *(item for part in parts for item in part)):
        for field in ("metadata_props", "doc_string"):
            noted.ClearField(field)
    return bytes(model.SerializeToString())


def check_contract(graph: onnx.ModelProto, model: str) -> None:
    """Return when names, types, axes and opset are the contract's; raise OutputNameError if not."""
    onnx.checker.check_model(graph)
    opsets = {entry.domain: entry.version for entry in graph.opset_import}
    if opsets.get("") != OPSET:
        raise OutputNameError(f"{model} has opsets {opsets}, expected {OPSET}")
    layout = LAYOUTS[model]
    for wanted, held in ((layout.inputs, graph.graph.input), (layout.outputs, graph.graph.output)):
        expected = [(t.name, t.dtype, len(t.axes)) for t in wanted]
        actual = [(v.name, element_type(v), len(v.type.tensor_type.shape.dim)) for v in held]
        if expected != actual:
            raise OutputNameError(f"{model} has {actual}, the contract says {expected}")


def element_type(value: onnx.ValueInfoProto) -> Dtype:
    """Return the element type of a graph's input or output. Raises OutputNameError."""
    numpy_type = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    for known in get_args(Dtype):
        if str(numpy_type) == known:
            return cast("Dtype", known)
    raise OutputNameError(f"{value.name} is {numpy_type}, which the contract does not know")


def axes(value: onnx.ValueInfoProto) -> list[int | str]:
    """Return the axes of a graph's input or output: a length, or the name of a free axis."""
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
