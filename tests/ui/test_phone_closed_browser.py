"""A phone whose browser is closed, without a network or while its exam is screened: one exam.

A real Chromium with a profile on the disk, so that closing it is what it is on a phone; real
records behind it, and no models.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from edge_runtime.domain import Eye, Person
from edge_runtime.records.words import ExamState
from tests.ui.driving import CHROMIUM, CHROMIUM_ARGS, PATIENCE_S, PHONE
from tests.ui.faulty_line import FaultyLine, faulty_line
from tests.ui.http_served import http_served
from tests.ui.kept_clinic import SECRET, LiveClinic
from tests.ui.test_phone import all_sent, take
from ui.keeping import Keeping
from ui.phone.desk import Desk
from ui.phone.keeping import invited
from ui.phone.routes import routes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IDENTIFIERS = {"hospital_number": "H-1", "birth_date": "1961-04-02"}
ON_ITS_WAY = """() => {
  const bar = document.querySelector('[data-eye=OS] progress');
  return bar && bar.value > 0 && bar.value < 100;
}"""


@dataclass
class ClosedPhone:
    """One phone, its line to the clinic, and what the clinic keeps of it."""

    chromium: Any
    profile: Path
    live: LiveClinic
    desk: Desk
    line: FaultyLine
    context: Any = field(default=None)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.line.port}/phone/"

    def code(self) -> str:
        """The address in a code that a technician shows."""
        technician = self.live.records.sign_in("technician", SECRET)
        keeping = Keeping("a-key-of-one-person", IDENTIFIERS)
        kept = invited(self.live.records, technician, keeping, Person(age_years=61.0))
        return f"{self.address}#t={self.desk.invite('en', kept)}"

    def open(self, address: str) -> Any:
        self.context = self.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=str(CHROMIUM),
            args=CHROMIUM_ARGS,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="en-GB",
            offline=self.line.down,
        )
        page = self.context.pages[0]
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(address)
        page.locator("#main:not([hidden])").wait_for()
        return page

    def lose_the_network(self) -> None:
        self.line.down = True
        self.context.set_offline(True)

    def find_the_network(self) -> None:
        self.line.down = False
        self.context.set_offline(False)

    def close(self) -> None:
        self.context.close()

    def assert_kept_once(self, *eyes: tuple[Eye, Path]) -> None:
        doctor = self.live.records.sign_in("doctor", SECRET)
        (listed,) = doctor.exams().exams
        kept = doctor.read_exam(listed.exam_id)
        assert (kept.state, kept.identifiers) == (ExamState.PRELIMINARY, IDENTIFIERS)
        content = {
            each.eye: doctor.read_picture(kept.exam_id, each.photograph_id).content
            for each in kept.photographs
        }
        assert len(kept.photographs) == len(eyes)
        assert content == {eye: path.read_bytes() for eye, path in eyes}
        assert len(self.live.screener.exams) == 1


@pytest.fixture
def phone(browser: Any, live_clinic: LiveClinic, tmp_path: Path) -> Iterator[ClosedPhone]:
    desk = Desk()
    app = Starlette(routes=routes(lambda: live_clinic.screening, desk))
    with http_served(app) as port, faulty_line(port) as line:
        made = ClosedPhone(browser.browser_type, tmp_path / "phone", live_clinic, desk, line)
        yield made
        made.close()


def ready_without_a_network(page: Any) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => !!navigator.serviceWorker.controller")


def test_photographs_outlive_a_browser_that_is_closed_while_the_network_is_away(
    phone: ClosedPhone, eyes: tuple[Path, Path]
) -> None:
    right, left = eyes
    page = phone.open(phone.code())
    ready_without_a_network(page)
    phone.line.delay_s = 0.2
    take(page, "OS", left)
    page.wait_for_function(ON_ITS_WAY)
    phone.lose_the_network()
    take(page, "OD", right)
    page.get_by_role("button", name="Send again now").wait_for()
    phone.close()

    page = phone.open(phone.address)
    page.locator("[data-eye=OD] .tray li").wait_for()
    assert page.locator("[data-eye=OS] .tray li").count() == 1
    assert page.locator("#screen").is_disabled(), "what has not arrived cannot be screened"
    phone.close()

    page = phone.open(phone.address)
    phone.line.delay_s = 0.0
    phone.find_the_network()
    all_sent(page, 2)
    page.locator("#screen:not([disabled])").click()
    page.locator("#words .fs-eyes").wait_for()

    phone.assert_kept_once((Eye.OD, right), (Eye.OS, left))
    page.reload()
    page.locator("#shut:not([hidden])").wait_for()
    assert page.locator(".tray li").count() == 0, "what is kept is no longer on the phone"


def sent_and_about_to_be_screened(phone: ClosedPhone, eyes: tuple[Path, Path]) -> Any:
    page = phone.open(phone.code())
    ready_without_a_network(page)
    take(page, "OD", eyes[0])
    take(page, "OS", eyes[1])
    all_sent(page, 2)
    return page


def test_an_exam_ends_while_its_phone_is_closed_and_the_result_waits_for_it(
    phone: ClosedPhone, eyes: tuple[Path, Path]
) -> None:
    page = sent_and_about_to_be_screened(phone, eyes)
    phone.live.screener.hold()
    page.locator("#screen:not([disabled])").click()
    assert phone.live.screener.begun.wait(PATIENCE_S)
    phone.close()
    phone.live.screener.release()
    doctor = phone.live.records.sign_in("doctor", SECRET)
    ends_s = time.monotonic() + PATIENCE_S
    while doctor.exams().exams[0].state is not ExamState.PRELIMINARY:
        assert time.monotonic() < ends_s, "nobody's page is needed for an exam to end"
        time.sleep(0.1)
    assert not phone.live.screener.stopped.is_set()

    heard = phone.line.up_bytes
    page = phone.open(phone.address)
    page.locator("#words .fs-eyes").wait_for()
    assert phone.line.up_bytes - heard < 100_000, "no photograph is sent a second time"
    phone.assert_kept_once((Eye.OD, eyes[0]), (Eye.OS, eyes[1]))


def test_a_phone_closed_before_its_wish_was_heard_asks_again_by_itself(
    phone: ClosedPhone, eyes: tuple[Path, Path]
) -> None:
    page = sent_and_about_to_be_screened(phone, eyes)
    phone.lose_the_network()
    page.locator("#screen:not([disabled])").click()
    page.get_by_role("button", name="Send again now").wait_for()
    phone.close()
    assert phone.live.screener.exams == []

    page = phone.open(phone.address)
    assert page.locator(".tray li").count() == 2
    phone.find_the_network()
    page.locator("#words .fs-eyes").wait_for()
    phone.assert_kept_once((Eye.OD, eyes[0]), (Eye.OS, eyes[1]))
