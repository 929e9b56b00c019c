"""`foreseye-train draw`: a sound cohort, its truth, and plain refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_check import validate_cohort
from edge_runtime.contracts.cohort_tables import mask_path, read_manifest, read_outcomes
from edge_runtime.domain import Eye
from tests.training.drawn.cohort.drawing_commands import SIDE_PX, SMALL, drawn
from training.cohort.mask_file import read_mask
from training.drawn.cohort.people import part_bodies
from training.drawn.population.oracle import HORIZONS_YEARS, oracle
from training.drawn.population.parameters import CONDITIONS

pytestmark = pytest.mark.slow

PEOPLE, VISITS, SHOTS, SEED = 4, 2, 2, 11


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort")
    sizes = ("--people", str(PEOPLE), "--visits", str(VISITS), "--shots", str(SHOTS))
    told = drawn(out, *sizes, *SMALL, "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["photographs"] == len(rows_of(out))
    return out


def rows_of(out: Path) -> list[ManifestRow]:
    return list(read_manifest(out / "cohort.parquet"))


def truth_of(out: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(out / "truth.parquet").to_pylist())


def test_the_manifest_and_the_outcomes_are_sound_and_of_drawn_people(cohort: Path) -> None:
    summary = validate_cohort(cohort / "cohort.parquet", cohort / "outcomes.parquet")
    rows = rows_of(cohort)

    assert summary.manifest.photographs == len(list(cohort.glob("photographs/*/*.jpg")))
    assert sum(tally.persons for tally in summary.manifest.tallies) == PEOPLE
    assert {row.evidence_kind.value for row in rows} == {"drawn"}
    assert {row.role for row in rows} == {Role.TEST, Role.TUNE, Role.TRAIN}
    assert not [path for path in cohort.iterdir() if path.name == ".drawing"]


def test_both_eyes_are_photographed_at_each_visit_that_a_person_lived_to_see(cohort: Path) -> None:
    (bodies,) = part_bodies(SEED, tuple(range(PEOPLE)), VISITS)
    came = {
        bodies.person(i).person_id: bodies.visit_years[i][np.isfinite(bodies.visit_years[i])]
        for i in range(PEOPLE)
    }
    for person_id, years in came.items():
        seen = [(r.visit_time_years, r.eye) for r in rows_of(cohort) if r.person_id == person_id]
        assert sorted(seen, key=str) == sorted(
            [(float(y), eye) for y in years for eye in Eye for _ in range(SHOTS)], key=str
        )


def test_masks_are_of_the_photographs_size_and_show_a_fundus(cohort: Path) -> None:
    for row in rows_of(cohort):
        with Image.open(cohort / row.photograph) as photograph:
            shape = photograph.height, photograph.width
        masks = {
            name: read_mask(mask_path(reference, cohort / "cohort.parquet").as_posix())
            for name, reference in row.masks().items()
        }
        assert shape[0] == SIDE_PX
        assert {mask.shape for mask in masks.values()} == {shape}
        assert (masks["vessel"] == (masks["arteriole"] | masks["venule"])).all()
        assert masks["vessel"].any()
        assert (masks["cup"] <= masks["disc"]).all()
        if row.disc_x_px is not None and row.disc_y_px is not None:
            assert masks["disc"][round(row.disc_y_px), round(row.disc_x_px)]


def test_the_disc_lies_towards_the_nose(cohort: Path) -> None:
    for row in rows_of(cohort):
        if row.disc_x_px is not None and row.fovea_x_px is not None:
            assert (row.disc_x_px > row.fovea_x_px) is (row.eye is Eye.OD)


def test_repeats_show_one_state_by_two_shots(cohort: Path) -> None:
    shots: dict[tuple[str, str, float], list[dict[str, Any]]] = {}
    for row in truth_of(cohort):
        key = (row["person_id"], row["eye"], row["visit_time_years"])
        shots.setdefault(key, []).append(row)
    for first, second in shots.values():
        assert first["eye_crae_um"] == second["eye_crae_um"]
        assert first["camera_device_seed"] == second["camera_device_seed"]
        assert first["camera_shot_seed"] != second["camera_shot_seed"]


def test_the_truth_has_a_row_a_photograph_and_the_states_that_were_drawn(cohort: Path) -> None:
    truth = truth_of(cohort)
    assert [row["photograph"] for row in truth] == [row.photograph for row in rows_of(cohort)]
    for row in truth:
        assert row["biomarker_crae_um"] == pytest.approx(row["eye_crae_um"], rel=1e-6)
        assert row["sampling_weight"] == 1.0
        assert not [name for name in row if name.startswith("clock_")]
        grade = min(int(row["eye_dr_severity"]), 4)
        label = next(r for r in rows_of(cohort) if r.photograph == row["photograph"])
        assert label.dr_grade == grade


def test_the_oracle_of_a_visit_is_that_of_the_body_then(cohort: Path) -> None:
    (bodies,) = part_bodies(SEED, (0, 1, 2, 3), VISITS)
    expected = oracle(bodies, 0)
    by_person = {
        row["person_id"]: row for row in truth_of(cohort) if row["visit_time_years"] == 0.0
    }
    for i in range(PEOPLE):
        row = by_person[bodies.person(i).person_id]
        for c, condition in enumerate(CONDITIONS):
            for h, years in enumerate(HORIZONS_YEARS):
                told, wanted = row[f"oracle_{condition}_{years}y"], float(expected[i, c, h])
                assert (
                    told == pytest.approx(wanted, rel=1e-4)
                    if told is not None
                    else np.isnan(wanted)
                )


def test_outcomes_are_of_everybody_and_never_of_a_condition_twice(cohort: Path) -> None:
    outcomes = list(read_outcomes(cohort / "outcomes.parquet"))
    assert {row.person_id for row in outcomes} <= {row.person_id for row in rows_of(cohort)}
    assert len({(row.person_id, row.condition) for row in outcomes}) == len(outcomes)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--people"),
        (("--people", "0"), "--people"),
        (("--people", "2", "--samples"), "--people"),
        (("--people", "2", "--preset", "satellite"), "--preset"),
        (("--people", "2", "--side-px", "12"), "--side-px"),
        (("--people", "2", "--require", "dr_grade=>3"), "--require"),
        (("--people", "2", "--require", "colour==2"), "--require"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_drawn(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    answer = drawn(tmp_path / "out", *arguments)

    assert answer.returncode == 2
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "out" / "draw.json").exists()


def test_a_folder_drawn_otherwise_is_refused_with_what_differs(cohort: Path) -> None:
    answer = drawn(cohort, "--people", "5", "--visits", str(VISITS), "--shots", str(SHOTS), *SMALL)

    assert answer.returncode == 2
    assert "people was 4, is 5" in " ".join(answer.stderr.replace("│", " ").split())


def test_a_finished_cohort_is_left_as_it_is(cohort: Path) -> None:
    sizes = ("--people", str(PEOPLE), "--visits", str(VISITS), "--shots", str(SHOTS))
    answer = drawn(cohort, *sizes, *SMALL, "--json")

    assert answer.returncode == 0
    assert json.loads(answer.stdout)["drawn_now"] == 0


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    answer = drawn(tmp_path, "--people", "1", *SMALL)

    assert answer.returncode == 2
    assert [path.name for path in tmp_path.iterdir() if path.name[0] != "."] == ["thesis.txt"]


def test_a_file_in_the_folders_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    answer = drawn(tmp_path / "taken", "--people", "1", *SMALL)

    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr


def test_the_sample_eyes_are_still_to_be_had(tmp_path: Path) -> None:
    answer = drawn(tmp_path, "--samples", "--json")

    assert answer.returncode == 0, answer.stderr
    assert [Path(path).name for path in json.loads(answer.stdout)["photographs"]] == [
        "sample_OD.jpg",
        "sample_OS.jpg",
    ]
