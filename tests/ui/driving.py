"""Driving the clinic's pages in a real Chromium: our programs, a window, what is on the page."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "edge_runtime" / "reference_bundle" / "samples"
SCRIPTS = Path(sys.executable).parent
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PHONE, TABLET, WALL = (390, 844), (1024, 768), (1920, 1080)
PATIENCE_S = 120.0

WORDS_ON_THE_PAGE = """() => {
  const words = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const aside = 'script, style, noscript, [data-testid=stIconMaterial]';
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (parent && !parent.closest(aside)) words.add(walk.currentNode.nodeValue.trim());
  }
  for (const element of document.body.querySelectorAll('*'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (element.hasAttribute(name)) words.add(element.getAttribute(name).trim());
  for (const chosen of document.querySelectorAll('input[role=combobox]'))
    words.add(chosen.value.trim());
  words.add(document.title);
  return [...words].filter(Boolean);
}"""


@contextmanager
def running(
    *command: str, stdout: int = subprocess.DEVNULL, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """One of our programs; the variables of these tests are none of its settings."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FORESEYE_")}
    environment |= settings or {}
    line = [str(SCRIPTS / command[0]), *command[1:]]
    with subprocess.Popen(line, stdout=stdout, env=environment, text=True) as program:
        try:
            yield program
        finally:
            program.terminate()


@contextmanager
def service_with(settings: Mapping[str, str] | None = None, *options: str) -> Iterator[str]:
    """The address of a running `foreseye serve`."""
    line = ("foreseye", "serve", "--address", "127.0.0.1:0", "--json", *options)
    with running(*line, stdout=subprocess.PIPE, settings=settings) as program:
        assert program.stdout is not None
        said = ""
        for line in program.stdout:
            said += line
            if line.startswith("}"):
                break
        assert said, "foreseye serve ended before it was ready"
        yield json.loads(said)["address"]


@contextmanager
def screen_for(service: str, *options: str, port: int = 0) -> Iterator[int]:
    """The port of a running `foreseye-ui`."""
    port = port or free_port()
    line = ("foreseye-ui", "--server", service, "--port", str(port), *options)
    with running(*line) as program:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(port):
            assert program.poll() is None, "foreseye-ui ended before it was ready"
            assert time.monotonic() < deadline, "foreseye-ui does not answer"
            time.sleep(0.1)
        yield port


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Visit:
    """One browser window with the clinic screen in it."""

    def __init__(self, page: Any, size: tuple[int, int], shots: Path, asked: list[str]) -> None:
        self.page, self.size, self.shots, self.asked = page, size, shots, asked

    def add(self, slot: str, *photographs: Path) -> None:
        """Put photographs into a card's uploader: OD, OS or unsure.

        Like a hand, not in the very moment in which a verdict draws the page anew: what a script
        gives to an uploader that is being replaced is heard by nobody.
        """
        self.judged()
        card = self.page.locator(f".st-key-card-{slot}")
        card.locator("input[type=file]").set_input_files([str(p) for p in photographs])
        for photograph in photographs:
            card.locator(".fs-file", has_text=photograph.name).wait_for()

    def judged(self) -> None:
        """Wait until every photograph that waits has its verdict."""
        self.settle()
        self.page.wait_for_function("!document.querySelector('.fs-chip.turning')")
        self.settle()

    def go_on_all_the_same(self) -> None:
        """Answer every question of the gate: who goes on, and why."""
        self.judged()
        for _ in range(self.page.locator("[class*=st-key-against-]").count()):
            asked = self.page.locator("[class*=st-key-against-]").first
            before = self.page.locator("[class*=st-key-against-]").count()
            asked.locator("summary").click()
            asked.locator("input[type=text]").first.fill("LM")
            asked.locator("[data-testid=stRadio] label").filter(has=self.page.locator("input")).nth(
                1
            ).click()
            asked.locator("[data-testid=stFormSubmitButton] button").click()
            self.page.wait_for_function(
                "n => document.querySelectorAll('[class*=st-key-against-]').length < n", arg=before
            )
            self.settle()

    def screen_them(self) -> None:
        self.judged()
        self.page.locator("[class*=st-key-screen-button] button").click()

    def result(self) -> None:
        self.page.get_by_role("heading", name=re.compile("^(Result|结果)$")).wait_for()
        self.page.locator(".st-key-card-evidence").wait_for()
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")

    def card(self, index: int) -> Any:
        return self.page.locator(f".st-key-card-photograph-{index}")

    def picture(self, index: int) -> str:
        return str(self.card(index).locator("[data-testid=stImage] img").get_attribute("src"))

    def save(self, button: Any, folder: Path) -> Path:
        with self.page.expect_download() as download:
            button.click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def shot(self, name: str) -> None:
        """Keep the page as seen, and the whole of it."""
        width, height = self.size
        self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 0")
        self.page.screenshot(path=self.shots / f"{name}-{width}.png")
        whole = self.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        self.page.set_viewport_size({"width": width, "height": max(whole, height)})
        self.page.screenshot(path=self.shots / f"{name}-{width}-whole.png")
        self.page.set_viewport_size({"width": width, "height": height})

    def words(self) -> list[str]:
        """Every text on the page and every name that is read out; not the names of drawings."""
        return [str(word) for word in self.page.evaluate(WORDS_ON_THE_PAGE)]

    def on_top(self, words: str) -> bool:
        """Whether these words are in the window and nothing lies over them."""
        return bool(
            self.page.get_by_text(words).evaluate(
                "sign => { const box = sign.getBoundingClientRect();"
                " const seen = document.elementFromPoint("
                "box.left + box.width / 2, box.top + box.height / 2);"
                " return sign === seen || sign.contains(seen); }"
            )
        )

    def too_wide_px(self) -> int:
        """How much wider the page is than the window."""
        return int(
            self.page.evaluate(
                "(() => { const main = document.querySelector('[data-testid=stMain]');"
                " return main.scrollWidth - main.clientWidth; })()"
            )
        )
