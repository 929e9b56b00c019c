"""A clinic of which pictures are taken: service with records, screen, and a browser before it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from edge_runtime.wire.records_client import RecordsClient
from tests.ui.driving import (
    CHROMIUM,
    CHROMIUM_ARGS,
    PATIENCE_S,
    SAMPLES,
    TABLET,
    WALL,
    Visit,
    screen_for,
)
from tests.ui.kept_clinic import clinic_with
from tests.ui.test_reading_room_browser import keep_an_exam
from tests.ui.test_sign_in_browser import sign_in

RIGHT, LEFT = SAMPLES / "sample_OD.jpg", SAMPLES / "sample_OS.jpg"
COLOURS = 256
TALLEST_PX = 2600
"""Of a picture of a whole page, before it is halved."""

Size = tuple[int, int]


@dataclass
class Clinic:
    """A running clinic, a browser before it, and where its pictures go."""

    address: str
    port: int
    records: RecordsClient
    chromium: Any
    out: Path
    full_size: bool

    def visit(self, size: Size = WALL, language: str = "en", who: str = "") -> Visit:
        """Open the screen in a window of its own; `who` signs in."""
        seen = Visit(self.window(size, language), size, self.out, [])
        seen.page.goto(f"http://127.0.0.1:{self.port}")
        seen.page.wait_for_selector(".fs-head")
        seen.page.locator(".st-key-card-door").wait_for()
        if who:
            sign_in(seen, who)
            seen.page.locator(".fs-who").wait_for()
            seen.settle()
        return seen

    def window(self, size: Size, language: str) -> Any:
        """Return an empty page of a browser that nobody used."""
        context = self.chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        return page

    def whole(
        self, seen: Visit, name: str, size: Size | None = None, tallest: int = TALLEST_PX
    ) -> None:
        """Keep a picture of the page from its head to its end, or as much as may be tall."""
        width, height = seen.size = size or seen.size
        seen.page.set_viewport_size({"width": width, "height": height})
        self._calm(seen)
        main = "document.querySelector('[data-testid=stMain]')"
        seen.page.evaluate(f"{main}.scrollTop = 0")
        tall = int(seen.page.evaluate(f"{main}.scrollHeight"))
        seen.page.set_viewport_size({"width": width, "height": min(max(tall, 400), tallest)})
        self._calm(seen)
        self.keep(seen.page.screenshot(), f"{name}-{width}")
        seen.page.set_viewport_size({"width": width, "height": height})

    def part(self, seen: Visit, where: str, name: str, size: Size | None = None) -> None:
        """Keep a picture of one card."""
        width, height = seen.size = size or seen.size
        seen.page.set_viewport_size({"width": width, "height": max(height, TALLEST_PX)})
        self._calm(seen)
        self.keep(seen.page.locator(where).first.screenshot(), f"{name}-{width}")
        seen.page.set_viewport_size({"width": width, "height": height})

    def keep(self, png: bytes, name: str) -> None:
        """Write a picture in few colours, those of a wide window at half their size."""
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        if picture.width > TABLET[0] and not self.full_size:
            half = (picture.width // 2, picture.height // 2)
            picture = picture.resize(half, Image.Resampling.LANCZOS)
        few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(self.out / f"{name}.png", optimize=True)

    def _calm(self, seen: Visit) -> None:
        seen.page.mouse.move(0, 0)
        seen.settle()
        seen.page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
        seen.page.wait_for_function("() => [...document.images].every(i => i.complete)")
        seen.page.wait_for_timeout(400)  # what slides or fades has come to rest


@contextmanager
def clinic(out: Path, full_size: bool) -> Iterator[Clinic]:
    """A clinic with two exams of one person in its records."""
    with ExitStack() as open_things:
        address = open_things.enter_context(clinic_with()).address
        port = open_things.enter_context(screen_for(address))
        records = open_things.enter_context(RecordsClient(address, timeout_s=PATIENCE_S))
        running = open_things.enter_context(sync_playwright())
        chromium = running.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
        open_things.callback(chromium.close)
        for _ in range(2):
            keep_an_exam(records, (RIGHT, LEFT), "H-2041")
        yield Clinic(address, port, records, chromium, out, full_size)
