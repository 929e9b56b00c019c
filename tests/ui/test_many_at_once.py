"""Two kiosks and a doctor at once, in real browsers: no page ever shows another's patient.

Each page is watched all the time, not only when a test looks: whatever hospital number and whatever
picture was on it, even for a moment, is remembered.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.ui.driving import (
    CHROMIUM,
    CHROMIUM_ARGS,
    PATIENCE_S,
    TABLET,
    WALL,
    Visit,
    screen_for,
)
from tests.ui.kept_clinic import clinic_with
from tests.ui.test_birth_date_browser import (
    ask_for_two_identifiers,
    new_number,
    type_date,
    wait_for_age,
)
from tests.ui.test_sign_in_browser import sign_in

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = float(os.environ.get("TOGETHER_SECONDS", "10"))

WATCH = """
window.everSeen = new Set();
const look = () => {
  const root = document.documentElement;
  if (!root) return;
  const typed = [...document.querySelectorAll('input, textarea')].map((field) => field.value);
  for (const number of `${root.textContent} ${typed.join(' ')}`.match(/H-\\d{8}/g) || [])
    window.everSeen.add(number);
  for (const image of document.images)
    if (image.src.includes('/media/')) window.everSeen.add(new URL(image.src).pathname);
};
new MutationObserver(look).observe(document, {
  attributes: true, characterData: true, childList: true, subtree: true,
});
setInterval(look, 25);
"""


@dataclass
class Person:
    """Who sits at a kiosk, and all that its page showed meanwhile."""

    number: str
    shown: set[str] = field(default_factory=set)

    @property
    def numbers(self) -> set[str]:
        return {each for each in self.shown if each.startswith("H-")}

    @property
    def pictures(self) -> set[str]:
        return self.shown - self.numbers


@contextmanager
def watched(port: int, size: tuple[int, int], folder: Path) -> Iterator[Visit]:
    """A browser of its own, as on a machine of its own, whose page is watched."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
        page.set_default_timeout(PATIENCE_S * 1000)
        page.add_init_script(WATCH)
        page.goto(f"http://127.0.0.1:{port}")
        yield Visit(page, size, folder, [])
        chromium.close()


def taken(page: Any) -> set[str]:
    """What was seen since this was last asked."""
    return set(
        page.evaluate("() => { const all = [...everSeen]; everSeen = new Set(); return all; }")
    )


def of_nobody_else(photograph: Path, folder: Path) -> Path:
    """The photograph with a few other pixels: equal pictures would have one address."""
    pixels = cv2.imread(str(photograph))
    assert pixels is not None
    made = folder / f"{secrets.token_hex(8)}.jpg"
    noise = np.random.default_rng(secrets.randbits(64)).integers(0, 3, pixels.shape, np.uint8)
    cv2.imwrite(str(made), cv2.subtract(pixels, noise))
    return made


def kiosk(port: int, eyes: tuple[Path, Path], folder: Path, ends: float) -> list[Person]:
    """Screen one person after the other until the time is over."""
    people: list[Person] = []
    with watched(port, TABLET, folder) as seen:
        sign_in(seen, "technician")
        while time.monotonic() < ends or not people:
            seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()
            seen.settle()
            taken(seen.page)
            people.append(Person(new_number()))
            ask_for_two_identifiers(seen, people[-1].number)
            type_date(seen, "19610402")
            wait_for_age(seen, date(1961, 4, 2))
            for slot, eye in zip(("OD", "OS"), eyes, strict=True):
                seen.add(slot, of_nobody_else(eye, folder))
                seen.judged()
            seen.screen_them()
            seen.result()
            seen.page.get_by_text("Kept in the records").wait_for()
            people[-1].shown = taken(seen.page)
            seen.page.get_by_role("button", name=re.compile("Next person$")).first.click()
    return people


def newest(seen: Visit) -> Any:
    """The first row of the worklist, once there is one."""
    rows = seen.page.locator("[class*=st-key-row-]")
    again = seen.page.locator(".st-key-worklist-again button")
    again.wait_for()
    ends = time.monotonic() + PATIENCE_S
    seen.settle()
    while rows.count() == 0:
        assert time.monotonic() < ends, "no exam comes to the worklist"
        again.click()
        seen.page.wait_for_timeout(300)
        seen.settle()
    return rows.first


def reading_room(port: int, folder: Path, ends: float) -> list[Person]:
    """Open the newest exam, look closer and sign it, again and again."""
    people: list[Person] = []
    with watched(port, WALL, folder) as seen:
        sign_in(seen, "doctor")
        while time.monotonic() < ends or not people:
            row = newest(seen)
            people.append(Person(re.findall(r"H-\d{8}", row.inner_text())[0]))
            row.get_by_role("button", name="Read").click()
            seen.page.locator(".st-key-look-OS img").wait_for()
            seen.settle()
            taken(seen.page)
            seen.page.get_by_text("Red-free", exact=True).click()
            seen.settle()
            seen.page.get_by_role("button", name=re.compile("Sign$")).click()
            seen.page.get_by_role("button", name="Sign now").click()
            seen.page.locator(".fs-stands").wait_for()
            people[-1].shown = taken(seen.page)
            seen.page.get_by_role("button", name=re.compile("Worklist$")).first.click()
    return people


def test_two_kiosks_and_a_doctor_never_see_each_others_patients(
    eyes: tuple[Path, Path], tmp_path: Path
) -> None:
    with clinic_with() as clinic, screen_for(clinic.address) as port:
        ends = time.monotonic() + SECONDS
        work: list[Callable[[], list[Person]]] = [
            lambda: kiosk(port, eyes, tmp_path, ends),
            lambda: kiosk(port, eyes, tmp_path, ends),
            lambda: reading_room(port, tmp_path, ends),
        ]
        with ThreadPoolExecutor(3) as together:
            left, right, read = (each.result() for each in [together.submit(w) for w in work])

    for person in (*left, *right, *read):
        assert person.numbers == {person.number}
    screened = [*left, *right]
    assert all(person.pictures for person in screened)
    for index, person in enumerate(screened):
        for other in screened[:index]:
            assert not person.pictures & other.pictures
    assert {person.number for person in read} <= {person.number for person in screened}
    log.info("%d people screened at two kiosks, %d exams read", len(screened), len(read))
