"""Worst and best cases as pictures, for the eyes of whoever may see the photographs.

They hold photographs and stay in the evaluation's own folder: nothing of it goes into a bundle.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, UInt8Array
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import PhotographError
from training.cohort.mask_file import read_mask
from training.evaluation.beside import full_size
from training.evaluation.page_style import STYLE
from training.evaluation.prediction import Prediction
from training.evaluation.written_masks import written_pictures

CASES_FOLDER, CASES_PAGE = "cases", "cases.html"
SHOWN = 3
"""How many worst and how many best cases of each set and figure."""
SIDE_PX = 720
HALF = 128
JPEG_QUALITY = 88

FOUND, MISSED, FALSE_ALARM = (64, 200, 90), (255, 80, 60), (90, 150, 255)
"""RGB: what both say, what only the truth says, what only the model says."""

WARNING = (
    "These pages show photographs of the judged sets, under those sets' terms. They are for this "
    "machine: never put them into a bundle, a report or a repository."
)


@dataclass(frozen=True)
class Ranking:
    """One way to find worst and best cases, and how to show them."""

    title: str
    column: str
    better: int
    """1 where higher is better, -1 where lower is."""
    overlay: Callable[[UInt8Array, ManifestRow, Path, Path | None], UInt8Array]
    legend: str


@dataclass(frozen=True)
class Case:
    """One picture of the page."""

    heading: str
    caption: str
    prediction: Prediction
    ranking: Ranking


def write_cases(
    predictions: Sequence[Prediction], rows: Sequence[ManifestRow], data: Path, out: Path
) -> Path:
    """Write the pictures and their page into `out`/cases, and return the page's path."""
    folder = make_folder(out / CASES_FOLDER)
    by_photograph = {row.photograph: row for row in rows}
    by_heading: dict[str, list[str]] = {}
    legends: dict[str, str] = {}
    for number, case in enumerate(_cases([p for p in predictions if not p.copy])):
        row = by_photograph[case.prediction.photograph]
        shown = _figure(case, row, data, out, folder / f"{number:03d}.jpg")
        by_heading.setdefault(case.heading, []).append(shown)
        legends[case.heading] = case.ranking.legend
    parts = [f'<h1>Worst and best cases</h1><p class="warn">{WARNING}</p>']
    for heading, figures in by_heading.items():
        parts.append(f'<h2>{escape(heading)}</h2><p class="soft">{escape(legends[heading])}</p>')
        parts.append(f'<div class="cases">{"".join(figures)}</div>')
    page = folder / CASES_PAGE
    write_whole(page, _document("".join(parts)))
    return page


def _figure(case: Case, row: ManifestRow, data: Path, out: Path, picture: Path) -> str:
    """Write a case's picture and return its HTML; one that cannot be read is told, not shown."""
    caption = escape(case.caption)
    try:
        write_whole(picture, _picture(case, row, data, out))
    except PhotographError as error:
        return f"<figure><figcaption>{caption}: {error.public_message}</figcaption></figure>"
    shown = f'<img src="{picture.name}" alt="{caption}" loading="lazy">'
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>"


def _document(body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Worst and best cases</title><style>{STYLE}</style>"
        f'<link rel="icon" href="data:,"></head><body><main>{body}</main></body></html>\n'
    )


def _cases(predictions: Sequence[Prediction]) -> Iterator[Case]:
    for ranking in RANKINGS:
        known = [p for p in predictions if ranking.column in p.values]
        for set_name in dict.fromkeys(p.set for p in known):
            of_set = [p for p in known if p.set == set_name]
            yield from _ends(of_set, ranking, set_name)
    wrong = [p for p in predictions if _wrongly_judged(p)]
    for prediction in wrong[: 4 * SHOWN]:
        verdict = "accepted" if prediction.status == "read" else f"refused: {prediction.why}"
        yield Case(
            "Quality gate: against the graders", _caption(prediction, verdict), prediction, PLAIN
        )
    yield from _confident_mistakes(predictions)


