"""Predictions made by hand, for the tests of what is computed from them."""

from __future__ import annotations

from training.evaluation.prediction import Prediction, Status


def a_prediction(
    person: str = "1", status: Status = "read", copy: str = "", **values: float
) -> Prediction:
    """One photograph of one person; `truth_dr_grade` becomes `truth.dr_grade`."""
    known = {name.replace("__", "."): float(value) for name, value in values.items()}
    return Prediction(
        bundle_sha256="0" * 64,
        photograph=f"{person}.jpg",
        set="CLINIC",
        person_id=person,
        eye=None,
        camera=None,
        role="test",
        fold=0,
        evidence_kind="real",
        terms="research use",
        copy=copy,
        status=status,
        why="",
        folder=None,
        values=known,
    )
