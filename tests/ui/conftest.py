"""Fixtures of the browser tests: one Chromium, one service and one screen for all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.edge_runtime.findings_bundle import bundle_with_findings
from tests.ui.driving import (
    CHROMIUM,
    CHROMIUM_ARGS,
    PATIENCE_S,
    SAMPLES,
    WALL,
    Visit,
    screen_for,
    service_with,
)


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
