"""The phone's page in a real Chromium, over lines that cut, delay and lose answers.

The HTTP service runs in this process before a real screening service, and what goes on to it is
watched.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from edge_runtime.wire.client import (
    ClientEvent,
    Exam,
    ExamStream,
    PhotographDone,
    ScreeningClient,
    UploadPart,
    UploadProgress,
)
from tests.ui.driving import PATIENCE_S, PHONE, WORDS_ON_THE_PAGE
from tests.ui.faulty_line import FaultyLine, faulty_line
from tests.ui.http_served import http_served
from ui.phone.desk import Desk
from ui.phone.routes import PAGE, routes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PART_BYTES = 128 * 1024


@dataclass
class Watched:
    """The real client, and what went through it."""

    client: ScreeningClient
    parts: dict[str, bytearray] = field(default_factory=dict)
    exams: list[Exam] = field(default_factory=list)
    done: list[PhotographDone] = field(default_factory=list)

    def upload_part(self, part: UploadPart) -> UploadProgress:
        arrived = self.client.upload_part(part)
        held = self.parts.setdefault(part.key, bytearray())
        held[part.offset :] = part.content
        return arrived

    def upload_progress(self, key: str) -> UploadProgress:
        return self.client.upload_progress(key)

    def screen(self, exam: Exam, **how: Any) -> ExamStream:
        self.exams.append(exam)
        return Seen(self.client.screen(exam, **how), self.done)  # type: ignore[return-value]


class Seen:
    """A stream whose finished photographs are noted."""

    def __init__(self, stream: ExamStream, done: list[PhotographDone]) -> None:
        self._stream, self._done = stream, done

    def __iter__(self) -> Iterator[ClientEvent]:
        for event in self._stream:
            if isinstance(event, PhotographDone):
                self._done.append(event)
            yield event

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class Clinic:
    """The HTTP service behind the page, its desk, and what it sends on."""

    port: int
    desk: Desk
    watched: Watched

    def page(self, port: int | None = None, language: str = "en") -> str:
        token = self.desk.invite(language)  # type: ignore[arg-type]
        return f"http://127.0.0.1:{port or self.port}/phone/#t={token}"


@pytest.fixture
def clinic(service: str) -> Iterator[Clinic]:
    desk = Desk()
    with ScreeningClient(service) as client:
        watched = Watched(client)
        app = Starlette(routes=routes(lambda: watched, desk))  # type: ignore[arg-type, return-value]
        with http_served(app) as port:
            yield Clinic(port, desk, watched)


@pytest.fixture
def phone(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address on a phone of its own."""
    contexts = []

    def open_at(address: str, language: str = "en-GB") -> Any:
        context = browser.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]}, locale=language
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(address)
        page.locator("#main:not([hidden]), #shut:not([hidden])").wait_for()  # let in, or not
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture
def line(clinic: Clinic) -> Iterator[FaultyLine]:
    with faulty_line(clinic.port) as between:
        yield between


def take(page: Any, eye: str, photograph: Path) -> None:
    page.locator(f"[data-eye={eye}] input.file").set_input_files(str(photograph))
    page.locator(f"[data-eye={eye}] .tray li").first.wait_for()


def all_sent(page: Any, count: int) -> None:
    page.wait_for_function(
        "n => document.querySelectorAll('.tray li').length === n"
        " && !document.querySelector('.tray progress')",
        arg=count,
    )


def screened(page: Any) -> None:
    page.locator("#screen:not([disabled])").click()
    page.locator("#words .fs-eyes").wait_for()


def assert_one_exam_of(clinic: Clinic, *photographs: Path) -> None:
    sums = sorted(hashlib.sha256(p.read_bytes()).hexdigest() for p in photographs)
    assert len(clinic.watched.exams) == 1
    assert sorted(hashlib.sha256(b).hexdigest() for b in clinic.watched.parts.values()) == sums
    assert sorted(d.result.photograph.sha256 for d in clinic.watched.done) == sums


def test_a_phone_sends_two_eyes_and_shows_their_result(
    clinic: Clinic, phone: Callable[..., Any], eyes: tuple[Path, Path], shots: Path
) -> None:
    page = phone(clinic.page())
    take(page, "OD", eyes[0])
    take(page, "OS", eyes[1])
    all_sent(page, 2)
    assert page.locator(".hint").first.text_content().startswith("Looks sharp")
    page.screenshot(path=shots / "phone-1-sent.png", full_page=True)
    screened(page)

    assert_one_exam_of(clinic, *eyes)
    assert page.locator("#words .fs-say").count() >= 1
    assert page.locator("#words .fs-badge").count() >= 1
    assert "#t=" not in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.screenshot(path=shots / "phone-2-result.png", full_page=True)
    page.reload()
    page.locator("#shut:not([hidden])").wait_for()
    assert page.locator(".tray li").count() == 0


