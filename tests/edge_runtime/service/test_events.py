"""Every stage has its event, and pictures are decoded again only when more is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import cv2
import numpy as np

from edge_runtime import stages
from edge_runtime.contracts.result import EyeReading
from edge_runtime.domain import Eye, FovCircle, PhotographFile
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.service.events import _EVENT_OF
from edge_runtime.service.pictures import pictures_of
from edge_runtime.settings import Limits
from edge_runtime.stages import AnatomyRead
from edge_runtime.wire.convert_events import _FROM_WIRE, _TO_WIRE
from edge_runtime.wire.records import ClientEvent
from tests.edge_runtime.service.held_screener import a_photograph, an_anatomy


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
