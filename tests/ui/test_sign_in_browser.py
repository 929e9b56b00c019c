"""The door in a real browser: from sign-in to sign-out, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.ui.driving import PHONE, TABLET, WALL, Visit
from tests.ui.kept_clinic import SECRET
from tests.ui.test_access import faults
from tests.ui.test_languages import english_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sign_in(seen: Visit, name: str, secret: str = SECRET) -> None:
    seen.page.locator(".st-key-card-door input[type=text]").fill(name)
    seen.page.locator(".st-key-card-door input[type=password]").fill(secret)
    seen.page.locator(".st-key-card-door [data-testid=stFormSubmitButton] button").click()


@pytest.fixture
def nobody_elses(eyes: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Both eyes, a little darker: equal pictures have one address, whoever shows them."""
    darker = []
    for eye in eyes:
        darker.append(tmp_path / eye.name)
        cv2.imwrite(str(darker[-1]), (cv2.imread(str(eye)) * 0.97).astype(np.uint8))
    return darker[0], darker[1]


def test_a_technician_signs_in_photographs_and_leaves_nothing_on_the_screen(
    visit: Callable[..., Visit], clinic_screen: int, nobody_elses: tuple[Path, Path]
) -> None:
    eyes = nobody_elses
    seen = visit(clinic_screen, WALL)
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    seen.shot("sign-in")
    assert faults(seen) == []
    sign_in(seen, "technician", "a wrong one")
    seen.page.get_by_text("The name or the PIN or password is wrong.").wait_for()
    sign_in(seen, "technician")
    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()
    seen.add("OD", eyes[0])
    seen.add("OS", eyes[1])
    seen.judged()
    seen.shot("kiosk-photographs")
    seen.screen_them()
    seen.result()
    seen.page.get_by_text("Kept in the records").wait_for()
    assert faults(seen) == []
    picture = seen.page.locator("[data-testid=stImage] img").first.evaluate("img => img.src")
    assert seen.page.request.get(picture).ok

    seen.page.get_by_role("button", name="Lock").click()
    seen.page.get_by_role("heading", name="This screen is locked").wait_for()
    seen.settle()
    seen.shot("locked")
    assert seen.page.locator("[data-testid=stImage]").count() == 0
    seen.page.locator(".st-key-card-door input[type=password]").fill(SECRET)
    seen.page.get_by_role("button", name="Unlock").click()
    seen.result()

    seen.page.get_by_role("button", name="Sign out").click()
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    seen.settle()
    left = " ".join(seen.words())
    assert not any(photograph.name in left for photograph in eyes)
    assert seen.page.locator("[data-testid=stImage]").count() == 0
    # Not the page alone forgets: the server gives the pictures out no more.
    assert not seen.page.request.get(picture).ok
    # The browser keeps whether it is light or dark, and nobody's session or name.
    kept = seen.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    kept += str([cookie["name"] for cookie in seen.page.context.cookies()])
    assert not any(word in kept.lower() for word in ("technician", "session", "sample"))


def test_the_door_holds_no_english_in_chinese(
    visit: Callable[..., Visit], clinic_screen: int
) -> None:
    seen = visit(clinic_screen, WALL, "zh")
    seen.page.get_by_role("heading", name="登录").wait_for()
    seen.settle()
    assert english_on(seen) == []
    sign_in(seen, "technician", "a wrong one")
    seen.page.get_by_text("用户名、PIN 码或密码有误。").wait_for()
    assert english_on(seen) == []
    sign_in(seen, "technician")
    seen.page.get_by_role("heading", name="拍摄双眼").wait_for()
    seen.settle()
    # The people's own names are as they are.
    assert [word for word in english_on(seen) if "Technician One" not in word] == []
    seen.page.get_by_role("button", name="锁定").click()
    seen.page.get_by_role("heading", name="屏幕已锁定").wait_for()
    seen.settle()
    assert [word for word in english_on(seen) if "Technician One" not in word] == []


