"""Exams over a real socket: what is streamed, in which order, and what stops the work."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge_runtime.domain import Evidence, Exam, Eye, FovCircle, Person, PhotographFile, Sex
from edge_runtime.errors import Cancelled, Overloaded, TooLate
from edge_runtime.wire import records
from edge_runtime.wire.client import ExamStream, ScreeningClient
from tests.edge_runtime.service.held_screener import (
    BIOMARKERS,
    DAMAGED,
    FINDINGS,
    FORECAST,
    PATIENCE_S,
    QUALITY,
    HeldScreener,
    an_exam,
)
from tests.edge_runtime.service.live_server import LiveServer

pytestmark = pytest.mark.slow


def kinds(events: list[records.ClientEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def queued_before(stream: ExamStream) -> int:
    accepted = next(stream)
    assert isinstance(accepted, records.Accepted)
    return accepted.queued_before


def test_each_stage_of_an_exam_arrives_as_its_record(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    events = list(client.screen(an_exam(), with_pictures=False))

    assert kinds(events) == [
        "Accepted",
        "QualityRead",
        "AnatomySeen",
        "BiomarkersRead",
        "FindingsRead",
        "PhotographDone",
        "ForecastRead",
        "ExamDone",
    ]
    accepted, quality, anatomy, biomarkers, findings, done, forecast, exam_done = events
    assert isinstance(accepted, records.Accepted)
    assert (accepted.photographs, accepted.queued_before) == (1, 0)
    assert accepted.bundle == screener.bundle.identity
    assert quality == records.QualityRead(0, QUALITY)
    assert isinstance(anatomy, records.AnatomySeen)
    assert (anatomy.fov_circle, anatomy.evidence) == (FovCircle(300, 200, 190), Evidence.INTERNAL)
    assert (anatomy.photograph_width_px, anatomy.photograph_height_px) == (600, 400)
    assert (anatomy.eye.laterality, anatomy.eye.source) == (Eye.OD, "picture")
    assert biomarkers == records.BiomarkersRead(0, BIOMARKERS)
    assert isinstance(biomarkers, records.BiomarkersRead)
    assert list(biomarkers.biomarkers) == list(BIOMARKERS)
    assert findings == records.FindingsRead(0, FINDINGS)
    assert isinstance(done, records.PhotographDone)
    assert done.result_json == done.result.to_json()
    assert forecast == records.ForecastRead((FORECAST,))
    assert isinstance(exam_done, records.ExamDone)
    assert exam_done.record.photographs == ["photograph-0.jpg"]


def test_an_exam_reaches_the_pipeline_as_the_client_holds_it(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    person = Person("p-7", 61.5, Sex.F, {"sbp_mmhg": 150.0, "smoking": 2.0})
    files = (PhotographFile("left.jpg", b"1", Eye.OS), PhotographFile("right.jpg", b"2", None))
    exam = Exam("visit-2", files, person)

    list(client.screen(exam))

    assert screener.exams == [exam]


def test_an_exam_without_an_id_gets_one_from_its_content(client: ScreeningClient) -> None:
    ids = []
    for content in (b"1", b"1", b"2"):
        first, *_ = client.screen(an_exam(content, exam_id=""))
        assert isinstance(first, records.Accepted)
        ids.append(first.exam_id)

    assert [len(exam_id) for exam_id in ids] == [32] * 3
    assert ids[0] == ids[1] != ids[2]


def test_pictures_are_aligned_and_no_larger_than_asked_for(client: ScreeningClient) -> None:
    events = list(client.screen(an_exam(), picture_side_px=300))

    (anatomy,) = (event for event in events if isinstance(event, records.AnatomySeen))
    shown = {picture.kind: picture for picture in anatomy.pictures}
    assert list(shown) == ["photograph", "vessels_probability", "arteries_veins", "disc_cup"]
    assert {(p.width_px, p.height_px) for p in anatomy.pictures} == {(300, 200)}
    decoded = {
        kind: cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_UNCHANGED)
        for kind, picture in shown.items()
    }
    assert decoded["photograph"].shape == (200, 300, 3)
    red_HW = decoded["photograph"][..., 2].astype(int)
    assert red_HW[100, 290] > red_HW[100, 10] + 200  # OpenCV gives BGR: red rises to the right
    # The frame lies at x 100 to 500 of 600, so a vessel at 22 of 100 is at x 94 of 300.
    assert decoded["vessels_probability"][100, 94] == 255
    assert (decoded["arteries_veins"][100, 94], decoded["arteries_veins"][100, 206]) == (1, 2)
    assert (decoded["disc_cup"][100, 150], decoded["disc_cup"][82, 132]) == (2, 1)
    assert decoded["disc_cup"][5, 5] == 0


def test_pictures_have_no_more_pixels_than_the_photograph(client: ScreeningClient) -> None:
    events = list(client.screen(an_exam(), picture_side_px=4096))

    (anatomy,) = (event for event in events if isinstance(event, records.AnatomySeen))
    assert {(p.width_px, p.height_px) for p in anatomy.pictures} == {(600, 400)}


def test_pictures_are_sent_only_when_asked_for(client: ScreeningClient) -> None:
    events = list(client.screen(an_exam(), with_pictures=False))

    assert [e.pictures for e in events if isinstance(e, records.AnatomySeen)] == [()]


def test_a_damaged_photograph_is_refused_and_the_others_go_on(client: ScreeningClient) -> None:
    events = list(client.screen(an_exam(DAMAGED, b"an eye")))

    assert events[1] == records.PhotographRefused(
        0, "DamagedPicture", "This photograph is damaged or incomplete. Please send it again."
    )
    assert [e.index for e in events if isinstance(e, records.PhotographDone)] == [1]
    assert isinstance(events[-1], records.ExamDone)
    assert events[-1].record.refused[0].name == "photograph-0.jpg"


def test_an_exam_with_every_photograph_refused_is_done_all_the_same(
    client: ScreeningClient,
) -> None:
    events = list(client.screen(an_exam(DAMAGED, DAMAGED)))

    assert kinds(events) == [
        "Accepted",
        "PhotographRefused",
        "PhotographRefused",
        "ForecastRead",
        "ExamDone",
    ]


def test_closing_the_stream_stops_the_work_between_stages(
    live: LiveServer, client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    stream = client.screen(an_exam(b"1", b"2", b"3"))
    screener.release(1)
    assert isinstance(next(stream), records.Accepted)
    assert isinstance(next(stream), records.QualityRead)

    stream.close()
    with pytest.raises(Cancelled):
        next(stream)
    live.wait_until_idle()
    screener.release()

    assert screener.stopped.wait(PATIENCE_S)
    assert screener.stages_made <= 2  # of 17: one was sent, one may have been under way


def test_the_server_serves_the_next_exam_after_a_cancelled_one(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    with client.screen(an_exam()) as stream:
        next(stream)
    screener.release()

    assert kinds(list(client.screen(an_exam())))[-1] == "ExamDone"


def test_the_deadline_stops_the_work_between_stages(
    live: LiveServer, client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    screener.release(1)
    stream = client.screen(an_exam(), timeout_s=0.4)

    with pytest.raises(TooLate):
        list(stream)
    live.wait_until_idle()
    screener.release()

    assert screener.stopped.wait(PATIENCE_S)
    assert screener.stages_made <= 2  # of 7


def test_an_exam_whose_deadline_passes_in_the_queue_is_never_begun(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    first = client.screen(an_exam(exam_id="first"))
    next(first)
    assert screener.begun.wait(PATIENCE_S)

    with pytest.raises(TooLate):
        list(client.screen(an_exam(exam_id="second"), timeout_s=0.3))
    screener.release()
    list(first)

    assert [exam.exam_id for exam in screener.exams] == ["first"]


def test_a_full_queue_says_when_to_come_back(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    running = client.screen(an_exam(exam_id="running"))
    assert queued_before(running) == 0
    waiting = client.screen(an_exam(exam_id="waiting"))
    assert queued_before(waiting) == 1

    with pytest.raises(Overloaded) as refused:
        list(client.screen(an_exam(exam_id="too-many")))

    assert refused.value.retry_after_ms == 1000
    screener.release()
    assert kinds(list(running))[-1] == kinds(list(waiting))[-1] == "ExamDone"
    assert [exam.exam_id for exam in screener.exams] == ["running", "waiting"]


def test_one_exam_at_a_time_is_on_the_engines(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    finished: list[list[records.ClientEvent]] = []

    def screen(stream: ExamStream) -> None:
        finished.append(list(stream))

    streams = [client.screen(an_exam(exam_id=f"exam-{n}")) for n in range(2)]
    threads = [threading.Thread(target=screen, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)

    assert [len(events) for events in finished] == [8, 8]
    assert screener.stages_made == 14


def test_a_draining_server_finishes_the_running_exam_and_takes_no_other(
    live: LiveServer, client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    running = client.screen(an_exam())
    next(running)
    stopping = live.submit(live.server.stop(grace_s=PATIENCE_S))
    while client.is_ready():
        time.sleep(0.01)

    with pytest.raises(Overloaded) as refused:
        list(client.screen(an_exam(exam_id="late")))

    assert refused.value.retry_after_ms == 5000
    screener.release()
    assert kinds(list(running))[-1] == "ExamDone"
    stopping.result(PATIENCE_S)


def test_an_exam_that_outlasts_the_grace_is_stopped_and_told_to_come_back(
    live: LiveServer, client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.hold()
    running = client.screen(an_exam())
    next(running)
    stopping = live.submit(live.server.stop(grace_s=0.2))

    with pytest.raises(Overloaded):
        list(running)

    screener.release()
    stopping.result(PATIENCE_S)
    assert screener.stages_made <= 1


def test_a_request_without_a_deadline_is_served(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    stream = client.screen(replace(an_exam(), exam_id="no-hurry"), timeout_s=None)

    assert kinds(list(stream))[-1] == "ExamDone"
