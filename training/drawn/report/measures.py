"""Biomarkers and covariates by age and sex: of bodies, of drawn eyes, beside published means."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from training.drawn.population.bodies import Bodies
from training.drawn.report.published_means import PUBLISHED_MEANS, PublishedMean
from training.drawn.report.record import BesidePublished, Spread

MEASURES = {
    "crae_um": "CRAE, um",
    "crve_um": "CRVE, um",
    "avr": "Arteriole-to-venule ratio",
    "cdr_vertical": "Vertical cup-to-disc ratio",
    "disc_height_um": "Disc height, um",
    "tortuosity_distance_arterioles": "Arc over chord, arterioles",
    "tortuosity_distance_venules": "Arc over chord, venules",
    "sbp_mmhg": "Systolic pressure, mmHg",
    "hba1c_percent": "HbA1c, %",
    "bmi_kg_m2": "Body mass index, kg/m2",
    "egfr_ml_min_1_73m2": "eGFR, mL/min/1.73 m2",
    "total_cholesterol_mmol_l": "Total cholesterol, mmol/L",
    "hdl_cholesterol_mmol_l": "HDL cholesterol, mmol/L",
    "iop_mmhg": "Intra-ocular pressure, mmHg",
    "axial_length_mm": "Axial length, mm",
}
BANDS = ((6.0, 18.0), (40.0, 50.0), (50.0, 60.0), (60.0, 70.0), (70.0, 80.0))
"""Ages at the first visit; nobody comes between 18 and 40."""
RIGHT = 0
"""Of an eye's measures the right eye's are taken, as most studies do."""
_OF_EYES = {"crae_um": "crae_um", "crve_um": "crve_um", "cdr_vertical": "cdr_vertical",
            "iop_mmhg": "iop_eyes_mmhg", "axial_length_mm": "axial_length_mm"}  # fmt: skip
_OF_BODY = (
    "sbp_mmhg", "hba1c_percent", "bmi_kg_m2", "egfr_ml_min_1_73m2", "total_cholesterol_mmol_l",
    "hdl_cholesterol_mmol_l", "age_years", "type_2_diabetes",
)  # fmt: skip
_OF_PHOTOGRAPHS = {
    "crae_um": "biomarker_crae_um",
    "crve_um": "biomarker_crve_um",
    "avr": "biomarker_avr",
    "cdr_vertical": "eye_cdr_vertical",
    "tortuosity_distance_arterioles": "biomarker_tortuosity_distance_arterioles",
    "tortuosity_distance_venules": "biomarker_tortuosity_distance_venules",
}


def first_visits(blocks: Iterable[Bodies]) -> pd.DataFrame:
    """Return a row a person at the first visit: true measures, `age_years` and `sex` (F, M)."""
    return pd.concat([_first_visit(bodies) for bodies in blocks], ignore_index=True)


def _first_visit(bodies: Bodies) -> pd.DataFrame:
    now = int(bodies.moment(0.0))
    found = {name: bodies.states[name][:, now] for name in _OF_BODY}
    found |= {name: bodies.states[state][:, RIGHT, now] for name, state in _OF_EYES.items()}
    found["avr"] = found["crae_um"] / found["crve_um"]
    found["disc_height_um"] = bodies.fixed["disc_height_um"][:, RIGHT]
    frame = pd.DataFrame({name: value.astype(np.float64) for name, value in found.items()})
    return frame.assign(sex=np.where(bodies.fixed["sex"] > 0, "M", "F"))


def body_spreads(people: pd.DataFrame) -> list[Spread]:
    """Return mean and spread of every measure of bodies by age band and sex."""
    names = [name for name in MEASURES if name in people]
    return [s for name in names for s in _spreads(people, name, name, "bodies")]


def eye_spreads(truth: pd.DataFrame) -> list[Spread]:
    """Return the same of drawn eyes: what is true of their trees and discs at first visits."""
    first = truth[truth["visit_time_years"] == 0].drop_duplicates(["person_id", "eye"])
    first = first.assign(sex=np.where(first["sex"] > 0, "M", "F"))
    return [
        spread
        for name, column in _OF_PHOTOGRAPHS.items()
        for spread in _spreads(first, name, column, "drawn eyes")
    ]


def _spreads(frame: pd.DataFrame, measure: str, column: str, of: str) -> list[Spread]:
    found = []
    for low, high in BANDS:
        for sex in ("F", "M"):
            here = frame["age_years"].between(low, high, inclusive="left") & (frame["sex"] == sex)
            values = frame.loc[here, column].dropna()
            if len(values):
                facts = {"measure": measure, "of": of, "sex": sex, "from_age": low,
                         "until_age": high, "number": len(values), "mean": float(values.mean()),
                         "sd": float(values.std(ddof=0))}  # fmt: skip
                found.append(Spread.model_validate(facts))
    return found


def beside_published(
    people: pd.DataFrame, published: Iterable[PublishedMean] = PUBLISHED_MEANS
) -> list[BesidePublished]:
    """Return every published mean with that of the people of the same ages and sex."""
    return [
        BesidePublished(
            measure=one.measure, sex=one.sex, from_age=one.from_age, until_age=one.until_age,
            published_mean=one.mean, published_sd=one.sd, mean=float(values.mean()),
            sd=float(values.std(ddof=0)), number=len(values), source=one.source,
            verified=one.read,
        )
        for one in published
        if len(values := _same_people(people, one))
    ]  # fmt: skip


def _same_people(people: pd.DataFrame, one: PublishedMean) -> pd.Series[float]:
    here = people["age_years"].between(one.from_age, one.until_age, inclusive="left")
    if one.sex is not None:
        here &= people["sex"] == one.sex
    if one.without_diabetes:
        here &= people["type_2_diabetes"] == 0
    return people.loc[here, one.measure].dropna()
