"""The adapters on the public photographs themselves."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest
from training.cohort.assemble import ADAPTERS, assemble
from training.cohort.mask_file import read_index, read_mask

pytestmark = pytest.mark.photographs


@pytest.fixture(scope="module")
def manifest(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One manifest of every public set."""
    out = tmp_path_factory.mktemp("public") / "all.parquet"
    return assemble(data_folder, out, list(ADAPTERS))


@pytest.fixture(scope="module")
def rows(manifest: Path) -> list[ManifestRow]:
    return list(read_manifest(manifest))


def test_sets_and_roles_are_counted_as_photographs_csv_has_them(
    data_folder: Path, manifest: Path
) -> None:
    with (data_folder / "photographs.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    tallies = validate_manifest(manifest, root=data_folder).tallies

    photographs = {(t.set, t.role.value): t.photographs for t in tallies}
    persons = {(t.set, t.role.value): t.persons for t in tallies}

    assert photographs == Counter((line["set"], line["role"]) for line in lines)
    assert persons == Counter(
        (name, role) for name, role, _ in {(x["set"], x["role"], x["person"]) for x in lines}
    )
    assert sum(photographs.values()) == 1109


def test_every_mask_has_its_photographs_shape_and_something_inside(
    data_folder: Path, rows: list[ManifestRow]
) -> None:
    masked = [row for row in rows if row.masks()]
    assert Counter(row.set for row in masked) == {
        "DRIVE": 40, "CHASEDB1": 28, "HRF_AV": 45, "DRISHTI_GS": 50
    }  # fmt: skip
    for row in masked:
        with Image.open(data_folder / row.photograph) as photograph:
            width, height = photograph.size
        for column, reference in row.masks().items():
            mask_HW = read_mask(data_folder / reference)
            assert mask_HW.shape == (height, width), (row.photograph, column)
            assert 0.003 < mask_HW.mean() < 0.12, (row.photograph, column)


def test_index_pictures_hold_the_four_codes_and_nothing_else(
    data_folder: Path, rows: list[ManifestRow]
) -> None:
    indexed = [row.arteriole for row in rows if row.arteriole]

    assert len(indexed) == 85
    for reference in indexed:
        assert set(np.unique(read_index(data_folder / reference))) == {0, 1, 2, 3}


def test_the_cup_lies_in_the_disc(data_folder: Path, rows: list[ManifestRow]) -> None:
    for row in rows:
        if row.disc and row.cup:
            outside = read_mask(data_folder / row.cup) & ~read_mask(data_folder / row.disc)
            assert not outside.any(), row.photograph


def test_labels_are_counted_as_the_readme_of_the_data_has_them(rows: list[ManifestRow]) -> None:
    grades = Counter(row.dr_grade for row in rows if row.set == "SRAHIM_DR")
    quality = Counter((row.fundus, row.gradable) for row in rows if row.set == "DRIMDB")
    grape = [row for row in rows if row.set == "GRAPE"]
    eyes = Counter((row.person_id, row.eye) for row in grape)

    assert grades == {0: 222, 1: 75, 2: 137, 3: 27, 4: 10, None: 7}
    assert quality == {(True, True): 90, (True, False): 46, (False, False): 15}
    assert (len(grape), len(eyes), sum(n > 1 for n in eyes.values())) == (305, 132, 91)
    assert sum(n - 1 for n in eyes.values()) == 173


def test_a_grape_eye_grows_older_from_visit_to_visit(rows: list[ManifestRow]) -> None:
    times: dict[tuple[str, str | None], list[float | None]] = {}
    for row in rows:
        if row.set == "GRAPE":
            times.setdefault((row.person_id, row.eye), []).append(row.visit_time_years)

    assert all(len(set(eye)) == len(eye) for eye in times.values())
    assert max(t for eye in times.values() for t in eye if t is not None) < 5
