"""Takes the pictures in docs/screens: the clinic's pages as people see them, drawn eyes only.

    python -m tests.picture_screens --out docs/screens [--only visits] [--full-size]

Starts `foreseye serve --records` with the reference bundle, and `foreseye-ui`, and walks through
them in a real Chromium (Debian's `chromium`). Pictures have 256 colours at most; those of a wide
window are halved, unless `--full-size` is given to look at them closely.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageFilter
from starlette.applications import Starlette

from edge_runtime.wire.client import ScreeningClient
from tests.ui.driving import PHONE, TABLET, WALL, Visit
from tests.ui.http_served import http_served
from tests.ui.pictured_clinic import LEFT, RIGHT, Clinic, clinic
from tests.ui.test_phone import all_sent, screened, take
from tests.ui.test_reading_room_browser import SIMULATED_WITHIN_MS
from tests.ui.test_sign_in_browser import sign_in
from ui.phone.desk import Desk
from ui.phone.routes import routes


def heading(seen: Visit, words: str) -> None:
    """Wait for a page by its heading."""
    seen.page.get_by_role("heading", name=words, exact=True).wait_for()


def dark(seen: Visit) -> None:
    """Go on in dark."""
    seen.page.emulate_media(color_scheme="dark")


def light(seen: Visit) -> None:
    """Go on in light."""
    seen.page.emulate_media(color_scheme="light")


def door(at: Clinic) -> None:
    """The door, the lock, people, and a secret of one's own."""
    seen = at.visit()
    at.whole(seen, "sign-in")
    sign_in(seen, "administrator")
    heading(seen, "Who may sign in")
    at.whole(seen, "people")
    seen.page.get_by_role("button", name="Lock").click()
    heading(seen, "This screen is locked")
    at.whole(seen, "locked")
    seen = at.visit(PHONE)
    sign_in(seen, "newcomer")
    heading(seen, "Choose a PIN or password of your own")
    at.whole(seen, "own-secret")


def blurred(folder: Path) -> Path:
    """A left eye of which nothing is sharp."""
    path = folder / "moved.jpg"
    with Image.open(LEFT) as sharp:
        sharp.filter(ImageFilter.GaussianBlur(max(sharp.size) / 25)).save(path)
    return path


def kiosk(at: Clinic) -> None:
    """Both eyes, a result, in each size, language and light; what cannot be read; an override."""
    seen = at.visit(who="technician")
    heading(seen, "Photograph both eyes")
    seen.add("OD", RIGHT)
    seen.add("OS", LEFT)
    seen.judged()
    at.whole(seen, "kiosk-photographs")
    seen.screen_them()
    seen.result()
    at.whole(seen, "kiosk-result")
    dark(seen)
    at.whole(seen, "kiosk-result-dark")
    light(seen)
    at.whole(seen, "kiosk-result", PHONE, 3800)
    seen.page.set_viewport_size({"width": WALL[0], "height": WALL[1]})
    speak(seen, "中文", "结果")
    at.whole(seen, "kiosk-result-zh", TABLET)
    with tempfile.TemporaryDirectory() as folder:
        poor = blurred(Path(folder))
        seen = at.visit(who="technician")
        seen.add("OD", RIGHT)
        seen.add("OS", poor)
        seen.judged()
        seen.page.locator("[class*=st-key-against-] summary").first.click()
        at.whole(seen, "kiosk-override")
        seen = at.visit(PHONE, who="technician")
        seen.add("OS", poor)
        seen.go_on_all_the_same()
        seen.screen_them()
        seen.result()
        at.whole(seen, "kiosk-unreadable")


def speak(seen: Visit, language: str, title: str) -> None:
    """Change the page's language."""
    seen.page.locator(".st-key-language button", has_text=language).click()
    heading(seen, title)
    seen.settle()


def phone(at: Clinic) -> None:
    """The phone's page with two eyes on it, and their result, in both languages."""
    desk = Desk()
    with ScreeningClient(at.address) as client:
        app = Starlette(routes=routes(lambda: client, desk))
        with http_served(app) as port:
            for language, suffix in (("en", ""), ("zh", "-zh")):
                page = at.window(PHONE, language)
                token = desk.invite(language)  # type: ignore[arg-type]
                page.goto(f"http://127.0.0.1:{port}/phone/#t={token}")
                page.locator("#main:not([hidden])").wait_for()
                take(page, "OD", RIGHT)
                take(page, "OS", LEFT)
                all_sent(page, 2)
                at.keep(page.screenshot(full_page=True), f"phone-sent{suffix}-{PHONE[0]}")
                page.locator("#age").fill("65")
                screened(page)
                at.keep(page.screenshot(full_page=True), f"phone-result{suffix}-{PHONE[0]}")


