"""Fixtures of the browser tests: one Chromium, one service and one screen for all of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.findings_bundle import bundle_with_findings
from tests.ui.driving import (
    CHROMIUM,
    CHROMIUM_ARGS,
    PATIENCE_S,
    ROOT,
    SAMPLES,
    WALL,
    Visit,
    screen_for,
    service_with,
)
from tests.ui.kept_clinic import LiveClinic, RunningClinic, clinic_in, clinic_with, staffed
from ui import gateway

APP = ROOT / "ui" / "app.py"


@pytest.fixture(autouse=True)
def without_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that a test draws in this process ask no service whether it keeps records."""
    monkeypatch.setattr(gateway, "records_offered", lambda: False)
    monkeypatch.setattr(gateway, "worklist_offered", lambda: False)
    monkeypatch.setattr(gateway, "accounts_file", lambda: None)


@pytest.fixture(scope="session")
def made_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records with one user of each role, to be copied."""
    return staffed(tmp_path_factory.mktemp("made") / "records")


@pytest.fixture
def live_clinic(made_records: Path, tmp_path: Path) -> Iterator[LiveClinic]:
    """A service of drawn numbers that keeps records."""
    shutil.copytree(made_records, tmp_path / "records")
    with clinic_in(tmp_path / "records", tmp_path) as live:
        yield live


@pytest.fixture
def records(live_clinic: LiveClinic) -> RecordsClient:
    return live_clinic.records


@pytest.fixture
def clinic_app(live_clinic: LiveClinic, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The pages in front of it, at the door."""
    monkeypatch.setattr(gateway, "connect", lambda: live_clinic.screening)
    monkeypatch.setattr(gateway, "records", lambda: live_clinic.records)
    monkeypatch.setattr(gateway, "records_offered", lambda: True)
    monkeypatch.setattr(gateway, "metrics_url", lambda: None)
    return AppTest.from_file(APP, default_timeout=PATIENCE_S).run()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        if os.environ.get("FORESEYE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"FORESEYE_REQUIRE_BROWSER=1 and there is no {CHROMIUM}")
        pytest.skip(f"no {CHROMIUM} (apt-get install chromium)")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def service() -> Iterator[str]:
    """A service that runs the reference bundle."""
    with service_with() as address:
        yield address


@pytest.fixture(scope="session")
def screen(service: str) -> Iterator[int]:
    with screen_for(service) as port:
        yield port


@pytest.fixture(scope="session")
def findings_screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A screen whose service runs a bundle with a findings model."""
    made = bundle_with_findings(tmp_path_factory.mktemp("bundles") / "findings")
    with service_with(made.environment) as address, screen_for(address) as port:
        yield port


@pytest.fixture(scope="session")
def running_clinic() -> Iterator[RunningClinic]:
    """A service that runs the reference bundle and keeps records."""
    with clinic_with() as running:
        yield running


@pytest.fixture(scope="session")
def clinic_service(running_clinic: RunningClinic) -> str:
    return running_clinic.address


@pytest.fixture(scope="session")
def clinic_screen(clinic_service: str) -> Iterator[int]:
    with screen_for(clinic_service) as port:
        yield port


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("FORESEYE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(browser: Any, shots: Path) -> Iterator[Callable[..., Any]]:
    """Open the screen at a size; each visit is a browser of its own."""
    contexts = []

    def open_at(port: int, size: tuple[int, int] = WALL, language: str = "en") -> Visit:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{port}")
        page.wait_for_selector(".fs-head")
        return Visit(page, size, shots, asked)

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture
def eyes() -> tuple[Path, Path]:
    """A right and a left eye that the project drew itself."""
    samples = sorted(SAMPLES.glob("*.jpg"))
    right = next(p for p in samples if "od" in p.stem.lower())
    left = next(p for p in samples if "os" in p.stem.lower())
    return right, left
