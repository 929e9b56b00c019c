"""A bundle without models, a pipeline that can be held, and a server in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.bundle.opening import Bundle
from edge_runtime.settings import Settings
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import LiveServer, live_server


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return a_bundle(tmp_path)


@pytest.fixture
def screener(bundle: Bundle) -> HeldScreener:
    return HeldScreener(bundle)


@pytest.fixture
def settings() -> Settings:
    return replace(Settings(), max_queued_exams=1, exam_workers=1)


@pytest.fixture
def live(screener: HeldScreener, settings: Settings) -> Iterator[LiveServer]:
    with live_server(screener, settings) as live:
        yield live
        screener.release()


@pytest.fixture
def client(live: LiveServer) -> Iterator[ScreeningClient]:
    with ScreeningClient(live.address) as client:
        yield client