@pytest.mark.parametrize("seed", [1])
def test_a_line_that_breaks_delays_and_loses_answers_gives_one_exam_with_all_bytes(
    clinic: Clinic,
    line: FaultyLine,
    phone: Callable[..., Any],
    eyes: tuple[Path, Path],
    seed: int,
) -> None:
    dice = random.Random(seed)
    at_parts = [part * PART_BYTES for part in range(1, 4)]
    line.cuts_at = sorted(at_parts + [dice.randrange(20_000, 500_000) for _ in range(4)])
    line.lose_answers = [
        b"POST /phone/api/open",
        b"PUT /phone/api/photographs",
        b"PUT /phone/api/photographs",
        b"POST /phone/api/exam",
    ]
    line.delay_s = 0.01
    page = phone(clinic.page(line.port))
    take(page, "OD", eyes[0])
    take(page, "OS", eyes[1])
    all_sent(page, 2)
    screened(page)

    assert_one_exam_of(clinic, *eyes)
    assert line.lost == 4
    assert line.cuts >= 3


def test_without_a_network_photographs_wait_outlive_a_reload_and_are_sent_later(
    clinic: Clinic, phone: Callable[..., Any], eyes: tuple[Path, Path]
) -> None:
    page = phone(clinic.page())
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("!!navigator.serviceWorker.controller")
    page.context.set_offline(True)
    take(page, "OD", eyes[0])
    page.get_by_text("No network.").wait_for()
    page.get_by_role("button", name="Send again now").wait_for()

    page.reload()
    page.locator("[data-eye=OD] .tray li").wait_for()
    assert clinic.watched.parts == {}

    page.context.set_offline(False)  # the phone notices by itself
    all_sent(page, 1)
    screened(page)
    assert_one_exam_of(clinic, eyes[0])


def test_nothing_readable_of_a_photograph_lies_on_the_phone(
    clinic: Clinic, phone: Callable[..., Any], eyes: tuple[Path, Path]
) -> None:
    page = phone(clinic.page())
    take(page, "OD", eyes[0])
    all_sent(page, 1)

    held = page.evaluate(
        """async () => {
          const base = await new Promise((give) => {
            const asked = indexedDB.open("foreseye-phone");
            asked.onsuccess = () => give(asked.result);
          });
          const rows = await new Promise((give) => {
            const asked = base.transaction("photographs").objectStore("photographs").getAll();
            asked.onsuccess = () => give(asked.result);
          });
          return rows.map((row) => [...new Uint8Array(row.sealed).slice(0, 3)]);
        }"""
    )
    assert len(held) == 1
    assert held[0] != list(eyes[0].read_bytes()[:3])


def test_a_code_lets_one_phone_in_once(clinic: Clinic, phone: Callable[..., Any]) -> None:
    address = clinic.page()
    phone(address).locator("#main:not([hidden])").wait_for()

    page = phone(address)

    page.get_by_text("This code was used already.").wait_for()
    assert page.locator("#main").is_hidden()


def test_in_chinese_nothing_english_is_left_on_the_phone(
    clinic: Clinic, phone: Callable[..., Any], eyes: tuple[Path, Path]
) -> None:
    page = phone(clinic.page(language="zh"))
    take(page, "OD", eyes[0])
    all_sent(page, 1)
    screened(page)

    names = re.compile(r"\b(foreseye|http|HbA1c|\w+\.jpg)\b")
    said = [names.sub("", word) for word in page.evaluate(WORDS_ON_THE_PAGE)]
    assert [word for word in said if re.search("[A-Za-z]{2,}", word)] == []
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def test_the_checksum_without_a_secure_context_is_the_same(
    clinic: Clinic, phone: Callable[..., Any]
) -> None:
    page = phone(clinic.page())
    page.wait_for_function("!!globalThis.foreseyeSums")

    differ = page.evaluate(
        """async () => {
          const differ = [];
          for (const size of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70001]) {
            const bytes = Uint8Array.from({length: size}, (_, i) => (i * 31 + size) % 256);
            const ours = foreseyeSums.sha256InWords(bytes);
            if (ours !== await foreseyeSums.sha256(bytes)) differ.push(size);
          }
          return differ;
        }"""
    )
    assert differ == []


def test_the_whole_page_is_small() -> None:
    assert sum(path.stat().st_size for path in PAGE.iterdir()) < 60_000
