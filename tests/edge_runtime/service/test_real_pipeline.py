"""The real pipeline behind the real server: a drawn eye in, the pipeline's own answer out."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.stages import PhotographDone
from edge_runtime.wire import records
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.cli.command_line import opened_once, sample_eye
from tests.edge_runtime.service.live_server import live_server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client() -> Iterator[ScreeningClient]:
    with live_server(opened_once()) as live, ScreeningClient(live.address) as client:
        yield client


def both_eyes() -> Exam:
    files = tuple(PhotographFile(f"{eye.value}.jpg", sample_eye(eye), eye) for eye in Eye)
    torn = PhotographFile("torn.jpg", sample_eye(Eye.OD)[:2000])
    return Exam("exam-1", (*files, torn), Person("p-1", 61.0, Sex.F, {"sbp_mmhg": 150.0}))


def timeless(result: ScreeningResult) -> ScreeningResult:
    return result.model_copy(update={"timings_ms": {}})


def test_the_answer_over_the_wire_is_the_answer_of_the_pipeline(client: ScreeningClient) -> None:
    exam = both_eyes()

    sent = [e for e in client.screen(exam) if isinstance(e, records.PhotographDone)]

    direct = [e for e in opened_once().screen(exam) if isinstance(e, PhotographDone)]
    assert len(sent) == 2
    assert [timeless(e.result) for e in sent] == [timeless(e.result) for e in direct]


def test_both_eyes_are_seen_with_their_pictures_and_a_torn_file_is_refused(
    client: ScreeningClient,
) -> None:
    events = list(client.screen(both_eyes(), picture_side_px=512))

    (refused,) = (e for e in events if isinstance(e, records.PhotographRefused))
    assert (refused.index, refused.error) == (2, "DamagedPicture")
    seen = [e for e in events if isinstance(e, records.AnatomySeen)]
    assert [e.eye.laterality for e in seen] == list(Eye)
    for event in seen:
        shown = [
            cv2.imdecode(np.frombuffer(p.content, np.uint8), cv2.IMREAD_UNCHANGED)
            for p in event.pictures
        ]
        assert {picture.shape[:2] for picture in shown} == {shown[0].shape[:2]}
        assert max(shown[0].shape) == 512
        vessels_HW, kinds_HW, disc_HW = shown[1:]
        assert ((vessels_HW >= 128) == (kinds_HW > 0)).mean() > 0.99
        assert set(np.unique(kinds_HW)) == set(np.unique(disc_HW)) == {0, 1, 2}
    done = events[-1]
    assert isinstance(done, records.ExamDone)
    assert done.record.photographs == ["OD.jpg", "OS.jpg"]
    assert [each.name for each in done.record.refused] == ["torn.jpg"]
    assert done.record.covariates == {"sbp_mmhg": 150.0}


def test_the_server_describes_the_bundle_that_it_runs(client: ScreeningClient) -> None:
    described, bundle = client.describe_bundle(), opened_once().bundle

    assert (described.sha256, described.bundle_json) == (bundle.sha256, bundle.manifest_json)
    assert {model.name for model in described.models} == set(bundle.manifest.models)


def test_exams_go_on_when_the_processes_that_decode_are_killed() -> None:
    with live_server(opened_once()) as live, ScreeningClient(live.address) as client:
        before = [
            timeless(e.result)
            for e in client.screen(both_eyes())
            if isinstance(e, records.PhotographDone)
        ]
        after = []
        for event in client.screen(both_eyes()):
            # Once for each photograph: one that is killed twice over a photograph gives it up.
            if isinstance(event, records.Accepted | records.PhotographDone):
                for pid in live.server.decoders.pids:
                    os.kill(pid, signal.SIGKILL)
            if isinstance(event, records.PhotographDone):
                after.append(timeless(event.result))

        assert after == before
        assert live.server.decoders.deaths > 0
