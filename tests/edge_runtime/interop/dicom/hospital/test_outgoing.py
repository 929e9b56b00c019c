"""Which files are sent, and which are refused before a byte of them leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.interop.dicom.hospital.errors import (
    NotSendable,
)
from edge_runtime.interop.dicom.hospital.outgoing import files_to_send, outgoing_of
from tests.edge_runtime.interop.dicom.objects import (
    deflated_named,
    file_of,
    meta_group_file,
    nested_file,
    small_native,
)


def written(folder: Path, content: bytes, name: str = "a.dcm") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_says_which_object_it_is(tmp_path: Path) -> None:
    made = small_native()
    outgoing = outgoing_of(written(tmp_path, file_of(made)))

    assert (outgoing.study, outgoing.series, outgoing.instance, outgoing.sop_class) == (
        made.StudyInstanceUID,
        made.SeriesInstanceUID,
        made.SOPInstanceUID,
        made.SOPClassUID,
    )
    assert outgoing.num_bytes == outgoing.path.stat().st_size


def test_of_a_folder_the_dicom_objects_are_sent_and_links_out_of_it_are_not_followed(
    tmp_path: Path,
) -> None:
    (tmp_path / "results" / "b").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path / "elsewhere", file_of(small_native()))
    (tmp_path / "results" / "link").symlink_to(tmp_path / "elsewhere")
    kept = [
        written(tmp_path / "results", file_of(small_native()), "no suffix"),
        written(tmp_path / "results" / "b", file_of(small_native())),
    ]
    named = written(tmp_path, b"no DICOM", "named.txt")
    written(tmp_path / "results", b"{}", "result.json")

    assert files_to_send([tmp_path / "results", named]) == [*kept, named]
    with pytest.raises(NotSendable, match="nothing at"):
        files_to_send([tmp_path / "nowhere"])


def another(name: str, value: str) -> bytes:
    """An object that says another thing inside than its meta group does."""
    made = small_native()
    held = file_of(made)
    return held.replace(str(made[name].value).encode(), value.encode(), 2).replace(
        value.encode(), str(made[name].value).encode(), 1
    )


def other_instance() -> bytes:
    made = small_native()
    uid = str(made.SOPInstanceUID)
    return another("SOPInstanceUID", uid[:-1] + ("1" if uid[-1] != "1" else "2"))


def climbing() -> bytes:
    made = small_native()
    uid = str(made.StudyInstanceUID)
    return file_of(made).replace(uid.encode(), b"../" + uid[3:].encode())


@pytest.mark.parametrize(
    ("content", "told_of"),
    [
        (b"", "no DICM"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "no DICM"),
        (deflated_named(), "deflated"),
        (meta_group_file(), "SOPClassUID is no UID"),
        (file_of(small_native())[:200], "DICOM"),
        (nested_file(3000), "too deep|cannot be read|no UID"),
        (other_instance(), "another instance"),
        (climbing(), "StudyInstanceUID is no UID"),
    ],
    ids=["empty", "jpeg", "deflated", "bare", "cut", "nested", "two minds", "climbing"],
)
def test_what_is_no_sound_object_is_not_sent(content: bytes, told_of: str, tmp_path: Path) -> None:
    with pytest.raises(NotSendable, match=told_of):
        outgoing_of(written(tmp_path, content))


def test_a_file_that_cannot_be_opened_is_not_sent(tmp_path: Path) -> None:
    with pytest.raises(NotSendable):
        outgoing_of(tmp_path)
