"""axe-core finds no serious fault, in light and dark; pages bear the keyboard and 200 % zoom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter

from tests.ui.driving import WALL, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).with_name("axe") / "axe.min.js"
SERIOUS = {"serious", "critical"}


def faults(visit: Visit) -> list[str]:
    """Each serious fault: the rule, what it says, and the first place."""
    visit.page.add_script_tag(path=str(AXE))
    found: dict[str, Any] = visit.page.evaluate(
        "axe.run(document, {resultTypes: ['violations'],"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:2]
    ]


@pytest.fixture(params=["light", "dark"])
def seen(request: pytest.FixtureRequest, visit: Callable[..., Visit], screen: int) -> Visit:
    opened = visit(screen, WALL)
    opened.page.emulate_media(color_scheme=request.param)
    return opened


def test_no_page_of_an_exam_has_a_serious_fault(
    seen: Visit, eyes: tuple[Path, Path], tmp_path: Path
) -> None:
    blurred = tmp_path / "moved.jpg"
    with Image.open(eyes[1]) as sharp:
        sharp.filter(ImageFilter.GaussianBlur(max(sharp.size) / 25)).save(blurred)
    assert faults(seen) == []

    seen.add("OD", eyes[0])
    seen.add("OS", blurred)
    seen.judged()
    assert faults(seen) == []

    seen.go_on_all_the_same()
    seen.screen_them()
    seen.result()
    assert faults(seen) == []


def test_at_200_percent_nothing_is_cut_off(visit: Callable[..., Visit], screen: int) -> None:
    # 200 % of a 1280 px window leaves 640 CSS pixels.
    seen = visit(screen, (640, 512))

    assert seen.too_wide_px() == 0


def test_the_keyboard_alone_reaches_the_screen_button(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path]
) -> None:
    seen = visit(screen, WALL)
    seen.add("OD", eyes[0])
    seen.judged()

    for _ in range(60):
        seen.page.keyboard.press("Tab")
        there = "!!document.activeElement.closest('[class*=st-key-screen-button]')"
        if seen.page.evaluate(there):
            break
    assert seen.page.evaluate(there)
    seen.page.keyboard.press("Enter")
    seen.result()