HEAD = re.compile(r"\d+:[0-9a-f]*:[0-9a-f]*")
"""Of the audit, as it is printed; its hashes may have been taken out of it."""

PEOPLE = ("Administrator One", "Auditor One", "Doctor One", "Grader One", "New Comer")
PEOPLE += ("Technician One", "administrator", "auditor", "doctor", "grader", "newcomer")
PEOPLE += ("technician",)


def speak(seen: Visit, language: str, heading: str) -> None:
    seen.page.locator(".st-key-language button", has_text=language).click()
    seen.page.get_by_role("heading", name=heading, exact=True).wait_for()
    seen.settle()


def english_but_names(seen: Visit) -> list[str]:
    left = [w for w in english_on(seen) if not any(name in w for name in PEOPLE)]
    return [w for w in left if not HEAD.fullmatch(w)]


def at_every_size(seen: Visit, name: str) -> None:
    """Keep pictures of the page; nothing is cut off at any size."""
    for seen.size in (PHONE, TABLET, WALL):
        seen.page.set_viewport_size({"width": seen.size[0], "height": seen.size[1]})
        assert seen.too_wide_px() == 0
        seen.shot(name)


def test_an_auditor_reads_and_proves_what_was_done(
    visit: Callable[..., Visit], clinic_screen: int
) -> None:
    seen = visit(clinic_screen, WALL)
    sign_in(seen, "technician", "a wrong one")
    seen.page.get_by_text("The name or the PIN or password is wrong.").wait_for()
    sign_in(seen, "auditor")
    seen.page.get_by_role("heading", name="Audit", exact=True).wait_for()
    row = seen.page.locator(".fs-audit tr", has_text="Wrong PIN or password").first
    assert "Technician One" in row.inner_text()
    assert "Reading room" not in seen.words()
    seen.page.get_by_role("button", name="Prove it").click()
    seen.page.get_by_text("each as it was written").wait_for()
    seen.settle()
    head = seen.page.locator(".fs-proof code").first.inner_text()
    seen.page.locator(".st-key-audit-printed input").fill(head)
    seen.page.get_by_role("button", name="Prove it").click()
    seen.page.get_by_text("The printed head is among them.").wait_for()
    seen.settle()
    assert faults(seen) == []
    at_every_size(seen, "audit")
    speak(seen, "中文", "审计")
    assert english_but_names(seen) == []
    seen.shot("audit-zh")


def test_people_a_secret_of_ones_own_and_the_lock(
    visit: Callable[..., Visit], clinic_screen: int
) -> None:
    seen = visit(clinic_screen, WALL)
    sign_in(seen, "administrator")
    seen.page.get_by_role("heading", name="Who may sign in").wait_for()
    seen.settle()
    assert faults(seen) == []
    at_every_size(seen, "people")
    speak(seen, "中文", "可登录人员")
    assert english_but_names(seen) == []
    seen.page.get_by_role("button", name="锁定").click()
    seen.page.get_by_role("heading", name="屏幕已锁定").wait_for()
    seen.settle()
    # The chosen language is seen under the pointer too.
    chosen = seen.page.locator(".st-key-language [aria-checked=true]")
    assert chosen.inner_text() == "中文"
    chosen.hover()
    look = "button => { const s = getComputedStyle(button); return [s.backgroundColor, s.color]; }"
    assert chosen.evaluate(look) == ["rgb(255, 255, 255)", "rgb(11, 93, 107)"]
    assert faults(seen) == []
    speak(seen, "English", "This screen is locked")
    at_every_size(seen, "locked")
    seen.page.get_by_role("button", name="Somebody else: clear the screen").click()
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    sign_in(seen, "newcomer")
    seen.page.get_by_role("heading", name="Choose a PIN or password of your own").wait_for()
    seen.settle()
    assert faults(seen) == []
    at_every_size(seen, "own-secret")
    speak(seen, "中文", "请设置自己的 PIN 码或密码")
    assert english_but_names(seen) == []
