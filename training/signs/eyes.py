"""Drawn photographs with the true signs of their eye and what is written of the body.

No public cohort has these signs beside photographs; where one has (graded as in the cohort studies
that hazards come from), its table takes the place of the truth of drawn eyes.

Legend: S signs, B values of the body, P = 2 places (disc, fovea).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Eye, FloatArray
from edge_runtime.forecast.signs import BODY, SIGNS
from training.errors import CohortError

MANIFEST, TRUTH = "cohort.parquet", "truth.parquet"
LEAST_DRUSEN_DD2 = float(np.exp(-9.0))
TRUE = {
    "crae_um": "eye_crae_um",
    "crve_um": "eye_crve_um",
    "nicking": "eye_nicking",
    "dr_severity": "eye_dr_severity",
    "cdr_vertical": "eye_cdr_vertical",
    "disc_haemorrhage": "eye_disc_haemorrhage",
    "peripapillary_atrophy_dd": "eye_peripapillary_atrophy_dd",
    "nerve_fibre_loss": "eye_nerve_fibre_loss",
}
"""Columns of the truth that are a sign as they stand."""


@dataclass(frozen=True)
class SignedEye:
    """One photograph: whose, of which eye, its signs (S,) and the body's values (B,)."""

    path: Path
    person_id: str
    eye: Eye
    sign_S: FloatArray
    body_B: FloatArray
    """NaN where not written."""
    place_P2: FloatArray
    """Where disc and fovea lie in the photograph, x and y in pixels; NaN where not written."""


def signed_eyes(folders: list[Path], role: Role) -> list[SignedEye]:
    """Return a role's gradable photographs of drawn cohorts.

    Raises CohortError for a folder without their truth, and what reading a manifest raises.
    """
    return [eye for folder in folders for eye in _of_folder(folder, role)]


def _of_folder(folder: Path, role: Role) -> list[SignedEye]:
    path = folder / TRUTH
    if not path.exists():
        raise CohortError(f"{path} is missing: signs are learned from the truth of drawn eyes")
    columns = ["photograph", *TRUE.values(), "eye_drusen_area_dd2"]
    table = pq.read_table(path, columns=columns).to_pylist()
    truth = {row["photograph"]: row for row in table}
    rows = read_manifest(folder / MANIFEST)
    kept = [row for row in rows if row.role == role and row.gradable is not False]
    return [_eye(folder, row, _signs(truth[row.photograph])) for row in kept]


def _signs(truth: dict[str, float]) -> FloatArray:
    known = {name: float(truth[column]) for name, column in TRUE.items()}
    known["retinopathy"] = float(known["dr_severity"] >= 1.0)
    known["log_drusen"] = float(np.log(max(truth["eye_drusen_area_dd2"], LEAST_DRUSEN_DD2)))
    return np.array([known[sign.name] for sign in SIGNS], np.float32)


def _eye(folder: Path, row: ManifestRow, sign_S: FloatArray) -> SignedEye:
    body = [getattr(row, value.covariate) for value in BODY]
    body_B = np.array([np.nan if value is None else value for value in body], np.float32)
    if row.eye is None:
        raise CohortError(f"{row.photograph}: a drawn photograph has its side")
    return SignedEye(
        folder / row.photograph,
        row.person_id,
        row.eye,
        sign_S,
        body_B,
        _places(row),
    )


def _places(row: ManifestRow) -> FloatArray:
    written = (row.disc_x_px, row.disc_y_px), (row.fovea_x_px, row.fovea_y_px)
    known = [[np.nan if value is None else value for value in place] for place in written]
    return np.array(known, np.float32)
