"""Whatever a photograph is called, its folder is harmless and its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.names import MAX_NAME_BYTES, FolderNames, safe_stem, shown_name

HOSTILE = [
    "../x.jpg",
    "..",
    "...",
    ".",
    "",
    "a/b/c.jpg",
    "a\\b\\c.jpg",
    "/etc/passwd",
    "nul\x00byte.jpg",
    "CON",
    "con.jpg",
    "LPT1.tif",
    "-rf.jpg",
    ".hidden.jpg",
    "trailing. . .",
    "x" * 4000 + ".jpg",
    "\N{GREEK SMALL LETTER PI}" * 400 + ".jpg",
    "line\nbreak\t.jpg",
    "\u202egpj.exe",
    "\udcff\udcfe.jpg",
    "a:b*c?.jpg",
    "  .jpg",
    "___.jpg",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_gives_a_folder_inside_the_output(name: str, tmp_path: Path) -> None:
    folder = tmp_path / safe_stem(name)

    folder.mkdir()

    assert folder.resolve().parent == tmp_path.resolve()


@given(st.text(max_size=300))
def test_every_name_gives_one_plain_part_of_a_path(name: str) -> None:
    stem = safe_stem(name)

    assert stem
    assert stem not in (".", "..")
    assert not set(stem) & set('/\\\0<>:"|?*')
    assert stem[0] not in "-."
    assert stem[-1] not in ". "
    assert len(stem.encode()) <= MAX_NAME_BYTES + 1


def test_an_ordinary_name_keeps_its_stem() -> None:
    assert [safe_stem(name) for name in ("a.jpg", "Müller OD.tif", "b.c.png", "d")] == [
        "a",
        "Müller OD",
        "b.c",
        "d",
    ]


def test_the_second_of_two_equal_names_gets_a_number() -> None:
    names = FolderNames()

    folders = [names.for_photograph(name) for name in ("a.jpg", "a.png", "b.jpg", "x/A.jpg")]

    assert folders == ["a", "a-2", "b", "A-3"]


@given(st.lists(st.sampled_from(["a", "A", "a-2", "a-2-2", "exam.json", "exam-2.json", ""])))
def test_no_two_photographs_share_a_folder(stems: list[str]) -> None:
    names = FolderNames()

    folders = [names.for_photograph(f"{stem}.jpg").casefold() for stem in stems]

    assert len(set(folders)) == len(folders)
    assert not {"exam.json", "exam-2.json"} & set(folders)


def test_the_second_exam_of_a_folder_gets_a_number() -> None:
    names = FolderNames()

    assert [names.for_exam(), names.for_exam()] == ["exam.json", "exam-2.json"]


def test_a_name_that_is_no_utf8_can_be_shown() -> None:
    shown_name(Path("a\udcff.jpg")).encode()

    assert shown_name(Path("a\udcff.jpg")) == "a\\xff.jpg"