def _ends(of_set: list[Prediction], ranking: Ranking, set_name: str) -> Iterator[Case]:
    ordered = sorted(of_set, key=lambda p: ranking.better * p.values[ranking.column])
    worst = ordered[: min(SHOWN, (len(ordered) + 1) // 2)]
    best = ordered[len(worst) :][-SHOWN:][::-1]
    for name, cases in (("worst", worst), ("best", best)):
        for prediction in cases:
            said = f"{ranking.column} {prediction.values[ranking.column]:.3f}"
            if prediction.status != "read":
                said += f"; refused: {prediction.why}"
            heading = f"{ranking.title}, {set_name}: {name}"
            yield Case(heading, _caption(prediction, said), prediction, ranking)


def _confident_mistakes(predictions: Sequence[Prediction]) -> Iterator[Case]:
    graded = [
        p for p in predictions if {"referable.probability", "truth.dr_grade"} <= p.values.keys()
    ]
    for heading, sick in (("Referable DR missed", True), ("Referred without need", False)):
        kind = [p for p in graded if (p.values["truth.dr_grade"] >= 2) == sick]
        kind.sort(key=lambda p: p.values["referable.probability"], reverse=not sick)
        for prediction in kind[: 2 * SHOWN]:
            values = prediction.values
            said = (
                f"true grade {values['truth.dr_grade']:.0f}, "
                f"probability {values['referable.probability']:.2f}"
            )
            yield Case(
                f"{heading}, most confidently", _caption(prediction, said), prediction, PLAIN
            )


def _wrongly_judged(prediction: Prediction) -> bool:
    gradable = prediction.values.get("truth.gradable")
    if gradable is None:
        return prediction.status != "read"
    return (gradable > 0.5) != (prediction.status == "read")


def _caption(prediction: Prediction, said: str) -> str:
    return f"{prediction.photograph}: {said}"


def _picture(case: Case, row: ManifestRow, data: Path, out: Path) -> bytes:
    photograph_HWC = full_size(data / row.photograph)
    folder = None if case.prediction.folder is None else out / case.prediction.folder
    shown_HWC = case.ranking.overlay(photograph_HWC, row, data, folder)
    zoom = SIDE_PX / max(shown_HWC.shape[:2])
    size = (round(shown_HWC.shape[1] * zoom), round(shown_HWC.shape[0] * zoom))
    small_HWC = cv2.resize(shown_HWC, size, interpolation=cv2.INTER_AREA)
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, content = cv2.imencode(".jpg", np.ascontiguousarray(small_HWC[..., ::-1]), options)
    return bytes(content.tobytes())


def _plain(
    photograph_HWC: UInt8Array, row: ManifestRow, data: Path, folder: Path | None
) -> UInt8Array:
    del row, data, folder
    return photograph_HWC


def _vessels(
    photograph_HWC: UInt8Array, row: ManifestRow, data: Path, folder: Path | None
) -> UInt8Array:
    truth_HW = read_mask(data / str(row.vessel))
    pictures = None if folder is None else written_pictures(folder)
    said_HW = np.zeros_like(truth_HW)
    if pictures is not None:
        said_HW = pictures.vessels_probability_HW >= HALF
    shown_HWC = photograph_HWC // 3
    for mask_HW, colour in (
        (said_HW & truth_HW, FOUND),
        (truth_HW & ~said_HW, MISSED),
        (said_HW & ~truth_HW, FALSE_ALARM),
    ):
        shown_HWC[mask_HW] = colour
    return shown_HWC


def _disc_and_cup(
    photograph_HWC: UInt8Array, row: ManifestRow, data: Path, folder: Path | None
) -> UInt8Array:
    shown_HWC = photograph_HWC.copy()
    pictures = None if folder is None else written_pictures(folder)
    for path, least in ((row.disc, 1), (row.cup, 2)):
        truth_HW = read_mask(data / str(path))
        _outline(shown_HWC, truth_HW, FOUND)
        if pictures is not None:
            _outline(shown_HWC, pictures.disc_cup_HW >= least, FALSE_ALARM)
    return shown_HWC


def _outline(shown_HWC: UInt8Array, mask_HW: BoolArray, colour: tuple[int, int, int]) -> None:
    lines, _ = cv2.findContours(mask_HW.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    width = max(2, round(max(mask_HW.shape) / 300))
    cv2.drawContours(shown_HWC, lines, -1, colour, width, cv2.LINE_AA)


PLAIN = Ranking("", "", 1, _plain, "The photograph as it came.")
RANKINGS = (
    Ranking(
        "Vessels",
        "vessel_f1",
        1,
        _vessels,
        "Green: found. Red: missed. Blue: called vessel, but not in the truth.",
    ),
    Ranking(
        "Cup", "cup_dice", 1, _disc_and_cup, "Green: experts' disc and cup. Blue: the model's."
    ),
    Ranking(
        "Cup-to-disc ratio",
        "cdr_vertical_error",
        -1,
        _disc_and_cup,
        "Green: experts' disc and cup. Blue: the model's.",
    ),
)
