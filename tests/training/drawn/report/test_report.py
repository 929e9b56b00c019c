"""The report of a drawn folder: what is on the page, what is refused, what fails loudly."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageSequence

from edge_runtime.errors import ResumeMismatch
from tests.training.drawn.report.handmade import PEOPLE, a_population
from training.cli import main
from training.drawn.cohort.tables import MANIFEST_FILE
from training.drawn.report.films import films as report_films
from training.drawn.report.folder import ReportError, open_cohort
from training.drawn.report.making import Made, make_report
from training.drawn.report.page import LOCAL_ONLY

pytestmark = pytest.mark.slow

PICTURE = re.compile(r'<img src="(data:image/jpeg[^"]+)"')
FILM = re.compile(r'<img src="data:image/webp;base64,([^"]+)"')


def made(folder: Path, out: Path, data: Path | None = None) -> Made:
    cohort = open_cohort(folder)
    population = a_population(cohort.record.population_parameters_sha256)
    return make_report(cohort, population, out / "report.html", data)


def pictures(page: str) -> list[np.ndarray]:
    found = PICTURE.findall(page)
    contents = [base64.b64decode(source.partition(",")[2]) for source in found]
    return [cv2.imdecode(np.frombuffer(c, np.uint8), cv2.IMREAD_COLOR) for c in contents]


@pytest.fixture(scope="module")
def report(drawn_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(drawn_folder, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def page(report: Made) -> str:
    return report.page.read_text(encoding="utf-8")


def test_the_page_shows_one_eye_of_everybody_at_every_visit_and_no_real_person(
    drawn_folder, report, page
):
    cohort = open_cohort(drawn_folder)

    visits = {(row.person_id, row.visit_time_years) for row in cohort.rows}
    assert len(pictures(page)) == len(visits)
    assert LOCAL_ONLY not in page
    written = sorted(path.name for path in report.page.parent.iterdir())
    assert written == ["report.html", "report.json"]


def test_every_picture_of_the_page_is_a_drawn_photograph_made_small(drawn_folder, page):
    drawn = [
        cv2.resize(cv2.imread(str(path)), (32, 32), interpolation=cv2.INTER_AREA).astype(float)
        for path in (drawn_folder / "photographs").rglob("*.jpg")
    ]

    for picture in pictures(page):
        small = cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA).astype(float)
        assert min(np.abs(small - other).mean() for other in drawn) < 6.0


def films(page: str) -> list[list[np.ndarray]]:
    found = [Image.open(io.BytesIO(base64.b64decode(source))) for source in FILM.findall(page)]
    return [
        [np.asarray(frame.convert("RGB"), np.float32) for frame in ImageSequence.Iterator(film)]
        for film in found
    ]


def test_a_film_shows_one_eye_year_by_year_in_its_place_and_changing(page):
    shown = films(page)

    assert shown
    for frames in shown:
        assert 2 <= len(frames) <= 11
        first, last = frames[0][:300], frames[-1][:300]
        apart = np.abs(first - last).mean()
        assert 0.0 < apart < 12.0
        moved, _ = cv2.phaseCorrelate(first[..., 1], last[..., 1])
        assert np.hypot(*moved) < 1.0


def test_a_cohort_of_other_parameters_has_no_film(drawn_folder):
    cohort = open_cohort(drawn_folder)
    record = cohort.record.model_copy(update={"population_parameters_sha256": "0" * 64})

    assert report_films(replace(cohort, record=record)) == []


def test_the_page_asks_for_nothing_from_elsewhere_and_claims_nothing(page):
    assert "no claim of clinical validity" in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "<script" not in page


def test_ids_of_the_plots_are_not_used_twice(page):
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_was_drawn_is_counted(drawn_folder, report):
    drawn = report.report.drawn
    rows = open_cohort(drawn_folder).rows

    assert (drawn.people, drawn.eyes) == (PEOPLE, 2 * PEOPLE)
    assert drawn.photographs == len(rows)
    for counted in (drawn.cameras, drawn.defects, drawn.grades):
        assert sum(one.photographs for one in counted) == len(rows)


def test_what_is_missed_uncovered_outside_or_unverified_is_said(page):
    assert "1 of 2 bands are more than a fifth off" in page
    assert "1 of 2 intervals cover" in page
    assert "0 of 1 signs with a published interval lie in it" in page
    assert "to be verified" in page


def test_the_same_folder_gives_the_same_bytes(drawn_folder, tmp_path, report):
    again = made(drawn_folder, tmp_path)

    assert again.page.read_bytes() == report.page.read_bytes()
    assert again.json.read_bytes() == report.json.read_bytes()


def test_a_photograph_that_is_gone_is_named_and_the_rest_is_shown(drawn_folder, tmp_path, page):
    folder = shutil.copytree(drawn_folder, tmp_path / "cohort")
    eye = re.search(r'class="title">(\S+) (O[DS])', page)
    assert eye is not None
    next((folder / "photographs").rglob(f"{eye[1]}_{eye[2]}_visit0.jpg")).unlink()

    again = made(folder, tmp_path)

    assert len(again.report.failed) == 1
    shown = again.page.read_text(encoding="utf-8")
    assert len(pictures(shown)) == len(pictures(page)) - 1


def test_a_cohort_of_other_parameters_than_those_measured_fails_a_check(drawn_folder, tmp_path):
    cohort = open_cohort(drawn_folder)

    made_now = make_report(cohort, a_population("0" * 64), tmp_path / "report.html")

    assert "other parameters" in made_now.report.failed[0]


def test_a_folder_without_a_cohort_is_refused(tmp_path):
    with pytest.raises(ReportError, match=r"holds no draw\.json"):
        open_cohort(tmp_path)


def test_an_unfinished_cohort_is_refused_with_exit_code_1(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    folder = shutil.copytree(drawn_folder, tmp_path / "cohort")
    (folder / MANIFEST_FILE).unlink()
    monkeypatch.setattr(sys, "argv", ["foreseye-train", "draw-report", str(folder)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert "not drawn to its end" in " ".join(capsys.readouterr().err.split())
    assert not (folder / "report.html").exists()


def test_a_record_that_is_none_is_refused(drawn_folder, tmp_path):
    folder = shutil.copytree(drawn_folder, tmp_path / "cohort")
    (folder / "draw.json").write_text("{}", encoding="utf-8")

    with pytest.raises(ResumeMismatch, match="no record of a drawn cohort"):
        open_cohort(folder)


@pytest.mark.parametrize("words", [["--bodies", "10"], ["--out", "page.pdf"], ["--data", "none"]])
def test_bad_usage_ends_with_exit_code_2(drawn_folder, monkeypatch, words):
    monkeypatch.setattr(sys, "argv", ["foreseye-train", "draw-report", str(drawn_folder), *words])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2


@pytest.mark.photographs
@pytest.mark.slow
def test_real_photographs_stand_on_a_page_of_their_own_that_says_so(
    drawn_folder, tmp_path, data_folder, report
):
    both = made(drawn_folder, tmp_path, data_folder)

    assert both.page.read_bytes() == report.page.read_bytes()
    assert both.local_page is not None
    assert LOCAL_ONLY in both.local_page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_whole_command_measures_bodies_once_and_keeps_them(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    folder = shutil.copytree(drawn_folder, tmp_path / "cohort")
    words = ["foreseye-train", "draw-report", str(folder), "--bodies", "4000", "--json"]
    monkeypatch.setattr(sys, "argv", words)

    told, written = [], []
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, None)
        told.append(json.loads(capsys.readouterr().out))
        (kept,) = (folder / "report-cache").iterdir()
        written.append((kept.stat().st_mtime_ns, (folder / "report.html").read_bytes()))

    assert told[0] == told[1]
    assert told[0]["bodies"] == 4000
    assert written[0] == written[1]
