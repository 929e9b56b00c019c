"""Learns the signs of each defect: additive curves over the measurements, by logistic regression.

A defect is told from everything else that the degrader makes and from good photographs of every
camera. Copies that are a little worse than good, but not yet to be taken again, teach nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.fundus.quality_weights import DEFECTS, MEASUREMENTS, Curve, Signs
from training.quality.examples import COPY, PHONE, PHOTOGRAPH, SCENE, Example
from training.quality.logistic import fit_logistic

# N examples, M measurements, K knots, P columns of the design
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

NOT_SEEN_BELOW, SEEN_FROM = 0.2, 0.4
"""Severities below which a copy counts as without its defect, and from which as with it."""

KNOT_SHARES = (0.005, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.995)
"""Shares of the examples that lie below each knot."""

LEAST_GAP = 0.02
"""Two knots are apart by this share of the span at least."""

RIDGE = 3e-5
"""On the rise of a curve from knot to knot."""

POSITIVES = 0.4
"""Weight of the examples with the defect; the rest is of those without."""

NEGATIVE_SHARES = {PHOTOGRAPH: 0.45, PHONE: 0.1, COPY: 0.4, SCENE: 0.05}
"""How much each kind without the defect counts: good photographs must raise no alarm."""

ELSEWHERE = {"field_radius_px"}
"""A ramp tells what this means: a number of pixels is the camera's, not the picture's."""

LEARNED = tuple(name for name in MEASUREMENTS if name not in ELSEWHERE)


def fitted_signs(examples: Sequence[Example]) -> dict[str, Signs]:
    """Return the signs of every defect that the examples show."""
    seen = [example for example in examples if example.measured is not None]
    table_NM = np.stack([e.measured.row() for e in seen if e.measured is not None])
    rows = {name: table_NM[:, MEASUREMENTS.index(name)] for name in LEARNED}
    knots = {name: _knots(values_N) for name, values_N in rows.items()}
    knots = {name: values for name, values in knots.items() if len(values) > 1}
    design_NP = np.column_stack([_steps(rows[name], knots[name]) for name in knots])
    signs = {}
    for defect in DEFECTS:
        shown_N = np.array([shows(example, defect) for example in seen])
        known_N = shown_N >= 0.0
        if not (shown_N == 1.0).any():
            continue
        weight_N = _weights([e for e, known in zip(seen, known_N, strict=True) if known], defect)
        rises_P, bias = fit_logistic(design_NP[known_N], shown_N[known_N], weight_N, RIDGE)
        signs[defect] = _signs(knots, rises_P, bias)
    return signs


def shows(example: Example, defect: str) -> float:
    """Return 1 where an example shows the defect, 0 where not, -1 where nobody knows."""
    if example.defect != defect:
        refused = example.kind == PHOTOGRAPH and not example.gradable
        unknown = refused and (defect != "not_a_fundus" or example.defect != "")
        return -1.0 if unknown else 0.0
    if example.kind in (PHOTOGRAPH, SCENE):
        return 1.0
    if example.severity >= SEEN_FROM:
        return 1.0
    return 0.0 if example.severity < NOT_SEEN_BELOW else -1.0


def _knots(values_N: FloatArray) -> list[float]:
    span = float(np.quantile(values_N, KNOT_SHARES[-1]) - np.quantile(values_N, KNOT_SHARES[0]))
    knots: list[float] = []
    for knot in np.quantile(values_N, KNOT_SHARES).tolist():
        if not knots or knot - knots[-1] > LEAST_GAP * span:
            knots.append(knot)
    return knots


def _steps(values_N: FloatArray, knots: list[float]) -> FloatArray:
    """How far a value has gone from each knot to the next, 0 to 1; shape (N, K - 1)."""
    first_K, last_K = np.array(knots[:-1]), np.array(knots[1:])
    return np.asarray(np.clip((values_N[:, None] - first_K) / (last_K - first_K), 0.0, 1.0))


def _weights(examples: Sequence[Example], defect: str) -> FloatArray:
    """Weights that sum to 1; within a kind, each set counts by the root of its photographs."""
    shown_N = np.array([shows(example, defect) == 1.0 for example in examples])
    keys = np.array([f"{e.kind} {e.group} {e.defect}" for e in examples])
    kinds = np.array([example.kind for example in examples])
    weight_N = np.zeros(len(examples))
    for key in np.unique(keys):
        members = keys == key
        weight_N[members] = 1.0 / np.sqrt(members.sum())
    weight_N[shown_N] *= POSITIVES / weight_N[shown_N].sum()
    for kind, share in NEGATIVE_SHARES.items():
        members = ~shown_N & (kinds == kind)
        if members.any():
            weight_N[members] *= (1.0 - POSITIVES) * share / weight_N[members].sum()
    return np.asarray(weight_N / weight_N.sum())


def _signs(knots: dict[str, list[float]], rises_P: FloatArray, bias: float) -> Signs:
    curves, first = {}, 0
    for name, places in knots.items():
        rises = rises_P[first : first + len(places) - 1]
        first += len(places) - 1
        heights = [0.0, *np.cumsum(rises).tolist()]
        curves[name] = Curve(
            knots=[round(knot, 6) for knot in places], heights=[round(h, 4) for h in heights]
        )
    return Signs(bias=bias, curves=curves)
