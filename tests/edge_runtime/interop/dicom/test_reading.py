"""What a DICOM file says, and what becomes of one that lies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydicom.encaps import encapsulate

from edge_runtime.domain import Eye
from edge_runtime.errors import (
    DamagedPicture,
    PhotographError,
    PhotographTooLarge,
    UnsupportedPicture,
)
from edge_runtime.interop.dicom.reading import read_dicom
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.interop.dicom.objects import (
    an_object,
    deflated_file,
    file_of,
    jpeg_file,
    nested_file,
    small_native,
    truncated,
    with_stated_length,
)


def test_an_encapsulated_jpeg_comes_out_byte_for_byte() -> None:
    assert read_dicom(jpeg_file()).pictures == [sample_eye()]


def test_every_frame_comes_out() -> None:
    both = sample_eye(Eye.OD), sample_eye(Eye.OS)

    assert read_dicom(file_of(an_object(*both, eye=None))).pictures == list(both)


def test_a_file_says_eye_device_time_and_person() -> None:
    dataset = an_object(sample_eye(), eye=Eye.OS)

    said = read_dicom(file_of(dataset, Manufacturer="Maker", ManufacturerModelName="Model 5")).said

    assert (said["eye"], said["manufacturer"], said["model"]) == ("OS", "Maker", "Model 5")
    assert said["acquired_at"] == "2026-03-04T05:06:07"
    assert (said["person_id"], said["age_years"], said["sex"]) == ("p-1", 61.0, "F")


@pytest.mark.parametrize(
    ("stamp", "offset", "told"),
    [
        ("20260304050607.123456+0800", "", "2026-03-04T05:06:07+08:00"),
        ("20260304050607", "-0330", "2026-03-04T05:06:07-03:30"),
        ("20260304", "+0800", "2026-03-04"),
        ("202603", "", None),
    ],
)
def test_the_time_is_as_the_device_had_it(stamp: str, offset: str, told: str | None) -> None:
    dataset = small_native()
    del dataset.ContentDate
    dataset.TimezoneOffsetFromUTC = offset

    assert read_dicom(file_of(dataset, AcquisitionDateTime=stamp)).said["acquired_at"] == told


def test_an_age_is_counted_from_the_birthday() -> None:
    dataset = small_native()
    del dataset.PatientAge

    assert read_dicom(file_of(dataset, PatientBirthDate="19650305")).said["age_years"] == 60.0


def test_series_laterality_serves_where_the_image_has_none() -> None:
    dataset = small_native()
    del dataset.ImageLaterality

    assert read_dicom(file_of(dataset, Laterality="L")).said["eye"] == "OS"


def test_a_simulated_picture_is_never_read_as_a_photograph() -> None:
    with pytest.raises(UnsupportedPicture, match="simulated"):
        read_dicom(file_of(small_native(), SyntheticData="YES"))


def hostile_uid() -> bytes:
    dataset = small_native()
    dataset.StudyInstanceUID = "1.2.3"
    return file_of(dataset).replace(b"1.2.3\0", b"../../", 1)


def test_a_hostile_uid_is_dropped() -> None:
    assert read_dicom(hostile_uid()).said["study_instance_uid"] is None


def test_a_text_of_a_file_is_short_and_printable() -> None:
    content = file_of(small_native(), ManufacturerModelName="a" * 60)
    content = content.replace(b"a" * 60, b"\x1b\x00\n\r\x07" * 12)

    model = str(read_dicom(content).said["model"])

    assert model.isprintable()


def lying_jpeg() -> bytes:
    return file_of(an_object(sample_eye()), Rows=5000)


def fewer_frames() -> bytes:
    return file_of(an_object(sample_eye()), NumberOfFrames=3)


def no_pixels() -> bytes:
    dataset = small_native()
    del dataset.PixelData
    return file_of(dataset)


def broken_fragments() -> bytes:
    dataset = an_object(sample_eye())
    dataset.PixelData = encapsulate([sample_eye()])[:-400]
    return file_of(dataset)


def another_class() -> bytes:
    content = file_of(small_native())
    at = content.rindex(b"1.2.840.10008.5.1.4.1.1.77.1.5.1")
    return content[:at] + b"1.2.840.10008.5.1.4.1.1.77.1.5.2" + content[at + 32 :]


HOSTILE: list[tuple[Callable[[], bytes], type[PhotographError]]] = [
    (lying_jpeg, DamagedPicture),
    (fewer_frames, DamagedPicture),
    (lambda: file_of(small_native(), Rows=65535), DamagedPicture),
    (lambda: file_of(small_native(), NumberOfFrames=1_000_000), PhotographTooLarge),
    (lambda: file_of(small_native(), NumberOfFrames=0), PhotographTooLarge),
    (lambda: file_of(small_native(), BitsAllocated=1), UnsupportedPicture),
    (no_pixels, DamagedPicture),
    (broken_fragments, DamagedPicture),
    (another_class, DamagedPicture),
    (deflated_file, PhotographError),
    (lambda: nested_file(300), DamagedPicture),
    (lambda: nested_file(20_000), DamagedPicture),
    (lambda: truncated(jpeg_file, 0.5), DamagedPicture),
    (lambda: truncated(lambda: file_of(small_native()), 0.9), DamagedPicture),
    (lambda: jpeg_file()[:400], DamagedPicture),
    (lambda: with_stated_length(file_of(small_native()), b"\x28\x00\x10\x00", 3), DamagedPicture),
]


@pytest.mark.parametrize(("content", "refusal"), HOSTILE)
def test_a_hostile_file_is_refused(
    content: Callable[[], bytes], refusal: type[PhotographError]
) -> None:
    with pytest.raises(refusal):
        read_dicom(content())


@pytest.mark.parametrize("charset", ["ISO_IR 999", "\\\\", "GB18030", "ISO 2022 IR 87"])
def test_a_strange_character_set_changes_no_pixel(charset: str) -> None:
    content = file_of(small_native()).replace(b"ISO_IR 192", charset.encode()[:10].ljust(10), 1)

    assert read_dicom(content).pictures == read_dicom(file_of(small_native())).pictures
