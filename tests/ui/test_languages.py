"""In Chinese nothing English is left on any page, Streamlit's own widgets included."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from tests.ui.driving import PHONE, WALL, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = re.compile(
    # What has no Chinese name: ours, the eyes' codes, file formats, measures, units, hashes.
    r"\b(foreseye(-reference)?|PIN|English|Language|OD|OS|JPEG|PNG|TIFF|HEIC|JSON|MB|AI|CRAE|CRVE|AVR"
    r"|Ctrl|Shift|FDA De Novo DEN180001|LumineticsCore|EyeArt|LM"
    r"|HbA1c|eGFR|BMI|SHA|mmHg|mm|mL/min|kg/m²|rad|[0-9a-f]{12,64}|[\w-]+\.jpg)\b"
)


def english_on(visit: Visit) -> list[str]:
    said = (NAMES.sub("", word) for word in visit.words())
    return [word for word in said if re.search(r"[A-Za-z]{2,}", word)]


@pytest.fixture
def chinese(visit: Callable[..., Visit], screen: int) -> Visit:
    seen = visit(screen, WALL, "zh")
    seen.page.get_by_role("heading", name="拍摄双眼").wait_for()
    seen.settle()
    return seen


def test_the_browsers_own_language_is_the_first(chinese: Visit) -> None:
    assert chinese.page.locator("html").get_attribute("lang") == "zh-Hans"
    assert "lang=zh" in chinese.page.url


def test_no_english_is_left_on_any_page_of_an_exam(
    chinese: Visit, eyes: tuple[Path, Path], tmp_path: Path
) -> None:
    blurred = tmp_path / "moved.jpg"
    with Image.open(eyes[1]) as sharp:
        sharp.filter(ImageFilter.GaussianBlur(max(sharp.size) / 25)).save(blurred)
    assert english_on(chinese) == []

    chinese.add("OD", eyes[0])
    chinese.judged()
    chinese.add("OS", blurred)
    chinese.judged()
    chinese.page.locator(".st-key-card-OD").get_by_text("使用相机").click()
    chinese.page.locator("video").wait_for()
    assert english_on(chinese) == []

    chinese.judged()
    assert english_on(chinese) == []
    chinese.go_on_all_the_same()
    chinese.screen_them()
    chinese.result()
    assert english_on(chinese) == []

    chinese.card(0).locator("[data-testid=stImage]").hover()
    chinese.page.get_by_role("button", name=re.compile("^全屏")).first.click()
    chinese.page.get_by_role("button", name=re.compile("^退出全屏")).first.wait_for()
    assert english_on(chinese) == []
    chinese.page.keyboard.press("Escape")
    chinese.page.get_by_role("button", name="下一位").click()
    chinese.page.get_by_text("这次检查没有保存。").wait_for()
    assert english_on(chinese) == []


def test_the_language_is_switched_in_the_middle_of_an_exam_and_nothing_is_lost(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path]
) -> None:
    seen = visit(screen, PHONE)
    seen.add("OD", eyes[0])
    seen.page.get_by_text("中文", exact=True).click()
    seen.page.get_by_role("heading", name="拍摄双眼").wait_for()
    seen.settle()

    assert seen.page.locator(".fs-file", has_text=eyes[0].name).count() == 1
    assert english_on(seen) == []

    seen.page.reload()
    seen.page.get_by_role("heading", name="拍摄双眼").wait_for()
