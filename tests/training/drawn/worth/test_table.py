"""The table is the same whether it was made in one go or gone on with after a kill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.training.drawn.worth.small_sets import write_data, write_drawn
from training.drawn.worth import table as making
from training.drawn.worth.material import Material
from training.drawn.worth.record import CellResult
from training.drawn.worth.table import CellName, Table, cell_names
from training.drawn.worth.teaching import Subject, Teacher
from training.errors import ResumeError

pytestmark = pytest.mark.slow

CHANGES: dict[str, Any] = {
    "image_size_px": 96,
    "patch_size_px": 64,
    "batch_size": 2,
    "total_steps": 2,
    "warm_up_steps": 1,
    "evaluate_every_steps": 2,
}
NAMES = [name for name in cell_names(1) if name.subject is Subject.VESSELS]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sets")
    return write_drawn(folder / "drawn"), write_data(folder / "data")


def a_table(folders: tuple[Path, Path], out: Path, **changes: Any) -> Table:
    out.mkdir(exist_ok=True)
    return Table(Material(*folders, out), out, "tiny", {**CHANGES, **changes})


@pytest.fixture(scope="module")
def straight(
    folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> list[CellResult]:
    table = a_table(folders, tmp_path_factory.mktemp("straight"))
    return [table.cell(name) for name in NAMES]


def test_a_table_gone_on_with_equals_one_made_in_one_go(
    folders: tuple[Path, Path],
    straight: list[CellResult],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    first = a_table(folders, tmp_path)
    cells = [first.cell(name) for name in NAMES[:3]]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making, "train", killed)
        with pytest.raises(KeyboardInterrupt):
            first.cell(NAMES[3])
    again = a_table(folders, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(making, "train", killed)  # what stands is not made again
        assert [again.cell(name) for name in NAMES[:3]] == cells
    resumed = [again.cell(name) for name in NAMES]

    assert resumed == straight


def test_every_cell_says_who_taught_it_and_judges_the_same_photographs(
    straight: list[CellResult],
):
    learned = {
        (cell.taught_by, cell.seed): {c.set: c.photographs for c in cell.learned}
        for cell in straight
    }

    assert learned["drawn", 0] == {"drawn": 2}
    assert learned["real", 0] == {"DRIVE": 1}
    assert learned["drawn+real", 0] == {"drawn": 2, "DRIVE": 1}
    for cell in straight:
        assert [case.person for case in cell.cases] == [
            "DRIVE/01", "DRIVE/02", "CHASEDB1/08", "CHASEDB1/08"
        ]  # fmt: skip
        assert all(set(case.figures) == {"vessel_f1", "vessel_auc"} for case in cell.cases)


def test_a_ridge_filter_finds_dark_lines(straight: list[CellResult]):
    of_filter = next(cell for cell in straight if cell.seed is None)

    assert all(case.figures["vessel_auc"] > 0.8 for case in of_filter.cases)


def test_disc_cells_judge_their_structures(folders: tuple[Path, Path], tmp_path: Path):
    cell = a_table(folders, tmp_path).cell(CellName(Subject.DISC, Teacher.DRAWN, None))

    assert [case.judged_on for case in cell.cases] == ["DRISHTI_GS test"] + (
        ["DRISHTI_GS whole"] * 3
    )
    # Every small eye has its disc at one place, so the mean place of drawn eyes is it.
    assert all(case.figures["disc_dice"] > 0.9 for case in cell.cases)


def test_another_budget_does_not_go_on_in_the_same_folder(
    folders: tuple[Path, Path], tmp_path: Path
):
    name = CellName(Subject.DISC, Teacher.REAL, None)
    a_table(folders, tmp_path).cell(name)

    with pytest.raises(ResumeError):
        a_table(folders, tmp_path, total_steps=3).cell(name)


def test_other_drawings_under_the_same_names_are_another_table(
    folders: tuple[Path, Path], tmp_path: Path
):
    name = CellName(Subject.DISC, Teacher.DRAWN, None)
    a_table(folders, tmp_path / "out").cell(name)

    redrawn = write_drawn(tmp_path / "redrawn", seed=90), folders[1]
    with pytest.raises(ResumeError):
        a_table(redrawn, tmp_path / "out").cell(name)


def test_a_cell_that_is_damaged_is_refused(folders: tuple[Path, Path], tmp_path: Path):
    name = CellName(Subject.DISC, Teacher.REAL, None)
    table = a_table(folders, tmp_path)
    table.cell(name)
    path = tmp_path / "cells" / f"{name.stem}.json"
    path.write_text(json.dumps({"subject": "disc"}))

    with pytest.raises(ResumeError):
        table.cell(name)