def read_first(seen: Visit) -> None:
    """Open the exam that stands first on the worklist."""
    seen.page.locator("[class*=st-key-read-] button").first.click()
    seen.page.locator(".st-key-look-OS img").wait_for()
    seen.settle()


def reading(at: Clinic) -> None:
    """Worklist, an exam with its earlier visit, where the evidence lies, in both languages."""
    seen = at.visit(who="doctor")
    seen.page.get_by_text("H-2041").first.wait_for()
    at.whole(seen, "worklist")
    read_first(seen)
    seen.page.get_by_text("Show earlier visits").click()
    seen.page.get_by_text("Nothing changed by more than readings scatter.").nth(1).wait_for()
    at.whole(seen, "reading", tallest=3600)
    dark(seen)
    at.whole(seen, "reading-dark", tallest=3600)
    light(seen)
    seen.page.locator("label", has_text=re.compile("View for research")).first.click()
    seen.page.locator(".st-key-evidence-maps .fs-samples img").nth(3).wait_for()
    at.part(seen, ".st-key-evidence-maps", "evidence", (1280, 900))
    at.part(seen, ".st-key-evidence-maps", "evidence", PHONE)
    seen = at.visit(language="zh", who="doctor")
    read_first(seen)
    at.whole(seen, "reading-zh", tallest=3600)


def visits(at: Clinic) -> None:
    """Simulated visits in every size, light and language."""
    for language, button, suffix in (("en", "Simulate$", ""), ("zh", "模拟$", "-zh")):
        seen = at.visit(language=language, who="doctor")
        read_first(seen)
        seen.page.get_by_role("button", name=re.compile(button)).click()
        seen.page.locator(".fs-compare").wait_for(timeout=SIMULATED_WITHIN_MS)
        at.part(seen, ".st-key-card-visits", f"visits{suffix}")
        if language == "en":
            at.part(seen, ".st-key-card-visits", "visits", TABLET)
            at.part(seen, ".st-key-card-visits", "visits", PHONE)
            dark(seen)
            at.part(seen, ".st-key-card-visits", "visits-dark", WALL)


def painting(at: Clinic) -> None:
    """The painter at a wall and, in Chinese, on a phone."""
    for size, language, suffix in ((WALL, "en", ""), (PHONE, "zh", "-zh")):
        seen = at.visit(size, language, "doctor")
        read_first(seen)
        seen.page.locator("[class*=st-key-paint-] button").first.click()
        seen.page.locator(".fs-painter.open").wait_for()
        at.part(seen, ".fs-painter", f"painting{suffix}")


def audit(at: Clinic) -> None:
    """The audit, proved, in two sizes and both languages."""
    seen = at.visit(who="auditor")
    heading(seen, "Audit")
    seen.page.get_by_role("button", name="Prove it").click()
    seen.page.get_by_text("each as it was written").wait_for()
    at.whole(seen, "audit", tallest=1600)
    at.whole(seen, "audit", PHONE, tallest=1900)
    speak(seen, "中文", "审计")
    at.whole(seen, "audit-zh", WALL, tallest=1600)


def operator(at: Clinic) -> None:
    """The operator's page in both languages and in dark."""
    for language, room, suffix in (("en", "This machine", ""), ("zh", "本机", "-zh")):
        seen = at.visit(language=language, who="technician")
        seen.page.locator(".st-key-room button", has_text=room).click()
        seen.page.locator(".st-key-card-judged table").wait_for()
        at.whole(seen, f"operator{suffix}")
        if not suffix:
            dark(seen)
            at.whole(seen, "operator-dark")


PAGES: dict[str, Callable[[Clinic], None]] = {
    # The kiosk's exams would stand before those that are read.
    each.__name__: each
    for each in (door, reading, visits, painting, audit, operator, kiosk, phone)
}


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=sorted(PAGES), nargs="+", default=list(PAGES))
    parser.add_argument("--full-size", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with clinic(asked.out, asked.full_size) as at:
        for name in asked.only:
            PAGES[name](at)


if __name__ == "__main__":
    main()
