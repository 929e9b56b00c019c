"""Contact sheets: eyes over time, all their visits in a row; and drawn eyes beside real ones."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.errors import PhotographError
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.settings import Limits
from training.cohort.assemble import Cohort, cohort_rows
from training.drawn.realism.camps import REAL_SETS
from training.drawn.report.folder import DrawnCohort
from training.drawn.worth.drawn_folder import spread

HEIGHT_PX = 170
BESIDE = 24
"""Drawn photographs, and as many real ones."""
JPEG_QUALITY = 85
ANY_SIZE = Limits(min_photograph_side_px=1)
"""A drawn photograph may be smaller than what a clinic may send."""
CHOICES = (
    ("worst retinopathy", "eye_dr_severity", 2),
    ("most drusen", "eye_drusen_area_dd2", 2),
    ("most geographic atrophy", "eye_geographic_atrophy_dd2", 1),
    ("largest cup", "eye_cdr_vertical", 2),
    ("most myopic crescent", "eye_peripapillary_atrophy_dd", 1),
    ("narrowest arterioles", "eye_crae_um", -1),
)
"""Why an eye is shown, the truth by which it is found, and how many (below 0: the lowest)."""
PLAIN = 4
"""Further eyes, the first that come."""


@dataclass(frozen=True)
class Shown:
    """One photograph of a sheet: a small JPEG, or none with the reason in the caption."""

    jpeg: bytes | None
    caption: str

    @property
    def source(self) -> str:
        """Return the picture as the address of an <img>."""
        return f"data:image/jpeg;base64,{base64.b64encode(self.jpeg or b'').decode()}"


@dataclass(frozen=True)
class Strip:
    """One eye over time, the first visit first."""

    title: str
    visits: tuple[Shown, ...]


def strips(cohort: DrawnCohort) -> list[Strip]:
    """Return some eyes: the outermost of each kind of change, then plain ones; nobody twice."""
    truth = cohort.truth.set_index(cohort.truth["photograph"].to_numpy())
    rows = {row.photograph: row for row in cohort.rows}
    return [_strip(cohort, why, eye, truth, rows) for why, eye in chosen_eyes(truth)]


def chosen_eyes(truth: pd.DataFrame) -> list[tuple[str, tuple[str, str]]]:
    """Return why each eye of the strips is shown ("": a plain one), and its person and side."""
    order = truth.sort_values(["visit_time_years", "photograph"])
    last = order.drop_duplicates(["person_id", "eye"], keep="last")
    last = last.sort_values("photograph")
    chosen: dict[str, tuple[str, tuple[str, str]]] = {}
    for why, column, number in (*CHOICES, ("", "", PLAIN)):
        ranked = last.sort_values(column, ascending=number < 0, kind="stable") if column else last
        free = ranked[~ranked["person_id"].isin(list(chosen))].drop_duplicates("person_id")
        if number > 0 and column:
            free = free[free[column] > 0]
        for _, row in free.head(abs(number)).iterrows():
            chosen[row["person_id"]] = (why, (row["person_id"], row["eye"]))
    return list(chosen.values())


def _strip(
    cohort: DrawnCohort,
    why: str,
    eye: tuple[str, str],
    truth: pd.DataFrame,
    rows: dict[str, ManifestRow],
) -> Strip:
    here = truth[(truth["person_id"] == eye[0]) & (truth["eye"] == eye[1])]
    here = here.sort_values(["visit_time_years", "photograph"]).drop_duplicates("visit_time_years")
    ours = [rows[name] for name in here["photograph"]]
    first = ours[0]
    age = "" if first.age_years is None else f", {first.age_years:.0f} years at the first visit"
    sex = "" if first.sex is None else f", {first.sex.value}"
    title = f"{eye[0]} {eye[1]}{sex}{age}" + (f": {why}" if why else "")
    captions = [_caption(row, here.loc[row.photograph]) for row in ours]
    shown = (_shown(cohort.folder / r.photograph, c) for r, c in zip(ours, captions, strict=True))
    return Strip(title, tuple(shown))


def _caption(row: ManifestRow, truth: pd.Series[float]) -> str:
    grade = "" if row.dr_grade is None else f"DR {row.dr_grade}, "
    unread = "" if row.gradable is not False else ", ungradable"
    cup = f"CDR {truth['eye_cdr_vertical']:.2f}"
    return f"{row.visit_time_years or 0.0:.2f} years: {grade}{cup}{unread}"


def drawn_beside(cohort: DrawnCohort, most: int = BESIDE) -> list[Shown]:
    """Return readable drawn photographs, each of another person as far as they reach."""
    readable = [row for row in cohort.rows if row.gradable is not False]
    return [
        _shown(
            cohort.folder / row.photograph,
            (row.camera or "drawn").removeprefix("drawn, ").partition(":")[0],
        )
        for row in spread(readable, most)
    ]


def real_beside(data: Path, most: int = BESIDE) -> list[Shown]:
    """Return as many real photographs of role `train`, the sets in turn. Raises CohortError."""
    with tempfile.TemporaryDirectory() as work:
        rows = cohort_rows(Cohort(data), REAL_SETS, Path(work))
    found = [row for row in rows if row.role is Role.TRAIN and row.gradable is not False]
    queues = [spread([r for r in found if r.set == name], most) for name in REAL_SETS]
    turns = range(max((len(queue) for queue in queues), default=0))
    dealt = [queue[turn] for turn in turns for queue in queues if turn < len(queue)]
    return [_shown(data / row.photograph, row.set) for row in dealt[:most]]


def unreadable(sheets: Iterable[Sequence[Shown]]) -> list[str]:
    """Return the captions of photographs that could not be read."""
    return [one.caption for sheet in sheets for one in sheet if one.jpeg is None]


def _shown(path: Path, caption: str) -> Shown:
    try:
        photograph_HWC = read_photograph(read_file(path, ANY_SIZE), path.name, ANY_SIZE).pixels_HWC
    except PhotographError as error:
        return Shown(None, f"{caption}: {path.name}: {error.public_message}")
    height, width = photograph_HWC.shape[:2]
    size = (round(width * HEIGHT_PX / height), HEIGHT_PX)
    small_HWC = cv2.resize(photograph_HWC, size, interpolation=cv2.INTER_AREA)
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, content = cv2.imencode(".jpg", np.ascontiguousarray(small_HWC[..., ::-1]), options)
    return Shown(bytes(content.tobytes()), caption)
