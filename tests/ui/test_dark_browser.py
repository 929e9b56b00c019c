"""In a darkened room no page of the clinic is a lamp, and none of it has a serious fault.

The pages behind the door in a real Chromium in dark, before a service of drawn numbers: what the
models say is no matter here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.records.opening import Place, open_records
from edge_runtime.settings import Settings
from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.records.clinic_of_tests import MASTER
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle, seen_signs
from tests.edge_runtime.service.live_server import live_server
from tests.ui.driving import PATIENCE_S, WALL, Visit, screen_for
from tests.ui.test_access import faults
from tests.ui.test_reading_room import screened
from tests.ui.test_sign_in_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAMPS = """() => {
  const lit = (colour) => {
    const parts = (colour.match(/[\\d.]+/g) ?? []).map(Number);
    if (parts.length < 3 || (parts[3] ?? 1) < 0.5) return false;
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] > 140;
  };
  const words = '.fs-use, [aria-checked=true], [kind^=primary], .main, label:has(:checked)';
  return [...document.body.querySelectorAll('*')].filter((element) => {
    const box = element.getBoundingClientRect();
    if (box.width * box.height < 1500 || element.closest(words)) return false;
    const look = getComputedStyle(element);
    return look.visibility !== 'hidden' && lit(look.backgroundColor);
  }).map((element) => element.outerHTML.slice(0, 160));
}"""
"""What is larger than a word and lighter than half grey, but for what is chosen or pressed."""


@pytest.fixture(scope="module")
def dark_screen(made_records: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A screen whose service holds one screened exam with maps of its evidence."""
    folder = tmp_path_factory.mktemp("dark")
    shutil.copytree(made_records, folder / "records")
    screener = HeldScreener(a_bundle(folder))
    screener.signs = {0: seen_signs(), 1: seen_signs()}
    vault = open_records(Place(folder / "records"), MASTER)
    with live_server(screener, Settings(), vault=vault) as live:
        with RecordsClient(live.address, timeout_s=PATIENCE_S) as records:
            screened(records)
        with screen_for(live.address.replace("localhost", "127.0.0.1")) as port:
            yield port


@pytest.fixture
def dark(visit: Callable[..., Visit], dark_screen: int) -> Visit:
    seen = visit(dark_screen, WALL)
    seen.page.emulate_media(color_scheme="dark")
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    return seen


def fit_for_a_dark_room(seen: Visit, name: str) -> None:
    seen.settle()
    seen.page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    seen.shot(f"dark-{name}")
    assert faults(seen) == []
    assert seen.page.evaluate(LAMPS) == []


def heading(seen: Visit, name: str) -> Any:
    return seen.page.get_by_role("heading", name=name, exact=True)


def test_the_door_the_kiosk_and_the_lock(dark: Visit, eyes: tuple[Path, Path]) -> None:
    fit_for_a_dark_room(dark, "sign-in")
    sign_in(dark, "technician")
    heading(dark, "Photograph both eyes").wait_for()
    dark.add("OD", eyes[0])
    dark.judged()
    fit_for_a_dark_room(dark, "kiosk")
    dark.page.get_by_role("button", name="Lock").click()
    heading(dark, "This screen is locked").wait_for()
    fit_for_a_dark_room(dark, "locked")


def test_the_reading_room_and_the_painter(dark: Visit) -> None:
    sign_in(dark, "doctor")
    dark.page.get_by_text("H-1").first.wait_for()
    fit_for_a_dark_room(dark, "worklist")
    dark.page.locator("[class*=st-key-read-] button").first.click()
    dark.page.locator(".st-key-look-OS img").wait_for()
    dark.page.locator("label", has_text=re.compile("View for research")).first.click()
    dark.page.locator(".st-key-evidence-maps .fs-samples img").nth(3).wait_for()
    fit_for_a_dark_room(dark, "reading")
    dark.page.locator("[class*=st-key-paint-] button").first.click()
    dark.page.locator(".fs-painter.open").wait_for()
    dark.page.locator(".fs-painter .layers button").first.click()
    fit_for_a_dark_room(dark, "painting")


def test_the_audit(dark: Visit) -> None:
    sign_in(dark, "auditor")
    heading(dark, "Audit").wait_for()
    dark.page.get_by_role("button", name="Prove it").click()
    dark.page.get_by_text("each as it was written").wait_for()
    fit_for_a_dark_room(dark, "audit")


def test_people_and_a_secret_of_ones_own(dark: Visit) -> None:
    sign_in(dark, "administrator")
    heading(dark, "Who may sign in").wait_for()
    fit_for_a_dark_room(dark, "people")
    dark.page.get_by_role("button", name="Sign out").click()
    heading(dark, "Sign in").wait_for()
    sign_in(dark, "newcomer")
    heading(dark, "Choose a PIN or password of your own").wait_for()
    fit_for_a_dark_room(dark, "own-secret")
