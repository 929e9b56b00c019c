"""A batch gives each exam its DICOM objects and its report, and goes on where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge_runtime.batch.small_folder import rows_of
from tests.edge_runtime.batch.tiny_runs import TinyRuns, tiny_runs
from tests.edge_runtime.cli.command_line import Told

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> TinyRuns:
    whole = tiny_runs(tmp_path_factory.mktemp("documents"))
    for path in whole.folder.iterdir():
        if path.name not in {"000.jpg", "001.txt", "003.png", "069.jpg"}:
            path.unlink()
    return whole


def documents(runs: TinyRuns, out: Path, *options: str) -> Told:
    formats = ("--formats", "dicom,pdf", "--language", "en", "--json")
    return runs.batch(out, *formats, *options)


def names(out: Path) -> set[str]:
    return {str(p.relative_to(out)) for p in (out / "documents").rglob("*") if p.is_file()}


def test_each_exam_has_its_documents_and_a_lost_source_is_told(
    runs: TinyRuns, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    told = documents(runs, out)

    part = "documents/part-00000"
    of_an_eye = {"exam.report-en.pdf", "exam.dicom/photograph-1.dcm",
                 "exam.dicom/segmentation-1.dcm", "exam.dicom/measurements.dcm",
                 "exam.dicom/report-en.dcm"}  # fmt: skip
    of_a_card = of_an_eye - {"exam.dicom/segmentation-1.dcm"}
    whole = {f"{part}.json"}
    whole |= {f"{part}/{place}/{name}" for place in ("000", "003") for name in of_an_eye}
    whole |= {f"{part}/002/{name}" for name in of_a_card}
    assert names(out) == whole
    assert told.json["documents_failed"] == 0
    assert [row["status"] for row in rows_of(out)] == ["ok", "failed", "refused", "ok"]

    # What stands is not made again; what is lost is, of the photograph that was screened only.
    page = out / part / "000" / "exam.report-en.pdf"
    first = page.read_bytes()
    page.unlink()
    assert documents(runs, out, "--resume").code == 1
    assert not page.exists()
    (out / f"{part}.json").unlink()
    changed = runs.folder / "069.jpg"
    changed.write_bytes(changed.read_bytes()[:-2] + b"\xff\xd9"[:1])
    again = documents(runs, out, "--resume")
    assert again.code == 2  # its size changed, so it is another list
    changed.write_bytes((runs.folder / "000.jpg").read_bytes()[::-1])
    again = documents(runs, out, "--resume")

    assert page.read_bytes() == first
    assert again.json["documents_failed"] == 1
    reasons = json.loads((out / f"{part}.json").read_text())["failed"]
    assert list(reasons) == ["069.jpg"]
    assert "not the file that was screened" in reasons["069.jpg"]
