"""When a part counts as done."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.errors import OutputError
from training.drawn.cohort.parts import Drawing, Part, is_done, parts_of, read_part, write_part

PART = Part(0, (0, 1))


def done(out: Path) -> None:
    drawing = Drawing(truth=[{"photograph": "a.jpg", "eye_crae_um": 0.1 + 0.2, "laser": None}])
    drawing.write_picture(out, "photographs/a.jpg", b"twelve bytes")
    write_part(out, PART, drawing)


def test_people_are_dealt_into_parts_in_order() -> None:
    assert parts_of([3, 5, 8, 9, 12], 2) == [Part(0, (3, 5)), Part(1, (8, 9)), Part(2, (12,))]


def test_a_part_is_done_when_its_file_and_its_pictures_stand(tmp_path: Path) -> None:
    assert not is_done(tmp_path, PART)
    done(tmp_path)

    assert is_done(tmp_path, PART)
    assert read_part(tmp_path, PART).truth[0]["eye_crae_um"] == 0.1 + 0.2


def test_a_picture_that_a_power_cut_took_is_drawn_again(tmp_path: Path) -> None:
    done(tmp_path)
    (tmp_path / "photographs" / "a.jpg").write_bytes(b"")
    assert not is_done(tmp_path, PART)

    (tmp_path / "photographs" / "a.jpg").unlink()
    assert not is_done(tmp_path, PART)


def test_a_picture_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "photographs").write_text("a file, not a folder")

    with pytest.raises(OutputError, match=r"a\.jpg cannot be written"):
        done(tmp_path)
