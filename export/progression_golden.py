"""What the progression must make of a golden sample on any device."""

from __future__ import annotations

import io

import numpy as np

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import ModelEntry
from edge_runtime.domain import Eye
from edge_runtime.forecast.covariates import known_of
from edge_runtime.fundus.biomarkers.profiles import WANTED_SIDE_PX
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.seeing import field_image
from edge_runtime.settings import Limits
from edge_runtime.simulation.simulator import sample_inputs
from export.errors import ExportError
from export.forecast_parity import GOLDEN_PEOPLE

YEARS, SEED = 5.0, 1

GOLDEN_TOLERANCE = 0.1
"""Of a channel of the change (grey levels, pixels, logarithms), on any device."""

STEPS = 32
"""In which a golden change is kept to 1: far finer than the tolerance, a quarter of the bytes."""


def golden_simulation(content: bytes, eye: Eye, entry: ModelEntry, graph: bytes) -> bytes:
    """Return the .npz of a sample's photograph: the graph's inputs and the change of one sample.

    Raises ExportError without a field.
    """
    photograph = read_photograph(content, "sample", Limits(), wanted_side_px=WANTED_SIDE_PX)
    field = find_field_of_view(photograph)
    if field is None:
        raise ExportError("no round field is found in the sample")
    seen = field_image(entry, photograph, field)
    inputs = sample_inputs(seen, known_of(GOLDEN_PEOPLE[eye]), YEARS, 0, SEED)
    kept = {f"input.{name}": value for name, value in inputs.items()}
    backend = OnnxRuntimeCpu(graph, threads=1)
    for name, value in backend.run(inputs).items():
        kept[f"output.{name}"] = (np.rint(value * STEPS) / STEPS).astype(np.float16)
    backend.close()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **kept)
    return buffer.getvalue()
