"""A canary in every tag, name and corner comes out nowhere, and no pixel of the field changes."""

from __future__ import annotations

import io
import json
import stat
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from PIL import Image, PngImagePlugin
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from edge_runtime.domain import UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.settings import Limits
from tests.edge_runtime.cli.command_line import Told, foreseye, sample_eye
from tests.edge_runtime.interop.dicom.objects import (
    CANARY,
    an_object,
    eye_pixels,
    file_of,
    nested_file,
)

pytestmark = pytest.mark.slow

TEXT_VRS = {"LO", "SH", "PN", "LT", "ST", "UT", "UC"}


def with_burnt_in_name() -> UInt8Array:
    """The drawn eye with a name in a corner, as cameras burn it in."""
    picture = eye_pixels().copy()
    cv2.putText(picture, CANARY, (8, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (80, 255, 80), 2)
    return picture


def hostile_photograph() -> bytes:
    """A PNG with the canary in its EXIF, its texts and a corner."""
    exif = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x013B, 0x8298, 0x9C9B):
        exif[tag] = CANARY
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", CANARY)
    texts.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY}</x>")
    file = io.BytesIO()
    Image.fromarray(with_burnt_in_name()).save(file, "PNG", exif=exif, pnginfo=texts)
    return file.getvalue()


def hostile_dicom() -> bytes:
    """An object with the canary in every text of the standard, private ones and nested ones."""
    file = io.BytesIO()
    Image.fromarray(with_burnt_in_name()).save(file, "PNG")
    dataset = an_object(file.getvalue())
    kept = {"Manufacturer", "ManufacturerModelName"}
    for tag, (vr, multiplicity, _, retired, keyword) in DicomDictionary.items():
        if vr in TEXT_VRS and keyword and not retired and keyword not in kept and tag >> 16 > 2:
            value = [CANARY] * 3 if multiplicity == "3" else CANARY
            setattr(dataset, keyword, value)
    dataset.PatientBirthDate = "19650101"
    inner = Dataset()
    inner.PatientName = CANARY
    dataset.OtherPatientIDsSequence = Items([inner])
    block = dataset.private_block(0x0011, CANARY, create=True)
    block.add_new(1, "LO", CANARY)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    return file_of(dataset)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("deidentified")
    source = root / CANARY
    (source / CANARY).mkdir(parents=True)
    (source / f"{CANARY}.png").write_bytes(hostile_photograph())
    (source / CANARY / f"{CANARY}.dcm").write_bytes(hostile_dicom())
    (source / f"{CANARY}.txt").write_text(CANARY)
    (source / f"{CANARY}-deep.dcm").write_bytes(nested_file(20_000))
    told = run(source, root / "out", root / "keys.json")
    assert told.code == 1, told.err
    return root / "out"


def run(source: Path, out: Path, keys: Path) -> Told:
    return foreseye("deidentify", source, "--out", out, "--keys", keys)


def test_the_canary_is_in_no_output(out: Path) -> None:
    files = [path for path in out.rglob("*") if path.is_file()]

    assert len(files) == 3  # two pictures and the report
    for path in files:
        assert CANARY not in str(path.relative_to(out))
        assert CANARY.encode() not in path.read_bytes()


def test_the_field_of_view_is_untouched_and_all_else_is_black(out: Path) -> None:
    before = with_burnt_in_name()
    (png,) = out.glob("*.png")
    field = find_field_of_view(read_photograph(png.read_bytes(), "a", Limits()))
    assert field is not None
    after = {
        "png": np.asarray(Image.open(png).convert("RGB")),
        "dcm": pydicom.dcmread(next(out.glob("*.dcm"))).pixel_array,
    }

    source = find_field_of_view(read_photograph(hostile_photograph(), "a", Limits()))
    assert source is not None
    for pixels in after.values():
        assert np.array_equal(pixels[source.mask_HW], before[source.mask_HW])
        assert not pixels[~source.mask_HW].any()


def test_the_report_counts_what_was_done_without_one_old_name(out: Path) -> None:
    report = json.loads((out / "deidentification.json").read_text())

    assert len(report["written"]) == 2
    assert all(one["blackened_px"] > 0 for one in report["written"])
    assert sum(report["refused"].values()) == 2


def test_an_object_says_that_and_how_it_was_deidentified(out: Path) -> None:
    made = pydicom.dcmread(next(out.glob("*.dcm")))

    assert made.PatientIdentityRemoved == "YES"
    assert made.LongitudinalTemporalInformationModified == "MODIFIED"
    assert made.BurnedInAnnotation == "NO"
    codes = {item.CodeValue for item in made.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113101", "113107"}
    assert (made.PatientBirthDate, made.PatientSex, made.ImageLaterality) == ("", "", "R")


def test_the_key_file_leads_back_and_is_its_owners_alone(out: Path) -> None:
    path = out.parent / "keys.json"
    keys = json.loads(path.read_text())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {name.rpartition(".")[2] for name in keys["names"]} == {"png", "dcm"}
    assert all(CANARY in old for old in keys["names"].values())


def visit(folder: Path, name: str, day: str, person: str = "p-1") -> None:
    dataset = an_object(sample_eye(), person_id=person)
    (folder / name).write_bytes(file_of(dataset, AcquisitionDateTime=f"{day}101112"))


def days_of(out: Path) -> dict[str, list[date]]:
    """By pseudonym, the days of the visits, sorted."""
    found: dict[str, list[date]] = {}
    for path in out.glob("*.dcm"):
        made = pydicom.dcmread(path)
        day = date.fromisoformat(made.StudyDate)
        found.setdefault(made.PatientID, []).append(day)
    return {person: sorted(days) for person, days in found.items()}


def test_a_persons_dates_are_shifted_together_and_later_ones_by_the_same(tmp_path: Path) -> None:
    source, out, keys = tmp_path / "in", tmp_path / "out", tmp_path / "keys.json"
    source.mkdir()
    visit(source, "a.dcm", "20240105")
    visit(source, "b.dcm", "20240105", "p-2")
    assert run(source, out, keys).code == 0
    for path in source.iterdir():
        path.unlink()
    visit(source, "c.dcm", "20250105")
    assert run(source, out, keys).code == 0

    people = days_of(out)

    assert len(people) == 2
    (first, second) = next(days for days in people.values() if len(days) == 2)
    assert (second - first).days == 366
    assert first < date(2024, 1, 5)
    assert len({days[0] for days in people.values()}) == 2


def test_a_key_file_among_the_pictures_is_refused(tmp_path: Path) -> None:
    told = run(tmp_path, tmp_path / "out", tmp_path / "out" / "keys.json")

    assert told.code == 2
    assert "must not lie in the output folder" in told.err


def test_a_file_that_is_no_key_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text("[]")

    told = run(tmp_path, tmp_path / "out", keys)

    assert told.code == 2
    assert keys.read_text() == "[]"


def test_a_picture_without_a_field_is_refused_and_not_written(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "card.png"), np.full((400, 500, 3), 127, np.uint8))

    told = run(tmp_path / "card.png", tmp_path / "out", tmp_path / "keys.json")

    assert told.code == 1
    assert "no field of view" in told.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["deidentification.json"]
