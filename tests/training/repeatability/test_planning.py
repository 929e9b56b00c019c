from __future__ import annotations

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from edge_runtime.domain import Eye
from training.repeatability.planning import copied, revisited


def a_row(of_set, person, role=Role.TEST, **known):
    photograph = known.pop("photograph", f"{of_set}/{person}.jpg")
    return ManifestRow(
        set=of_set,
        person_id=person,
        photograph=photograph,
        role=role,
        fold=0,
        evidence_kind=EvidenceKind.REAL,
        terms="research use",
        **known,
    )


def test_held_out_people_are_copied_once_each_and_the_sets_by_turns():
    rows = [
        a_row("DRIVE", "1"),
        a_row("DRIVE", "1", photograph="DRIVE/1b.jpg"),
        a_row("DRIVE", "2"),
        a_row("DRIVE", "3", Role.TRAIN),
        a_row("HRF_AV", "9"),
        a_row("DRIMDB", "4"),
    ]

    chosen = [(row.set, row.person_id) for row in copied(rows, 25)]

    assert chosen == [("DRIVE", "1"), ("HRF_AV", "9"), ("DRIVE", "2")]
    assert len(copied(rows, 2)) == 2


def test_visits_are_those_of_one_eye_to_one_camera_by_time():
    def visit(years, eye, camera):
        return a_row(
            "GRAPE",
            "7",
            photograph=f"GRAPE/{eye.value}{years}.jpg",
            visit_time_years=years,
            eye=eye,
            camera=camera,
        )

    rows = [
        visit(2.0, Eye.OD, "A"),
        visit(0.0, Eye.OD, "A"),
        visit(1.0, Eye.OD, "B"),
        visit(0.0, Eye.OS, "A"),
    ]

    (visits,) = revisited(rows)

    assert [row.visit_time_years for row in visits] == [0.0, 2.0]
