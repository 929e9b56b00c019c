"""Correcting masks in a real browser over real records: paint, keep, come back, export."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.records.export_cohort import export_cohort
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.words import ConsentScope
from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.records.clinic_of_tests import MASTER
from tests.ui.driving import PATIENCE_S, PHONE, SAMPLES, WALL, Visit
from tests.ui.kept_clinic import SECRET, RunningClinic
from tests.ui.test_access import faults
from tests.ui.test_languages import english_on
from tests.ui.test_reading_room_browser import OWN_NAMES, keep_an_exam
from tests.ui.test_sign_in_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def records(clinic_service: str) -> Iterator[RecordsClient]:
    with RecordsClient(clinic_service, timeout_s=PATIENCE_S) as client:
        yield client


@pytest.fixture(scope="module")
def exam_id(records: RecordsClient) -> str:
    od, os_ = sorted(SAMPLES.glob("*.jpg"))
    return keep_an_exam(records, (od, os_), "H-8")


def open_painter(seen: Visit, name: str = "doctor") -> None:
    sign_in(seen, name)
    seen.page.locator("[class*=st-key-read-] button").first.click()
    seen.page.locator("[class*=st-key-paint-] button").first.click()
    seen.page.locator(".fs-painter.open").wait_for()
    seen.settle()


def stroke(seen: Visit, *points: tuple[float, float]) -> None:
    """Paint along points, as shares of the canvas from its middle."""
    box = seen.page.locator(".fs-painter canvas").bounding_box()
    places = [
        (box["x"] + box["width"] * (0.5 + x), box["y"] + box["height"] * (0.5 + y))
        for x, y in points
    ]
    seen.page.mouse.move(*places[0])
    seen.page.mouse.down()
    for place in places[1:]:
        seen.page.mouse.move(*place, steps=4)
    seen.page.mouse.up()


def told(seen: Visit, words: str) -> None:
    seen.page.locator(".fs-painter .told", has_text=words).wait_for()


def inside(records: RecordsClient, exam_id: str, picture_id: str) -> np.ndarray:
    content = records.sign_in("doctor", SECRET).read_picture(exam_id, picture_id).content
    with Image.open(io.BytesIO(content)) as opened:
        return np.asarray(opened) > 0


def test_a_doctor_corrects_masks_and_finds_them_again_and_they_become_training_data(
    visit: Callable[..., Visit],
    running_clinic: RunningClinic,
    clinic_screen: int,
    records: RecordsClient,
    exam_id: str,
    tmp_path: Path,
) -> None:
    camera = records.sign_in("technician", SECRET)
    camera.record_consent(exam_id, ConsentScope.TRAINING, True, "May we?", "en")
    seen = visit(clinic_screen, WALL)
    open_painter(seen)
    assert seen.page.get_by_text("As the model drew it.").count() == 1

    stroke(seen, (0, 0), (0.05, 0.03))
    stroke(seen, (0, 0.1), (0.05, 0.1))
    seen.page.keyboard.press("Control+z")
    told(seen, "Undone: Arterioles")
    seen.page.get_by_text("Bleedings").click()
    seen.page.locator(".fs-painter canvas").focus()
    for key in ("]", "Space", "ArrowRight", "ArrowRight", "Space"):
        seen.page.keyboard.press(key)
    told(seen, "Brush lifted: Bleedings")
    seen.page.get_by_role("button", name="Lock").click()
    seen.page.get_by_role("heading", name="This screen is locked").wait_for()
    seen.page.locator(".st-key-card-door input[type=password]").fill(SECRET)
    seen.page.get_by_role("button", name="Unlock").click()
    seen.page.locator(".fs-painter.open").wait_for()
    assert seen.page.locator(".fs-painter .layers em:not(:empty)").count() == 2
    assert faults(seen) == []
    seen.shot("painting")
    seen.page.locator("[data-do=save]").click()
    told(seen, "Kept: Arterioles, Bleedings. By Doctor One")
    seen.settle()

    photograph = records.sign_in("doctor", SECRET).read_exam(exam_id).photographs[0]
    model = {p.kind: p for p in photograph.pictures if not p.by_person}
    arterioles, bleedings = [p for p in photograph.pictures if p.by_person]
    assert (arterioles.kind, arterioles.source) == ("arteriole", "Doctor One")
    assert arterioles.parent_id == model["arteries_veins"].picture_id
    assert (bleedings.kind, bleedings.parent_id) == ("lesion_haemorrhage", "")
    painted_HW = inside(records, exam_id, arterioles.picture_id)
    height_px, width_px = painted_HW.shape
    assert painted_HW[height_px // 2, width_px // 2]
    assert not painted_HW[round(0.6 * height_px), width_px // 2], "what was undone is not kept"
    assert 50 < np.count_nonzero(inside(records, exam_id, bleedings.picture_id)) < 2000

    seen.page.reload()
    open_painter(seen)
    assert "As Doctor One painted it" in seen.page.locator(".fs-painter .origin").inner_text()
    history = seen.page.locator(".st-key-card-painted").inner_text()
    assert "Bleedings" in history
    assert "from the drawing of foreseye-reference@" in history

    # What is painted while something is being kept is still to be kept afterwards.
    seen.page.evaluate(
        "() => { const painter = document.querySelector('.fs-painter').painter;"
        " painter.active = painter.layers.get('cup');"
        " painter.begin({x: 300, y: 300}, false); painter.end(); painter.save(painter.dirty());"
        " painter.begin({x: 400, y: 300}, false); painter.end(); }"
    )
    told(seen, "Kept: Cup")
    assert seen.page.locator(".fs-painter .layers em:not(:empty)").count() == 1

    vault = open_records(Place(running_clinic.folder), MASTER)
    try:
        exported = export_cohort(vault, tmp_path / "cohort", "our_clinic")
    finally:
        vault.close()
    corrected = [row for row in read_manifest(exported.manifest) if row.masks()]
    assert sorted(corrected[0].masks()) == ["arteriole", "cup", "lesion_haemorrhage"]
    with Image.open(tmp_path / "cohort" / corrected[0].masks()["arteriole"]) as opened:
        again_HW = np.asarray(opened.resize((width_px, height_px), Image.Resampling.NEAREST)) > 0
    assert np.mean(again_HW == painted_HW) > 0.999


def test_a_finger_paints_two_fingers_look_closer_and_no_english_is_left(
    browser: Any, shots: Path, clinic_screen: int, exam_id: str
) -> None:
    size = {"width": PHONE[0], "height": PHONE[1]}
    context = browser.new_context(viewport=size, locale="zh-CN", has_touch=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(f"http://127.0.0.1:{clinic_screen}")
    page.wait_for_selector(".fs-head")
    seen = Visit(page, PHONE, shots, [])
    open_painter(seen)
    page.locator(".fs-painter canvas").scroll_into_view_if_needed()
    box = page.locator(".fs-painter canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x + dx, "y": y + dy, "id": n} for n, (dx, dy) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (0, 0))
    fingers("touchMove", (30, 10))
    fingers("touchEnd")
    changed = page.locator(".fs-painter .layers em:not(:empty)")
    assert changed.count() == 1
    fingers("touchStart", (0, 20))
    fingers("touchStart", (0, 20), (40, 20))
    fingers("touchMove", (-60, 20), (100, 20))
    fingers("touchEnd")
    zoom = page.evaluate("document.querySelector('.fs-painter').painter.view.zoom")
    assert zoom == pytest.approx(4, rel=0.05)
    strokes = page.evaluate("document.querySelector('.fs-painter').painter.done.length")
    assert strokes == 1, "the first finger of two paints nothing"

    seen.settle()
    left = [w for w in english_on(seen) if not any(name in w for name in OWN_NAMES)]
    assert left == []
    assert seen.too_wide_px() == 0
    seen.shot("painting-zh")
    context.close()
