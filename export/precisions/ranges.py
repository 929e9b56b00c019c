"""The range of values at each place of a network, on tuning people's photographs.

One picture is in memory at a time: ONNX Runtime's own calibraters keep every activation of every
picture, which at 704 x 704 is a gigabyte for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime as ort

from edge_runtime.domain import FloatArray, UInt8Array

MOST_VALUES = 400_000
"""Values of one activation that are looked at; of larger ones every nth."""


@dataclass(frozen=True)
class Range:
    """What an activation's 8 bits span; zero is always within."""

    low: float
    high: float

    def joined(self, other: Range) -> Range:
        """Return the range that holds both."""
        return Range(min(self.low, other.low), max(self.high, other.high))


def ranges_of(
    graph: onnx.ModelProto,
    places: Sequence[str],
    images: Iterable[UInt8Array],
    share: float,
) -> dict[str, Range]:
    """Return the range at each place over all pictures, shape (H, W, C) each.

    Of each picture's values the most extreme `share` at either end is left out; a few extreme
    values would otherwise make every step of the other values coarser.
    """
    session = _telling(graph, places)
    image_name = graph.graph.input[0].name
    ranges: dict[str, Range] = {}
    for image_HWC in images:
        values = session.run(list(places), {image_name: image_HWC[None]})
        for place, value in zip(places, values, strict=True):
            found = _range(value, share)
            ranges[place] = found.joined(ranges[place]) if place in ranges else found
    return ranges


def _telling(graph: onnx.ModelProto, places: Sequence[str]) -> ort.InferenceSession:
    """Return a session of the graph that gives the values at these places."""
    telling = onnx.ModelProto()
    telling.CopyFrom(graph)
    del telling.graph.output[:]
    telling.graph.output.extend(
        onnx.helper.make_tensor_value_info(place, onnx.TensorProto.FLOAT, None) for place in places
    )
    options = ort.SessionOptions()
    options.enable_cpu_mem_arena = False
    return ort.InferenceSession(
        telling.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _range(value: FloatArray, share: float) -> Range:
    flat = value.ravel()
    step = max(1, flat.size // MOST_VALUES)
    # A prime step does not fall in with the rows of a picture.
    seen = flat[:: step + 1 - step % 2] if step > 1 else flat
    if share == 0.0:
        low, high = float(flat.min()), float(flat.max())
    else:
        low, high = (float(q) for q in np.quantile(seen, (share, 1.0 - share)))
    return Range(min(low, 0.0), max(high, 0.0))
