"""The figures of diabetic retinopathy and maculopathy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.evaluation.figure import (
    AS_REFERRED,
    CHANCE,
    LEFT_OUT,
    Comparator,
    Figure,
    auc,
    constant,
    definition,
)
from training.evaluation.sheet import Sheet, Statistic
from training.evaluation.statistics import area_under_curve, quadratic_kappa

NUM_GRADES = 5
REFERABLE_FROM = 2


def is_referable(sheet: Sheet) -> np.ndarray:
    """Return which photographs have a true grade of 2 or more, shape (N,)."""
    return np.asarray(sheet.column("truth.dr_grade") >= REFERABLE_FROM)


def _referable_auc(sheet: Sheet) -> float:
    return area_under_curve(sheet.column("referable.probability"), is_referable(sheet))


def said_grades(sheet: Sheet) -> np.ndarray:
    """Return the most probable grade of each photograph, shape (N,)."""
    return np.asarray(np.argmax([sheet.column(f"dr.p{k}") for k in range(NUM_GRADES)], axis=0))


def _age_and_sex(name: str, truth: Callable[[Sheet], np.ndarray]) -> Comparator:
    def area(sheet: Sheet) -> float:
        known_N = sheet.column(f"{name}.age_and_sex")
        return float("nan") if np.isnan(known_N).any() else area_under_curve(known_N, truth(sheet))

    return Comparator("age and sex alone", area)


def _kappa(sheet: Sheet) -> float:
    truth_N = sheet.column("truth.dr_grade").astype(np.int64)
    return quadratic_kappa(said_grades(sheet), truth_N, NUM_GRADES)


def _grade_accuracy(sheet: Sheet) -> float:
    return float((said_grades(sheet) == sheet.column("truth.dr_grade")).mean())


def _majority(sheet: Sheet) -> float:
    counts = np.bincount(sheet.column("truth.dr_grade").astype(np.int64), minlength=NUM_GRADES)
    return float(counts.max() / counts.sum())


def _acted(name: str) -> Callable[[Sheet], np.ndarray]:
    """Return who is referred: from the shipped threshold on, and whoever was refused."""

    def acted(sheet: Sheet) -> np.ndarray:
        over = sheet.column(f"{name}.probability") >= sheet.column(f"{name}.threshold")
        return np.asarray(over | np.isnan(sheet.column(f"{name}.probability")))

    return acted


def _rate(name: str, truth: Callable[[Sheet], np.ndarray], of: bool) -> Statistic:
    acted = _acted(name)

    def rate(sheet: Sheet) -> float:
        chosen = truth(sheet) == of
        return float((acted(sheet)[chosen] == of).mean()) if chosen.any() else float("nan")

    return rate


def _share_acted(name: str, of: bool) -> Statistic:
    acted = _acted(name)
    return lambda sheet: float((acted(sheet) == of).mean())


def _brier(score: str, truth: Callable[[Sheet], np.ndarray]) -> Statistic:
    return lambda sheet: float(((sheet.column(score) - truth(sheet)) ** 2).mean())


def _brier_of_the_prevalence(truth: Callable[[Sheet], np.ndarray]) -> Statistic:
    def brier(sheet: Sheet) -> float:
        share = float(truth(sheet).mean())
        return share * (1.0 - share)

    return brier


def with_maculopathy(sheet: Sheet) -> np.ndarray:
    """Return which photographs have maculopathy, shape (N,)."""
    return np.asarray(sheet.column("truth.maculopathy") > 0.5)


FINDINGS = (
    Figure(
        "referable_auc",
        "findings",
        definition(
            "Referable diabetic retinopathy, AUC",
            "Chance that an eye of grade 2 to 4 gets a higher probability than one of grade 0 or "
            "1; photographs without a grade are not judged.",
            LEFT_OUT,
            scale=(0.5, 1.0),
        ),
        ("referable.probability",),
        _referable_auc,
        (CHANCE, _age_and_sex("referable", is_referable)),
        truth=("truth.dr_grade",),
        copies="passing",
    ),
    Figure(
        "referable_sensitivity",
        "findings",
        definition(
            "Referable diabetic retinopathy, sensitivity",
            "Share of eyes of grade 2 to 4 that are referred at the bundle's own threshold.",
            AS_REFERRED,
        ),
        ("referable.judged",),
        _rate("referable", is_referable, True),
        (Comparator("as many referred at random", _share_acted("referable", True)),),
        truth=("truth.dr_grade",),
        copies="passing",
        proportion=True,
    ),
    Figure(
        "referable_specificity",
        "findings",
        definition(
            "Referable diabetic retinopathy, specificity",
            "Share of eyes of grade 0 or 1 that are not referred at the bundle's own threshold.",
            AS_REFERRED,
        ),
        ("referable.judged",),
        _rate("referable", is_referable, False),
        (Comparator("as many referred at random", _share_acted("referable", False)),),
        truth=("truth.dr_grade",),
        copies="passing",
        proportion=True,
    ),
    Figure(
        "referable_brier",
        "findings",
        definition(
            "Referable diabetic retinopathy, Brier score",
            "Mean squared difference between probability and truth.",
            LEFT_OUT,
            better="lower",
            scale=(0.0, 0.25),
        ),
        ("referable.probability",),
        _brier("referable.probability", is_referable),
        (Comparator("the prevalence for everybody", _brier_of_the_prevalence(is_referable)),),
        truth=("truth.dr_grade",),
        copies="passing",
    ),
    Figure(
        "dr_grade_kappa",
        "findings",
        definition(
            "Grade of diabetic retinopathy, quadratic kappa",
            "Cohen's kappa with quadratic weights of the most probable grade, 0 to 4.",
            LEFT_OUT,
        ),
        ("dr.p0",),
        _kappa,
        (Comparator("the most common grade for everybody", constant(0.0)),),
        truth=("truth.dr_grade",),
        copies="passing",
    ),
    Figure(
        "dr_grade_accuracy",
        "findings",
        definition(
            "Grade of diabetic retinopathy, exactly right",
            "Share of photographs whose most probable grade is the true one.",
            LEFT_OUT,
        ),
        ("dr.p0",),
        _grade_accuracy,
        (Comparator("the most common grade for everybody", _majority),),
        truth=("truth.dr_grade",),
        copies="passing",
        proportion=True,
    ),
    Figure(
        "maculopathy_auc",
        "findings",
        definition(
            "Diabetic maculopathy, AUC",
            "Chance that an eye with maculopathy gets a higher probability than one without.",
            LEFT_OUT,
            scale=(0.5, 1.0),
        ),
        ("maculopathy.probability",),
        auc("maculopathy.probability", "truth.maculopathy"),
        (CHANCE, _age_and_sex("maculopathy", with_maculopathy)),
        truth=("truth.maculopathy",),
        copies="passing",
    ),
    Figure(
        "maculopathy_sensitivity",
        "findings",
        definition(
            "Diabetic maculopathy, sensitivity",
            "Share of eyes with maculopathy that are called so at the bundle's own threshold.",
            AS_REFERRED,
        ),
        ("maculopathy.judged",),
        _rate("maculopathy", with_maculopathy, True),
        (Comparator("as many called so at random", _share_acted("maculopathy", True)),),
        truth=("truth.maculopathy",),
        copies="passing",
        proportion=True,
    ),
    Figure(
        "maculopathy_specificity",
        "findings",
        definition(
            "Diabetic maculopathy, specificity",
            "Share of eyes without maculopathy that are not called so at the same threshold.",
            AS_REFERRED,
        ),
        ("maculopathy.judged",),
        _rate("maculopathy", with_maculopathy, False),
        (Comparator("as many called so at random", _share_acted("maculopathy", False)),),
        truth=("truth.maculopathy",),
        copies="passing",
        proportion=True,
    ),
)
