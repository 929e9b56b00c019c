"""The door in a real browser: from sign-in to sign-out, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.driving import WALL, Visit
from tests.ui.kept_clinic import SECRET
from tests.ui.test_access import faults
from tests.ui.test_languages import english_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sign_in(seen: Visit, name: str, secret: str = SECRET) -> None:
    seen.page.locator(".st-key-card-door input[type=text]").fill(name)
    seen.page.locator(".st-key-card-door input[type=password]").fill(secret)
    seen.page.locator(".st-key-card-door [data-testid=stFormSubmitButton] button").click()


def test_a_technician_signs_in_photographs_and_leaves_nothing_on_the_screen(
    visit: Callable[..., Visit], clinic_screen: int, eyes: tuple[Path, Path]
) -> None:
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
