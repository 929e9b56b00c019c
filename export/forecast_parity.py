"""The gate of the forecast's graph, in clinical units: no chance may change by more than told.

Legend: N people, D covariates, K conditions, T years.
"""

from __future__ import annotations

import io

import numpy as np
import torch
from torch import nn

from edge_runtime.backends.base import Backend
from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import ParityReport
from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import Eye, FloatArray, Person, Sex, Tensors
from edge_runtime.forecast.covariates import known_of
from edge_runtime.forecast.forecaster import curves_of
from export.errors import ShapeError, ToleranceError

TOLERANCE = {"fp32": 1e-5}
"""Largest change of a cumulative incidence, or of an end of its interval, against torch."""

GOLDEN_TOLERANCE = 1e-3
"""Of a hazard or an offset, on any device."""

GOLDEN_PEOPLE = {
    Eye.OD: Person(
        age_years=61.0,
        sex=Sex.F,
        covariates={"sbp_mmhg": 150.0, "hba1c_percent": 5.9, "smoking": 2.0, "has_stroke": 0.0},
    ),
    Eye.OS: Person(age_years=72.5, sex=Sex.M),
}
"""Whom the golden samples stand for, by the eye that each shows."""


def forecast_parity(
    deployed: nn.Module,
    backend: Backend,
    covariate_ND: FloatArray,
    known_ND: FloatArray,
    precision: str,
) -> ParityReport:
    """Return how far the graph's chances are from the network's on these people.

    Raises ShapeError or ToleranceError when they are too far.
    """
    names = [tensor.name for tensor in LAYOUTS["forecast"].outputs]
    with torch.no_grad():
        ours = deployed.eval()(torch.from_numpy(covariate_ND), torch.from_numpy(known_ND))
    wanted: Tensors = {name: a.numpy() for name, a in zip(names, ours, strict=True)}
    given = backend.run({"covariate_ND": covariate_ND, "known_ND": known_ND})
    for name in names:
        if wanted[name].shape != given[name].shape:
            raise ShapeError(
                f"{name}: torch gives {wanted[name].shape}, {backend.name} {given[name].shape}"
            )
    changes = [
        float(np.abs(a - b).max()) for a, b in zip(curves_of(wanted), curves_of(given), strict=True)
    ]
    tolerance = TOLERANCE[precision]
    if not max(changes) <= tolerance:
        raise ToleranceError(
            f"{precision}: a cumulative incidence changes by {max(changes):.2e}, "
            f"{tolerance:.0e} is allowed"
        )
    return ParityReport(
        reference="torch, fp32, same machine",
        samples=len(covariate_ND),
        largest_difference=max(changes),
        tolerance=tolerance,
        in_words=(
            f"On {len(covariate_ND)} people no chance of any condition within ten years changes "
            f"by more than {changes[0]:.1e}, and no end of its interval by more than "
            f"{max(changes[1:]):.1e}."
        ),
    )


def golden_person(eye: Eye, graph: bytes, sign_S: FloatArray | None = None) -> bytes:
    """Return the .npz of the person of a golden sample: the graph's inputs and outputs.

    `sign_S` are the signs read in the sample, for a graph that knows signs.
    """
    known = known_of(GOLDEN_PEOPLE[eye])
    signs = np.zeros(0, np.float32) if sign_S is None else sign_S
    inputs: Tensors = {
        "covariate_ND": np.concatenate([known.value_D, signs])[None],
        "known_ND": np.concatenate([known.known_D, np.ones_like(signs)])[None],
    }
    backend = OnnxRuntimeCpu(graph, threads=1)
    kept = {f"input.{name}": value for name, value in inputs.items()}
    kept |= {f"output.{name}": value for name, value in backend.run(inputs).items()}
    backend.close()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **kept)
    return buffer.getvalue()
