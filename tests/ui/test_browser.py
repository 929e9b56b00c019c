"""The whole road in a real browser: Chromium, the clinic screen, gRPC, the service, its models.

Screenshots are kept in the folder that FORESEYE_SCREENSHOTS names. Where there is no Chromium the
tests are skipped, unless FORESEYE_REQUIRE_BROWSER=1.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import USE
from tests.ui.driving import PATIENCE_S, PHONE, WALL, Visit, free_port, screen_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_two_photographs_become_a_result_that_can_be_saved(
    visit: Callable[..., Visit],
    screen: int,
    eyes: tuple[Path, Path],
    size: tuple[int, int],
    tmp_path: Path,
) -> None:
    seen = visit(screen, size)
    seen.shot("1-empty")
    seen.add("OD", eyes[0])
    seen.add("OS", eyes[1])
    seen.shot("2-photographs")
    seen.screen_them()
    seen.page.locator(".fs-stages, .st-key-card-evidence").first.wait_for()
    seen.page.screenshot(path=seen.shots / f"3-screening-{size[0]}.png")
    seen.result()
    seen.shot("4-result")

    for index, photograph in enumerate(eyes):
        button = seen.card(index).get_by_role("button", name="Save this result")
        saved = seen.save(button, tmp_path)
        result = ScreeningResult.model_validate_json(saved.read_text())
        assert result.photograph.name == photograph.name
        assert result.quality.gradable
        assert result.biomarkers
    saved = seen.save(seen.page.get_by_role("button", name="Save exam"), tmp_path)
    record = ExamRecord.model_validate_json(saved.read_text())
    assert record.photographs == [photograph.name for photograph in eyes]
    assert record.use == USE
    assert seen.too_wide_px() == 0


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_findings_say_what_to_do_how_sure_and_judged_on_what(
    visit: Callable[..., Visit],
    findings_screen: int,
    eyes: tuple[Path, Path],
    size: tuple[int, int],
) -> None:
    seen = visit(findings_screen, size)
    seen.add("OD", eyes[0])
    seen.screen_them()
    seen.result()

    found = seen.card(0).locator(".fs-found")
    assert found.locator(".fs-say").count() == 2
    assert found.locator(".fs-say .fs-badge").count() == 2
    assert found.get_by_text("Research use only. An eye doctor decides.").count() == 2
    assert found.locator(".fs-grades tbody tr").count() == 6
    # The bars are drawn: the page's cleaning of HTML leaves their widths.
    widths = [bar.bounding_box()["width"] for bar in found.locator(".fs-track i").all()]
    assert len({round(width) for width in widths}) > 3
    assert seen.too_wide_px() == 0
    seen.shot("10-findings")


def test_each_overlay_can_be_switched(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path]
) -> None:
    seen = visit(screen, WALL)
    seen.add("OD", eyes[0])
    seen.screen_them()
    seen.result()

    pictures = {seen.picture(0)}
    for name in ("Arterioles", "Venules", "Disc", "Cup"):
        before = seen.picture(0)
        seen.card(0).get_by_text(name, exact=True).click()
        seen.page.wait_for_function(
            "before => !document.querySelector("
            "'.st-key-card-photograph-0 [data-testid=stImage] img').src.endsWith(before)",
            arg=before,
        )
        pictures.add(seen.picture(0))

    assert len(pictures) >= 4
    seen.shot("5-no-overlay")


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_what_this_is_not_is_never_covered(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path], size: tuple[int, int]
) -> None:
    seen = visit(screen, size)
    seen.add("OD", eyes[0])
    seen.screen_them()
    seen.result()

    for end in ("0", "main.scrollHeight"):
        seen.page.evaluate(
            "(() => { const main = document.querySelector('[data-testid=stMain]');"
            f" main.scrollTop = {end}; }})()"
        )
        assert seen.on_top(USE)
    seen.card(0).locator("[data-testid=stImage]").hover()
    seen.page.get_by_role("button", name=re.compile("^Full screen")).click()
    seen.page.get_by_role("button", name=re.compile("^Close full screen")).wait_for()
    assert seen.on_top(USE)
    seen.shot("5-full-screen")
    seen.page.get_by_role("button", name=re.compile("^Close full screen")).click()
    seen.page.get_by_role("button", name="Next person").click()
    seen.page.get_by_text("This exam was not saved.").wait_for()
    # Behind a dialog the page takes no touch, so only the places tell what is covered.
    curtain = seen.page.locator("[data-testid=stDialog]").bounding_box()
    notice = seen.page.get_by_text(USE).bounding_box()
    assert curtain["y"] >= notice["y"] + notice["height"]


def test_nothing_is_fetched_from_elsewhere(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path]
) -> None:
    seen = visit(screen, WALL)
    seen.add("OD", eyes[0])
    seen.screen_them()
    seen.result()

    asked = [url for url in seen.asked if not url.startswith(("data:", "blob:"))]
    assert asked
    assert [url for url in asked if not url.startswith(f"http://127.0.0.1:{screen}/")] == []


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_a_poor_photograph_is_refused_with_a_reason_and_taken_again(
    visit: Callable[..., Visit],
    screen: int,
    eyes: tuple[Path, Path],
    size: tuple[int, int],
    tmp_path: Path,
) -> None:
    blurred = tmp_path / "moved.jpg"
    with Image.open(eyes[1]) as sharp:
        sharp.filter(ImageFilter.GaussianBlur(max(sharp.size) / 25)).save(blurred)
    torn = tmp_path / "torn.jpg"
    torn.write_bytes(eyes[0].read_bytes()[:3000])
    seen = visit(screen, size)
    seen.add("OD", torn)
    seen.add("OS", blurred)
    seen.go_on_all_the_same()
    seen.screen_them()
    seen.result()

    seen.card(0).get_by_text("This file cannot be used").wait_for()
    seen.card(1).locator(".fs-say.bad").get_by_text("Please take it again").wait_for()
    assert seen.card(1).locator(".fs-table").count() == 0
    seen.shot("6-ungradable")

    seen.card(1).get_by_role("button", name="Take it again").click()
    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()
    seen.page.locator(".fs-file", has_text="torn.jpg").wait_for()
    seen.settle()
    assert seen.page.get_by_text("moved.jpg").count() == 0


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_the_wrong_eye_is_warned_of(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path], size: tuple[int, int]
) -> None:
    seen = visit(screen, size)
    seen.add("OS", eyes[0])
    seen.go_on_all_the_same()
    seen.screen_them()
    seen.result()
    seen.card(0).get_by_text("Check which eye this is").wait_for()
    seen.shot("7-conflict")

    seen.card(0).get_by_role("button", name="It is the right eye").click()
    seen.card(0).get_by_role("heading", name="Right eye").wait_for()
    seen.result()

    assert seen.page.get_by_text("Check which eye this is").count() == 0


def test_the_picture_tells_the_eye_of_photographs_dropped_together(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path]
) -> None:
    seen = visit(screen, WALL)
    seen.add("unsure", *eyes)
    seen.screen_them()
    seen.result()

    assert seen.card(0).get_by_role("heading", name="Right eye").count() == 1
    assert seen.card(1).get_by_role("heading", name="Left eye").count() == 1


def test_the_next_person_finds_an_empty_screen(
    visit: Callable[..., Visit], screen: int, eyes: tuple[Path, Path]
) -> None:
    seen = visit(screen, WALL)
    seen.add("OD", eyes[0])
    seen.screen_them()
    seen.result()
    seen.page.get_by_role("button", name="Next person").click()
    seen.page.get_by_text("This exam was not saved.").wait_for()
    seen.shot("8-next-person")
    seen.page.get_by_role("button", name="Clear and start").click()
    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()
    seen.settle()

    assert seen.page.get_by_text(eyes[0].name).count() == 0
    assert seen.page.locator("[data-testid=stFileUploaderFile]").count() == 0


def test_the_camera_gives_a_photograph(visit: Callable[..., Visit], screen: int) -> None:
    seen = visit(screen, PHONE)
    card = seen.page.locator(".st-key-card-OD")
    card.get_by_text("Use camera").click()
    card.locator("video").wait_for()
    seen.shot("3-camera")
    card.locator("[data-testid=stCameraInputButton]").click()

    card.locator(".fs-file", has_text="camera-OD-1.jpg").wait_for()


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_a_service_that_is_away_is_told_and_nothing_is_lost(
    visit: Callable[..., Visit], eyes: tuple[Path, Path], size: tuple[int, int]
) -> None:
    with screen_for(f"127.0.0.1:{free_port()}") as port:
        seen = visit(port, size)
        seen.page.get_by_text("The screening service cannot be reached.").wait_for()
        seen.add("OD", eyes[0])
        seen.screen_them()
        seen.page.get_by_text("Nothing was screened.").wait_for()
        seen.settle()
        seen.shot("9-service-away")

        assert seen.page.locator(".fs-file", has_text=eyes[0].name).count() == 1


@pytest.mark.parametrize(("host", "welcome"), [("127.0.0.1", True), ("evil.example", False)])
def test_the_screen_answers_under_its_own_names_alone(
    screen: int, host: str, welcome: bool
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", screen, timeout=PATIENCE_S)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Host": f"{host}:{screen}",
            "Origin": f"http://{host}:{screen}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    )

    status = connection.getresponse().status

    connection.close()
    assert (status == 101) is welcome
