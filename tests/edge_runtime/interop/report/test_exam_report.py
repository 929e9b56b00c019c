"""The report on paper: what it says, that it is an archive's PDF, that it can be checked."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Evidence, Eye
from edge_runtime.interop.report.doctor_page import as_fine_as
from edge_runtime.interop.report.exam_report import exam_report, results_json
from edge_runtime.interop.report.forecast_page import percent
from edge_runtime.interop.report.page_parts import of_100
from edge_runtime.interop.report.patient_page import BELOW, REFER, UNREADABLE, answer_of
from edge_runtime.interop.report.wording import WORDS, Language
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph
from tests.edge_runtime.interop.exams import example_record, example_result
from tests.edge_runtime.interop.report.archive_rules import violations
from tests.edge_runtime.interop.sample_exam import sample_exam

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> ScreenedExam:
    return sample_exam(tmp_path_factory.mktemp("screened"))


def poppler(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here (Debian poppler-utils)")
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stderr == "", told.stderr
    return told.stdout


def text_of(pdf: bytes, folder: Path, page: int = 0) -> str:
    (folder / "report.pdf").write_bytes(pdf)
    pages = ("-f", str(page), "-l", str(page)) if page else ()
    return poppler("pdftotext", *pages, "-raw", str(folder / "report.pdf"), "-").replace("\n", "")


@pytest.mark.parametrize("language", Language)
def test_a_report_has_its_pages_with_their_words(
    exam: ScreenedExam, language: Language, tmp_path: Path
) -> None:
    words = WORDS[language]
    pdf = exam_report(exam, language)

    person, doctor = (text_of(pdf, tmp_path, page) for page in (1, 2))

    pages = 3 if exam.record.forecast else 2
    assert f"Pages:           {pages}" in poppler("pdfinfo", str(tmp_path / "report.pdf"))
    bare = {key: re.sub(r"\s", "", text) for key, text in words.items()}
    for key in ("use", "unsigned", "patient.title", "eye.OD", "eye.OS", "meaning.title"):
        assert bare[key] in re.sub(r"\s", "", person), key
    for key in ("use", "doctor.title", "crae_um", "avr", "evidence.legend", "change.legend"):
        assert bare[key] in re.sub(r"\s", "", doctor), key
    assert exam.record.exam_id in person
    assert "\u25a0" not in person + doctor


def test_every_measurement_stands_on_the_doctors_page(exam: ScreenedExam, tmp_path: Path) -> None:
    doctor = text_of(exam_report(exam, Language.ENGLISH), tmp_path, 2)

    for photograph in exam.photographs:
        for name, measured in (photograph.result.biomarkers or {}).items():
            if measured.value is not None:
                change = (exam.bundle.smallest_detectable_change or {}).get(name)
                shown = as_fine_as(measured.value, change.value if change else 0.0)
                assert shown in doctor, name


@pytest.mark.parametrize(
    ("value", "change", "shown"),
    [
        (0.6804, 0.10, "0.68"),
        (159.4, 36.0, "159"),
        (1.3224, 0.053, "1.322"),
        (5.0671, 1.0, "5.1"),
        (4420.3, 284.0, "4420"),
        (0.04659, 0.0057, "0.0466"),
        (0.08870, 0.0, "0.08870"),
    ],
)
def test_a_number_is_no_finer_than_what_a_second_photograph_keeps(
    value: float, change: float, shown: str
) -> None:
    assert as_fine_as(value, change) == shown


def test_the_person_is_told_what_the_findings_shown_were_judged_on_and_of_no_others(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    found = {
        finding.evidence for _, finding in exam.photographs[0].result.findings or () if finding
    }
    person = text_of(exam_report(exam, Language.ENGLISH), tmp_path, 1)

    assert Evidence.DRAWN in found  # what the eye tells of the body, which the page does not show
    assert "onpeopleofthecollections" in re.sub(r"\s", "", person)
    assert "onlyoneyesdrawn" not in re.sub(r"\s", "", person)


def test_the_doctor_reads_why_in_chinese_and_what_was_known_of_the_person(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    words = WORDS[Language.CHINESE]
    pdf = exam_report(exam, Language.CHINESE)
    doctor, forecasts = (re.sub(r"\s", "", text_of(pdf, tmp_path, page)) for page in (2, 3))

    num_missing = sum(
        reading.value is None
        for photograph in exam.photographs
        for reading in (photograph.result.biomarkers or {}).values()
    )
    assert num_missing
    assert "B区有" in doctor
    assert words["missing.generic"] not in doctor
    assert words["more"].split("{")[0].strip() not in doctor
    assert "收缩压(mmHg)：150" in forecasts
    assert "3/3" in forecasts


def test_the_person_reads_what_to_do_before_what_it_means(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    words = WORDS[Language.ENGLISH]
    person = text_of(exam_report(exam, Language.ENGLISH), tmp_path, 1)

    assert person.index(words["next.title"]) < person.index(words["meaning.title"])


@pytest.mark.parametrize("language", Language)
def test_a_full_page_ends_above_its_foot(
    exam: ScreenedExam, language: Language, tmp_path: Path
) -> None:
    both = []
    for photograph in exam.photographs:
        eye = photograph.result.eye.model_copy(update={"conflict": True})
        result = with_referable(photograph, 0.99).result.model_copy(update={"eye": eye})
        both.append(replace(photograph, result=result))
    pdf = exam_report(replace(exam, photographs=tuple(both)), language)

    (tmp_path / "report.pdf").write_bytes(pdf)
    page = ("-f", "1", "-l", "1", "-bbox", str(tmp_path / "report.pdf"), "-")
    found = re.findall(
        r'yMin="([0-9.]+)"[^>]*yMax="([0-9.]+)">([^<]*)<', poppler("pdftotext", *page)
    )
    model = WORDS[language]["models"].split()[0].split("{")[0]
    foot = next(float(top) for top, _, word in found if word.startswith(model))
    above = [float(bottom) for top, bottom, _ in found if float(top) < foot - 1.0]
    assert max(above) < foot


def test_a_condition_is_named_once_and_a_step_that_nobody_took_has_no_column(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    record = example_record()
    assert record.forecast is not None
    forecast = next(one for one in record.forecast if one.steps is not None)
    assert forecast.steps is not None
    steps = forecast.steps.model_copy(update={"photographs": None})
    several = [
        forecast.model_copy(update={"horizon_years": years, "steps": steps, "step": "covariates"})
        for years in (1.0, 5.0)
    ]
    told = replace(exam, record=exam.record.model_copy(update={"forecast": several}))

    table = text_of(exam_report(told, Language.ENGLISH), tmp_path, 3)

    words = WORDS[Language.ENGLISH]
    assert table.count(words[f"condition.{forecast.condition.value}"]) == 1
    assert words["column.covariates"] in table
    assert words["column.photographs"] not in table


def test_whatever_is_not_measured_has_its_reason(exam: ScreenedExam, tmp_path: Path) -> None:
    doctor = re.sub(r"\s", "", text_of(exam_report(exam, Language.ENGLISH), tmp_path, 2))

    missing = [
        measured.missing_because
        for photograph in exam.photographs
        for measured in (photograph.result.biomarkers or {}).values()
        if measured.value is None
    ]
    assert len(missing) > 2
    assert [r for r in missing if r and re.sub(r"\s", "", r) not in doctor] == []
    assert not re.search(r"and\d+more", doctor)


def test_a_chance_that_may_not_be_this_persons_stands_on_the_doctors_page_alone(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    pdf = exam_report(exam, Language.ENGLISH)
    person, forecasts = text_of(pdf, tmp_path, 1), text_of(pdf, tmp_path, 3)

    assert "Worsening of diabetic eye disease" not in person
    assert "Worsening of diabetic eye disease*" in forecasts
    assert "Holds only for people who have the condition" in forecasts


def test_the_evidence_of_the_findings_stands_on_the_persons_page(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    person = text_of(exam_report(exam, Language.ENGLISH), tmp_path, 1)

    judged = exam.photographs[0].result.findings
    assert judged is not None
    assert judged.dr_grade is not None
    assert judged.dr_grade.evidence is Evidence.INTERNAL
    assert re.sub(r"\s", "", WORDS[Language.ENGLISH]["judged.internal"]) in re.sub(
        r"\s", "", person
    )


def test_the_attached_results_have_the_hash_that_the_page_shows(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    shown = text_of(exam_report(exam, Language.ENGLISH), tmp_path)
    poppler("pdfdetach", "-saveall", "-o", str(tmp_path), str(tmp_path / "report.pdf"))

    attached = (tmp_path / "results.json").read_bytes()

    assert attached == results_json(exam)
    assert hashlib.sha256(attached).hexdigest() in shown


def test_the_square_on_the_page_holds_exam_and_hash(exam: ScreenedExam, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(exam_report(exam, Language.ENGLISH))

    # OpenCV's reader misses some squares at one resolution that it reads at another.
    held = next(filter(None, (square(tmp_path, dpi) for dpi in (200, 300, 240, 400))), "")

    sha256 = hashlib.sha256(results_json(exam)).hexdigest()
    assert held == f"foreseye-report:1 exam={exam.record.exam_id} results.json={sha256}"


def square(folder: Path, dpi: int) -> str:
    """Return what the square at the foot of the first page says, empty where it is not read."""
    poppler("pdftoppm", "-r", str(dpi), "-f", "1", "-l", "1", "-png", "-singlefile",
            str(folder / "report.pdf"), str(folder / "page"))  # fmt: skip
    page = cv2.imread(str(folder / "page.png"))
    side = 3 * dpi
    held, _, _ = cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(page[-side:, -side:]))
    return str(held)


@pytest.mark.parametrize("language", Language)
def test_a_report_is_made_for_archives(exam: ScreenedExam, language: Language) -> None:
    """What PDF/A-3u asks for and can be read from the file; veraPDF is not to be had here."""
    pdf = exam_report(exam, language)

    assert violations(pdf) == []

    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in pdf
    assert b"/GTS_PDFA1" in pdf
    assert b"/ToUnicode" in pdf
    assert b"/AFRelationship /Data" in pdf
    assert b"/Encrypt" not in pdf
    assert b"/JavaScript" not in pdf


def test_fonts_are_embedded(exam: ScreenedExam, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(exam_report(exam, Language.CHINESE))

    fonts = poppler("pdffonts", str(tmp_path / "report.pdf")).splitlines()[2:]

    # Columns from the right: object, its number, unicode, subset, embedded.
    assert fonts
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)


def test_the_same_exam_gives_the_same_bytes(exam: ScreenedExam) -> None:
    assert exam_report(exam, Language.CHINESE) == exam_report(exam, Language.CHINESE)


def ungradable(folder: Path, exam: ScreenedExam) -> ScreenedPhotograph:
    return replace(exam.photographs[0], result=example_result("screening-ungradable"), layers=None)


def test_an_unreadable_photograph_has_its_reason_in_the_persons_language(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    alone = replace(exam, photographs=(ungradable(tmp_path, exam),))

    person = text_of(exam_report(alone, Language.CHINESE), tmp_path, 1)

    assert WORDS[Language.CHINESE]["answer.unreadable"] in person
    assert "No round field" not in person


def with_referable(photograph: ScreenedPhotograph, referable: float) -> ScreenedPhotograph:
    result = photograph.result
    assert result.findings is not None
    assert result.findings.dr_grade is not None
    grade = result.findings.dr_grade.model_copy(update={"referable": referable})
    findings = result.findings.model_copy(update={"dr_grade": grade})
    return replace(photograph, result=result.model_copy(update={"findings": findings}))


def test_a_cut_decides_what_a_person_is_told(exam: ScreenedExam) -> None:
    photograph = exam.photographs[0]

    assert answer_of(photograph) == BELOW
    assert answer_of(with_referable(photograph, 0.99)) == REFER
    assert answer_of(replace(photograph, result=example_result("screening-ungradable"))) == (
        UNREADABLE
    )


def test_of_two_photographs_of_an_eye_the_one_that_refers_is_shown(
    exam: ScreenedExam, tmp_path: Path
) -> None:
    sound = exam.photographs[0]
    both = replace(exam, photographs=(sound, with_referable(sound, 0.99)))

    person = text_of(exam_report(both, Language.ENGLISH), tmp_path, 1)

    assert WORDS[Language.ENGLISH]["next.refer"] in person


def test_a_forecast_is_told_in_people_of_a_hundred(exam: ScreenedExam, tmp_path: Path) -> None:
    forecast = example_record().forecast
    with_forecast = replace(exam, record=exam.record.model_copy(update={"forecast": forecast}))

    pdf = exam_report(with_forecast, Language.ENGLISH)

    person = text_of(pdf, tmp_path, 1)
    assert "of 100 people like you, about 3 within 5 years (2 to 5); 97 not" in person
    assert re.sub(r"\s", "", WORDS[Language.ENGLISH]["forecast.drawn"]) in re.sub(r"\s", "", person)
    table = text_of(pdf, tmp_path, 3)
    assert "3.0 % (drawn)" in table
    assert WORDS[Language.ENGLISH]["missing.already_present"] in table


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.0, "0"), (0.004, "<1"), (0.031, "3"), (0.995, ">99"), (1.0, "100")],
)
def test_what_is_not_nothing_never_reads_as_nothing(probability: float, shown: str) -> None:
    assert of_100(probability) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0.0"), (0.0004, "<0.1"), (0.0005, "0.1"), (0.165, "16.5")]
)
def test_nor_does_it_in_the_doctors_tenths_of_a_percent(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_a_name_in_letters_that_the_font_has_not_is_no_failure(exam: ScreenedExam) -> None:
    seen = exam.photographs[0].result
    named = seen.photograph.model_copy(update={"name": "\u0e15\u0e32 \U0001f441.jpg"})
    result: ScreeningResult = seen.model_copy(update={"photograph": named})
    odd = replace(exam, photographs=(replace(exam.photographs[0], result=result),))

    assert exam_report(odd, Language.ENGLISH)
    assert {p.eye for p in odd.photographs} == {Eye.OD}


def test_an_exam_without_a_photograph_has_no_report(exam: ScreenedExam) -> None:
    with pytest.raises(ValueError, match="no result"):
        exam_report(replace(exam, photographs=()), Language.ENGLISH)
