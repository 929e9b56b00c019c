"""Learns the signs of each defect: additive curves over the measurements, by logistic regression.

A defect is told from everything else that the degrader makes and from good photographs of every
camera.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.fundus.quality_weights import DEFECTS, MEASUREMENTS, Curve, Signs
from training.quality.example import CAMERA, COPY, PHONE, PHOTOGRAPH, SCENE, SEEN_FROM, Example
from training.quality.logistic import fit_logistic

# N examples, M measurements, K knots, P columns of the design
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

KNOT_SHARES = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
"""Shares of all examples that lie below each knot."""

OWN_KNOT_SHARES = (0.1, 0.5, 0.9)
"""The same of the examples with the defect: between them and the rest the curve must bend."""

LEAST_GAP = 0.02
"""Two knots are apart by this share of the span at least."""

RIDGE = 3e-4
"""On the rise of a curve from knot to knot."""

POSITIVES, POSITIVES_OF = 0.4, {"not_a_fundus": 0.15}
"""Weight of the examples with the defect; the rest is of those without. What is no fundus is rare,
and a diseased one must not be taken for it."""

NEGATIVE_SHARES = {PHOTOGRAPH: 0.35, CAMERA: 0.15, PHONE: 0.1, COPY: 0.35, SCENE: 0.05}
"""How much each kind without the defect counts: good photographs must raise no alarm."""

FRAMING = ("field_radius_px", "field_over_frame", "clipped_share", "lopsided")
"""What ramps tell all about; it says nothing of the other defects."""

LEARNED = tuple(name for name in DEFECTS if name != "small_field")
"""A field is small by its size alone, and a ramp tells that."""


def fitted_signs(examples: Sequence[Example]) -> dict[str, Signs]:
    """Return the signs of the defects that the examples show, but of what a ramp tells."""
    seen = [example for example in examples if example.measured is not None]
    table_NM = np.stack([e.measured.row() for e in seen if e.measured is not None])
    signs = {}
    for defect in LEARNED:
        shown_N = np.array([shows(example, defect) for example in seen])
        known_N = shown_N >= 0.0
        if (shown_N == 1.0).any():
            known = [e for e, is_known in zip(seen, known_N, strict=True) if is_known]
            weight_N = _weights(known, shown_N[known_N] == 1.0, POSITIVES_OF.get(defect, POSITIVES))
            signs[defect] = _fitted(table_NM[known_N], shown_N[known_N], weight_N)
    return signs


def _fitted(table_NM: FloatArray, shown_N: FloatArray, weight_N: FloatArray) -> Signs:
    knots: dict[str, list[float]] = {}
    steps = []
    for column, name in enumerate(MEASUREMENTS):
        places = _knots(table_NM[:, column], shown_N == 1.0)
        if name not in FRAMING and len(places) > 1:
            knots[name] = places
            steps.append(_steps(table_NM[:, column], places))
    rises_P, bias = fit_logistic(np.column_stack(steps), shown_N, weight_N, RIDGE)
    return _signs(knots, rises_P, bias)


def shows(example: Example, defect: str) -> float:
    """Return 1 where an example shows the defect, 0 where not, -1 where nobody knows."""
    if example.defect != defect:
        refused = example.kind == PHOTOGRAPH and not example.gradable
        unknown = refused and (defect != "not_a_fundus" or example.defect != "")
        return -1.0 if unknown else 0.0
    if example.kind in (PHOTOGRAPH, SCENE):
        return 1.0
    return float(example.severity >= SEEN_FROM)


def _knots(values_N: FloatArray, shown_N: BoolArray) -> list[float]:
    of_all, own = (
        np.quantile(values_N, KNOT_SHARES),
        np.quantile(values_N[shown_N], OWN_KNOT_SHARES),
    )
    span = float(max(of_all[-1], own[-1]) - min(of_all[0], own[0]))
    knots: list[float] = []
    for knot in np.sort(np.concatenate([of_all, own])).round(5).tolist():
        if not knots or knot - knots[-1] > max(LEAST_GAP * span, 1e-4):
            knots.append(knot)
    return knots


def _steps(values_N: FloatArray, knots: list[float]) -> FloatArray:
    """How far a value has gone from each knot to the next, 0 to 1; shape (N, K - 1)."""
    first_K, last_K = np.array(knots[:-1]), np.array(knots[1:])
    return np.asarray(np.clip((values_N[:, None] - first_K) / (last_K - first_K), 0.0, 1.0))


def _weights(examples: Sequence[Example], shown_N: BoolArray, positives: float) -> FloatArray:
    """Weights that sum to 1; within a kind, each set counts by the root of its photographs."""
    keys = np.array([f"{e.kind} {e.group} {e.defect}" for e in examples])
    kinds = np.array([example.kind for example in examples])
    weight_N = np.zeros(len(examples))
    for key in np.unique(keys):
        members = keys == key
        weight_N[members] = 1.0 / np.sqrt(members.sum())
    weight_N[shown_N] *= positives / weight_N[shown_N].sum()
    for kind, share in NEGATIVE_SHARES.items():
        members = ~shown_N & (kinds == kind)
        if members.any():
            weight_N[members] *= (1.0 - positives) * share / weight_N[members].sum()
    return np.asarray(weight_N / weight_N.sum())


def _signs(knots: dict[str, list[float]], rises_P: FloatArray, bias: float) -> Signs:
    curves, first = {}, 0
    for name, places in knots.items():
        rises = rises_P[first : first + len(places) - 1]
        first += len(places) - 1
        heights = [0.0, *np.cumsum(rises).tolist()]
        curves[name] = Curve(knots=places, heights=[round(height, 4) for height in heights])
    return Signs(bias=bias, curves=curves)
