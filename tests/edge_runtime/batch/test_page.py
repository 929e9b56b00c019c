"""The summary page tells what the tables hold, and nobody's file name becomes part of it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from edge_runtime.batch.duplicates import Repeated
from edge_runtime.batch.page.distributions import distributions
from edge_runtime.batch.page.page import summary_page, wilson_95
from edge_runtime.batch.page.rows import MOST_SLOWEST, rows_to_look_at
from edge_runtime.batch.record import BatchRecord, digest
from edge_runtime.batch.rows import Row
from edge_runtime.batch.shards import parquet_bytes
from edge_runtime.batch.summary import Effort, summarise
from edge_runtime.contracts.result import BundleIdentity, ModelIdentity

FLOAT, TEXT = pa.float64(), pa.string()
COLUMNS = {
    "path": TEXT, "set": TEXT, "status": TEXT, "error": TEXT, "eye_given": TEXT,
    "eye.laterality": TEXT, "eye.conflict": pa.bool_(), "quality.cause": TEXT,
    "findings.dr_grade.referable": FLOAT, "findings.dr_grade.referable_threshold": FLOAT,
    "findings.dr_grade.evidence": TEXT, "biomarkers.crae_um.value": FLOAT,
    "biomarkers.crae_um.unit": TEXT, "biomarkers.crae_um.evidence": TEXT,
    "timings_ms.decode": FLOAT, "timings_ms.total": FLOAT,
}  # fmt: skip
HOSTILE = "<script>alert(1)</script>&.jpg"


def rows() -> list[Row]:
    read: list[Row] = [
        {
            "path": f"{number:03d}.jpg", "set": "A", "status": "ok",
            "findings.dr_grade.referable": number / 100,
            "findings.dr_grade.referable_threshold": 0.9,
            "findings.dr_grade.evidence": "internal",
            "biomarkers.crae_um.value": None if number % 2 else 140.0 + number,
            "biomarkers.crae_um.unit": "um", "biomarkers.crae_um.evidence": "internal",
            "eye_given": "OD", "eye.laterality": "OS", "eye.conflict": number == 7,
            "timings_ms.decode": 1.0, "timings_ms.total": float(number),
        }
        for number in range(100)
    ]  # fmt: skip
    refused: Row = {"path": "r.jpg", "set": "A", "status": "refused", "quality.cause": "eye",
                    "error": "The retina is veiled."}  # fmt: skip
    failed: Row = {"path": HOSTILE, "status": "failed", "error": f"DamagedPicture: {HOSTILE}"}
    return [*read, refused, failed]


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    found = []
    for number, some in enumerate((rows()[:60], rows()[60:])):
        found.append(tmp_path / f"{number}.parquet")
        found[-1].write_bytes(parquet_bytes(some, COLUMNS))
    return found


def page(parts: list[Path]) -> str:
    record = BatchRecord(
        input=digest([]),
        bundle=BundleIdentity(name="reference", version="1.0.0", sha256="a" * 64),
        models={"anatomy": ModelIdentity(backend="onnxruntime-cpu", precision="fp32")},
        pictures=False,
    )
    summary = summarise(parts, [], Repeated(1, 2), Effort(102, 10.0))
    return summary_page(
        HOSTILE, record, summary, distributions(parts, COLUMNS), rows_to_look_at(parts, COLUMNS)
    )


class Seen(HTMLParser):
    """The tags of a page and its words; raises where a tag is closed that was not opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag != "meta":  # the one tag of the page that is never closed
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def seen(parts: list[Path]) -> Seen:
    parser = Seen()
    parser.feed(page(parts))
    return parser


def test_the_page_is_sound_and_runs_nothing(parts: list[Path]) -> None:
    found = seen(parts)

    assert found.open == []
    assert "script" not in found.tags
    assert HOSTILE in found.words
    assert not {"img", "link", "iframe", "a"} & set(found.tags)


def test_the_referral_rate_is_of_the_photographs_that_were_read(parts: list[Path]) -> None:
    words = seen(parts).words

    # 0.90 to 0.99 of 0.00 to 0.99
    assert "10 of 100" in words
    assert "10.0%" in words
    assert "10 of 100 (10.0%)" in words


def test_an_interval_is_wilsons() -> None:
    # Newcombe 1998, Stat Med 17:857, table I, method 3: 81 of 263 and 15 of 148.
    assert wilson_95(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_95(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_a_histogram_counts_every_value_over_all_parts(parts: list[Path]) -> None:
    found = {one.column: one for one in distributions(parts, COLUMNS)}

    calibre = found["biomarkers.crae_um.value"]
    values = [v for row in rows() if (v := row.get("biomarkers.crae_um.value")) is not None]
    expected, _ = np.histogram(np.asarray(values, float), 10, (140.0, 238.0))
    assert calibre.counts.tolist() == expected.tolist()
    assert (calibre.num, calibre.num_missing, calibre.unit) == (50, 52, "um")
    assert calibre.mean == pytest.approx(189.0)
    assert calibre.evidence == {"internal"}
    assert found["findings.dr_grade.referable"].ends == (0.0, 1.0)


def test_the_slowest_the_failed_and_the_doubtful_are_named(parts: list[Path]) -> None:
    found = rows_to_look_at(parts, COLUMNS)

    slowest = sorted((ms for ms, _, _ in found.slowest), reverse=True)
    assert slowest == [float(99 - place) for place in range(MOST_SLOWEST)]
    assert [row["path"] for row in found.failed] == [HOSTILE]
    assert [row["path"] for row in found.conflicts] == ["007.jpg"]
    assert dict(found.causes) == {"eye": 1}


def test_every_number_says_what_it_was_judged_on(parts: list[Path]) -> None:
    text = page(parts)

    assert text.count("Judged: internal.") == 2
    assert text.count("<b>internal</b>: judged on held-out people") == 2


def test_no_rows_give_a_page_too(tmp_path: Path) -> None:
    assert "photographs" in page([])
