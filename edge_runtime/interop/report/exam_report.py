"""One exam's report as a PDF/A-3u file, its results attached so that they can be checked.

The square on each page holds the SHA-256 of the attached results.json: who takes the file out of
the PDF and hashes it knows whether the numbers are those that were printed.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timezone
from typing import Final

from edge_runtime.contracts.strict import contract_dict
from edge_runtime.interop.report.doctor_page import doctor_page
from edge_runtime.interop.report.forecast_page import forecast_page
from edge_runtime.interop.report.patient_page import patient_page
from edge_runtime.interop.report.sheet import Sheet
from edge_runtime.interop.report.wording import WORDS, Language
from edge_runtime.interop.screened import ScreenedExam

RESULTS_FILE = "results.json"
CLOCK_TIMES: Final = re.compile(
    rb'(xmp:(?:Modify|Metadata)Date=")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00(")'
)


def exam_report(exam: ScreenedExam, language: Language) -> bytes:
    """Return the PDF of an exam: a page for the person, one for the doctor, one of forecasts.

    Every photograph needs its content, a gradable one its pictures. Raises ValueError for an exam
    without a photograph, OutputError for pictures that are not there.
    """
    if not exam.photographs:
        raise ValueError(f"exam {exam.record.exam_id} has no result")
    results = results_json(exam)
    sha256 = hashlib.sha256(results).hexdigest()
    sheet = Sheet(language, exam.screened_at, WORDS[language]["patient.title"], sha256)
    patient_page(sheet, exam, sha256)
    doctor_page(sheet, exam, sha256)
    forecast_page(sheet, exam, sha256)
    sheet.embed_file(
        bytes=results,
        basename=RESULTS_FILE,
        desc="The exam's record and results, as foreseye.exam/1 and foreseye.screening/1",
        mime_type="application/json",
        associated_file_relationship="Data",
        creation_date=exam.screened_at,
        modification_date=exam.screened_at,
    )
    return _with_fixed_times(bytes(sheet.output()), exam.screened_at)


def _with_fixed_times(pdf: bytes, at: datetime) -> bytes:
    """Return the PDF with the exam's time where fpdf2 stamps the clock; the length stays."""
    stamp = at.astimezone(timezone.utc).isoformat(timespec="seconds").encode()
    return CLOCK_TIMES.sub(lambda found: found[1] + stamp + found[2], pdf)


def results_json(exam: ScreenedExam) -> bytes:
    """Return the exam's record and its photographs' results, as they are attached."""
    content = {
        "exam": contract_dict(exam.record),
        "photographs": [contract_dict(photograph.result) for photograph in exam.photographs],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode()
