"""The doctor's job in a real browser, real service, real records: read, look closer, sign."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.records.words import ExamState
from edge_runtime.wire.records_client import RecordsClient, new_key
from tests.ui.driving import PATIENCE_S, WALL, Visit
from tests.ui.kept_clinic import SECRET
from tests.ui.test_access import faults
from tests.ui.test_languages import english_on
from tests.ui.test_sign_in_browser import sign_in
from ui.keeping import Keeping, KeepingScreener

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIMULATED_WITHIN_MS = 600_000
"""Four pictures on a machine that has other things to do."""

OWN_NAMES = ("Doctor One", "Technician One", "H-2041", "1961-04-02")


def keep_an_exam(records: RecordsClient, eyes: tuple[Path, Path], number: str) -> str:
    files = tuple(
        PhotographFile(path.name, path.read_bytes(), eye)
        for path, eye in zip(eyes, (Eye.OD, Eye.OS), strict=True)
    )
    identifiers = {"hospital_number": number, "birth_date": "1961-04-02"}
    keeper = KeepingScreener(records.sign_in("technician", SECRET), Keeping(new_key(), identifiers))
    exam = Exam("kiosk-0", files, Person(None, 65.0, Sex.F, {"sbp_mmhg": 150.0}))
    with keeper.screen(exam, with_pictures=True, timeout_s=PATIENCE_S) as events:
        return str(list(events)[-1].record.exam_id)


@pytest.fixture(scope="module")
def records(clinic_service: str) -> Iterator[RecordsClient]:
    with RecordsClient(clinic_service, timeout_s=PATIENCE_S) as client:
        yield client


def picture(seen: Visit, eye: str) -> str:
    return str(seen.page.locator(f".st-key-look-{eye} img").first.get_attribute("src"))


def changes_when(seen: Visit, eye: str, touch: Callable[[], None]) -> str:
    before = picture(seen, eye)
    touch()
    seen.page.wait_for_function(
        "([eye, before]) => !document.querySelector(`.st-key-look-${eye} img`)"
        ".getAttribute('src').endsWith(before)",
        arg=[eye, before],
    )
    seen.settle()
    return picture(seen, eye)


def test_a_doctor_reads_looks_closer_simulates_and_signs(
    visit: Callable[..., Visit],
    clinic_screen: int,
    records: RecordsClient,
    eyes: tuple[Path, Path],
) -> None:
    keep_an_exam(records, eyes, "H-2041")
    exam_id = keep_an_exam(records, eyes, "H-2041")
    seen = visit(clinic_screen, WALL)
    sign_in(seen, "doctor")
    seen.page.get_by_role("heading", name="Reading room").wait_for()
    seen.page.get_by_text("H-2041").first.wait_for()
    seen.settle()
    seen.shot("worklist")
    assert faults(seen) == []

    seen.page.locator("[class*=st-key-row-]").first.get_by_role("button", name="Read").click()
    seen.page.locator(".st-key-look-OS img").wait_for()
    seen.settle()
    colour = picture(seen, "OD")
    red_free = changes_when(
        seen, "OD", lambda: seen.page.get_by_text("Red-free", exact=True).click()
    )
    overlaid = changes_when(
        seen, "OD", lambda: seen.page.get_by_text("Arterioles", exact=True).first.click()
    )
    assert len({colour, red_free, overlaid}) == 3
    frame = seen.page.locator(".st-key-look-OD")
    narrow = frame.locator("img").bounding_box()["width"]
    seen.page.locator(".fs-zoom[data-zoom=in]").first.click()
    assert frame.locator("img").bounding_box()["width"] == pytest.approx(1.5 * narrow, rel=0.02)
    seen.page.locator(".fs-zoom[data-zoom=whole]").first.click()

    seen.page.locator("[class*=st-key-accept-quality]").first.locator("button").click()
    seen.page.locator(".fs-finding li", has_text="Accepted").first.wait_for()
    seen.page.get_by_text("Show earlier visits").click()
    # The same photographs: no change can be more than scatter.
    seen.page.get_by_text("Nothing changed by more than readings scatter.").nth(1).wait_for()
    seen.settle()
    seen.shot("reading")
    assert faults(seen) == []

    seen.page.get_by_role("button", name=re.compile("Simulate$")).click()
    seen.page.locator(".fs-compare").wait_for(timeout=SIMULATED_WITHIN_MS)
    seen.settle()
    assert seen.page.locator(".fs-samples img").count() == 4
    seen.page.locator(".fs-compare input").fill("20")
    uncovered = seen.page.locator(".fs-compare").evaluate(
        "compare => getComputedStyle(compare).getPropertyValue('--at')"
    )
    assert uncovered.strip() == "20%"
    seen.page.locator(".fs-compare input").fill("50")
    seen.shot("visits")
    assert faults(seen) == []

    seen.page.get_by_role("button", name=re.compile("Sign$")).click()
    seen.page.get_by_role("button", name="Sign now").click()
    seen.page.locator(".fs-stands").wait_for()
    assert records.sign_in("doctor", SECRET).read_exam(exam_id).state is ExamState.SIGNED
    seen.page.get_by_role("button", name=re.compile("Sign out$")).click()
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    seen.settle()
    assert "H-2041" not in " ".join(seen.words())
    assert seen.too_wide_px() == 0


def test_the_reading_room_holds_no_english_in_chinese(
    visit: Callable[..., Visit],
    clinic_screen: int,
    records: RecordsClient,
    eyes: tuple[Path, Path],
) -> None:
    keep_an_exam(records, eyes, "H-2041")

    def left(seen: Visit) -> list[str]:
        seen.settle()
        return [w for w in english_on(seen) if not any(name in w for name in OWN_NAMES)]

    seen = visit(clinic_screen, WALL, "zh")
    sign_in(seen, "doctor")
    seen.page.get_by_role("heading", name="阅片室").wait_for()
    seen.page.get_by_text("H-2041").first.wait_for()
    assert left(seen) == []
    seen.page.locator("[class*=st-key-row-]").first.get_by_role("button", name="阅片").click()
    seen.page.locator(".st-key-look-OS img").wait_for()
    seen.page.locator("[class*=st-key-small-] [data-testid=stPopover] button").first.click()
    seen.page.get_by_role("button", name="记录").first.wait_for()
    assert left(seen) == []
    seen.page.keyboard.press("Escape")
    toggles = seen.page.locator("label", has_text=re.compile("显示既往就诊|研究视图"))
    for index in range(toggles.count()):
        toggles.nth(index).click()
        seen.settle()
    # Each eye's photograph without and with the evidence of the condition that is chosen first.
    seen.page.locator(".st-key-evidence-maps .fs-samples img").nth(3).wait_for()
    seen.page.get_by_role("button", name=re.compile("模拟$")).click()
    seen.page.locator(".fs-compare").wait_for(timeout=SIMULATED_WITHIN_MS)
    assert left(seen) == []
    seen.shot("reading-zh")
