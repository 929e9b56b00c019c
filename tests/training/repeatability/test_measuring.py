"""The reference bundle reads a drawn eye, its copies and two visits."""

from __future__ import annotations

import pytest

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from edge_runtime.contracts.repeatability import repeatability_from
from edge_runtime.domain import Eye
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from training.drawn.sample_eyes import write_sample_eyes
from training.repeatability.camera_copies import DEFECTS
from training.repeatability.measuring import Reader, measured

pytestmark = pytest.mark.slow


def a_row(photograph, eye):
    return ManifestRow(
        set="drawn",
        person_id="1",
        eye=eye,
        photograph=photograph,
        role=Role.TEST,
        fold=0,
        evidence_kind=EvidenceKind.DRAWN,
        terms="own",
    )


@pytest.mark.slow
def test_copies_and_visits_of_a_drawn_eye_give_each_change(tmp_path):
    write_sample_eyes(tmp_path, side_px=600)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    right, left = a_row("sample_OD.jpg", Eye.OD), a_row("sample_OS.jpg", Eye.OS)
    pipeline = Pipeline.open(Settings())
    reader = Reader(pipeline, tmp_path, lambda _: None)

    copies = reader.copied([right, a_row("broken.jpg", None)])
    record = measured(pipeline, copies, reader.revisited([[left, left]]), reader.refused)
    pipeline.close()

    assert list(record.refused) == ["broken.jpg"]
    change = record.smallest_detectable_change["cdr_vertical"]
    assert (change.photographs, change.unit) == (1, "1")
    assert 2 <= change.readings <= 1 + len(DEFECTS)
    assert change.value > 0
    # The same file twice: nothing changed.
    assert change.repeated_visits is not None
    assert change.repeated_visits.value == 0.0
    assert repeatability_from(record.to_json()) == record
