"""Every stage has its event, and pictures are decoded again only when more is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from edge_runtime import stages
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.contracts.result import EyeReading
from edge_runtime.domain import Evidence, Exam, Eye, FovCircle, Person, PhotographFile
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.names import FolderNames
from edge_runtime.results import write_exam
from edge_runtime.service.events import _EVENT_OF, events_of
from edge_runtime.service.pictures import pictures_of
from edge_runtime.settings import Limits
from edge_runtime.stages import AnatomyRead
from edge_runtime.wire.convert_events import _FROM_WIRE, _TO_WIRE
from edge_runtime.wire.records import AnatomySeen, ClientEvent, EvidenceMapped, ForecastRead
from tests.edge_runtime.service.held_screener import (
    HEIGHT_PX,
    WIDTH_PX,
    HeldScreener,
    a_bundle,
    a_photograph,
    an_anatomy,
    seen_signs,
)


def test_every_stage_of_the_pipeline_becomes_an_event() -> None:
    assert {*_EVENT_OF, AnatomyRead} == set(get_args(stages.StageEvent))


def test_every_event_of_the_client_crosses_the_wire_both_ways() -> None:
    assert set(_TO_WIRE) == set(get_args(ClientEvent))
    assert {field for field, _ in _TO_WIRE.values()} == set(_FROM_WIRE)


def a_striped_jpeg(width_px: int, height_px: int) -> bytes:
    """Stripes of two pixels: they are grey once decoded at a quarter of the size."""
    pixels_HWC = np.zeros((height_px, width_px, 3), dtype=np.uint8)
    pixels_HWC[:, np.arange(width_px) % 4 < 2] = 255
    encoded, content = cv2.imencode(".jpg", pixels_HWC, (cv2.IMWRITE_JPEG_QUALITY, 95))
    assert encoded
    return bytes(content)


def test_a_large_preview_of_a_photograph_decoded_small_is_sharp() -> None:
    file = PhotographFile("striped.jpg", a_striped_jpeg(800, 800), None)
    small_HWC = np.full((200, 200, 3), 128, dtype=np.uint8)
    photograph = replace(a_photograph(file), width_px=800, height_px=800, pixels_HWC=small_HWC)
    seen = AnatomyRead(
        0,
        photograph,
        FovCircle(400.0, 400.0, 390.0),
        an_anatomy(),
        EyeReading(laterality=Eye.OD, source="picture"),
    )

    shown = {
        side_px: cv2.imdecode(
            np.frombuffer(
                pictures_of(seen, file, Limits(), side_px, read_photograph)[0].content, np.uint8
            ),
            cv2.IMREAD_GRAYSCALE,
        )
        for side_px in (256, 800)
    }

    assert shown[256].shape == (256, 256)
    assert np.ptp(shown[256]) < 20
    assert shown[800].shape == (800, 800)
    assert np.ptp(shown[800]) > 200


def one_that_speaks_a_strange_one_and_one_unread(folder: Path) -> tuple[HeldScreener, Exam]:
    screener = HeldScreener(a_bundle(folder))
    screener.signs = {0: seen_signs(strange=True), 1: seen_signs()}
    content = a_striped_jpeg(WIDTH_PX, HEIGHT_PX)
    names = ("strange.jpg", "told.jpg", "unread.jpg")
    return screener, Exam("e", tuple(PhotographFile(name, content) for name in names), Person())


def test_maps_of_evidence_follow_the_forecast_as_screen_writes_them(tmp_path: Path) -> None:
    screener, exam = one_that_speaks_a_strange_one_and_one_unread(tmp_path)
    out = tmp_path / "out"

    events = list(events_of(screener, exam, Limits(), 4096))
    write_exam(out, FolderNames(), screener.screen(exam), maps=True)

    (mapped,) = (e for e in events if isinstance(e, EvidenceMapped))
    assert isinstance(events[events.index(mapped) - 1], ForecastRead)
    (told,) = mapped.maps
    assert (mapped.index, told.condition) == (1, ForecastCondition.LATE_AMD)
    assert told.evidence is Evidence.DRAWN
    written = sorted(out.rglob("evidence_*.png"))
    assert [str(p.relative_to(out)) for p in written] == ["told/evidence_late_amd.png"]
    assert told.picture.content == written[0].read_bytes()


def test_a_map_has_the_size_of_its_photographs_preview(tmp_path: Path) -> None:
    screener, exam = one_that_speaks_a_strange_one_and_one_unread(tmp_path)

    events = list(events_of(screener, exam, Limits(), 257))

    seen = next(e for e in events if isinstance(e, AnatomySeen) and e.index == 1)
    (mapped,) = (e for e in events if isinstance(e, EvidenceMapped))
    picture = mapped.maps[0].picture
    assert (picture.width_px, picture.height_px) == (
        seen.pictures[0].width_px,
        seen.pictures[0].height_px,
    )
    map_HW = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert map_HW.shape == (picture.height_px, picture.width_px) == (171, 257)
    assert map_HW.dtype == np.uint8
    # The densest place is where the sign was looked for: a little left of and above the middle.
    row, column = np.unravel_index(map_HW.argmax(), map_HW.shape)
    assert (row / 171 * HEIGHT_PX, column / 257 * WIDTH_PX) == (
        pytest.approx(150, abs=10),
        pytest.approx(250, abs=10),
    )


def test_without_pictures_no_map_is_sent(tmp_path: Path) -> None:
    screener, exam = one_that_speaks_a_strange_one_and_one_unread(tmp_path)

    assert not [
        e for e in events_of(screener, exam, Limits(), None) if isinstance(e, EvidenceMapped)
    ]


def test_a_forecast_without_the_photographs_has_no_map(tmp_path: Path) -> None:
    screener, exam = one_that_speaks_a_strange_one_and_one_unread(tmp_path)
    screener.signs = {}

    events = list(events_of(screener, exam, Limits(), 256))

    assert not [e for e in events if isinstance(e, EvidenceMapped)]
