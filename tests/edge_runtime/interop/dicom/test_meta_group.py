"""The first elements of a DICOM file decide whether anybody parses the rest."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.errors import DamagedPicture, NotAPicture, PhotographError, UnsupportedPicture
from edge_runtime.interop.dicom.meta_group import is_dicom, is_uid, meta_group
from tests.edge_runtime.interop.dicom.objects import deflated_named, jpeg_file, meta_group_file


def test_a_jpeg_in_an_ophthalmic_object_is_told_by_both_uids() -> None:
    found = meta_group(jpeg_file())

    assert found.sop_class == "1.2.840.10008.5.1.4.1.1.77.1.5.1"
    assert found.transfer_syntax == "1.2.840.10008.1.2.4.50"


def test_a_program_in_the_preamble_does_not_hide_the_object() -> None:
    content = b"MZ\x90\x00" + jpeg_file()[4:]

    assert is_dicom(content)
    assert meta_group(content) == meta_group(jpeg_file())


def test_a_deflated_file_is_refused_before_anything_unpacks() -> None:
    with pytest.raises(UnsupportedPicture, match="may unpack to any size"):
        meta_group(deflated_named())


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.3.10"])
def test_an_object_without_photographs_is_refused(sop_class: str) -> None:
    with pytest.raises(UnsupportedPicture, match="no class of photographs"):
        meta_group(meta_group_file(sop_class=sop_class))


@pytest.mark.parametrize("uid", ["../../etc/passwd", "1.2.", "", "1" * 65, "1.02.3"])
def test_a_hostile_uid_is_no_uid(uid: str) -> None:
    assert not is_uid(uid)
    with pytest.raises(DamagedPicture, match="no UID"):
        meta_group(meta_group_file(sop_class=uid))


def test_a_length_of_four_gigabytes_is_refused_unread() -> None:
    content = bytes(128) + b"DICM" + struct.pack("<HH2sHI", 2, 1, b"OB", 0, 0xFFFFFFF0)

    with pytest.raises(DamagedPicture, match="4294967280 bytes"):
        meta_group(content)


def test_a_group_without_end_is_refused() -> None:
    with pytest.raises(DamagedPicture, match="more than 64 elements"):
        meta_group(bytes(128) + b"DICM" + struct.pack("<HH2sH", 2, 3, b"UI", 0) * 100)


def test_a_picture_without_the_magic_is_no_dicom() -> None:
    with pytest.raises(NotAPicture):
        meta_group(b"\xff\xd8\xff" + bytes(200))


@given(st.binary(max_size=300))
def test_whatever_follows_the_magic_ends_in_a_refusal(noise: bytes) -> None:
    with pytest.raises(PhotographError):
        meta_group(bytes(128) + b"DICM" + noise)
