"""Watches the kiosk in a real Chromium: how soon a result stands there, and memory over a day.

    python -m tests.measure_clinic first-result --repeat 12 --records
    python -m tests.measure_clinic memory --exams 300 --every 10 --records

Both start `foreseye serve` with the reference bundle and `foreseye-ui`, and put drawn eyes in,
each time with bytes that nobody had before. `first-result` counts from the moment at which the
page's uploader holds the second photograph, "Screen" pressed as soon as it can be, to the result
that can be read; beside it, in turn, the same photographs through the pipeline alone. `memory`
goes through so many people, "Next person" after each, and prints what page, screen and service
hold (proportional set size; for the page its scripts' heap after a collection too). Needs
Debian's `chromium`. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from edge_runtime.domain import Exam, Eye, PhotographFile
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from tests.measure_batch import own_bytes
from tests.measure_drawing_memory import family, pss_mib
from tests.ui.driving import (
    CHROMIUM,
    CHROMIUM_ARGS,
    PATIENCE_S,
    SAMPLES,
    WALL,
    Visit,
    screen_for,
    service_with,
)
from tests.ui.kept_clinic import SECRET, clinic_with

WARM_UP = 2
"""People before those that count."""

ALMOST_FLAT_FROM = 50
"""Exams after which memory is to lie flat: caches are full by then."""

WATCH = """(careful) => {
  const marks = window.fsMarks = {};
  const now = (name) => { marks[name] ??= performance.now(); };
  const seen = (what) => document.querySelector(what) !== null;
  document.querySelector('.st-key-card-OS input[type=file]')
    .addEventListener('change', () => now('put_in'), {capture: true, once: true});
  const look = () => {
    if (marks.put_in && !marks.screen) {
      const both = ['OD', 'OS'].every((eye) => seen(`.st-key-card-${eye} .fs-file`));
      const judged = both && !seen('.fs-chip.turning')
        && document.querySelectorAll('.fs-chips').length >= 2;
      if (judged) now('verdict');
      const button = document.querySelector('.st-key-screen-button button');
      if (both && button && !button.disabled && /2/.test(button.textContent)
          && (judged || !careful)) { now('screen'); button.click(); }
    } else if (marks.screen) {
      if (seen('.st-key-card-photograph-0 .fs-say')) now('first_verdict');
      if (seen('.st-key-card-plan .fs-say')) now('result');
      const pictures = [...document.querySelectorAll(
        '[class*=st-key-card-photograph-] [data-testid=stImage] img')];
      const quiet = seen('[data-testid=stApp][data-test-script-state=notRunning]');
      if (marks.result && quiet && seen('.st-key-card-evidence') && pictures.length >= 2
          && pictures.every((picture) => picture.complete && picture.naturalWidth)) now('whole');
    }
    if (!marks.whole) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Writes down when each thing is first drawn, by the page's own clock, and presses Screen."""


@dataclass(frozen=True)
class Road:
    """One person's road from the last photograph put in, in milliseconds since then."""

    verdict: float | None
    screen: float
    first_verdict: float | None
    result: float
    whole: float


@dataclass(frozen=True)
class Sample:
    """Memory after so many exams, in MiB."""

    exams: int
    seconds: float
    page: float
    page_scripts: float
    screen: float
    service: float


class Kiosk:
    """A kiosk in a window of its own, and the processes behind it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.seen = Visit(page, WALL, Path(), [])
        self._cdp = page.context.new_cdp_session(page)

    def next_person(self) -> None:
        """Leave the result for an empty page."""
        self.page.get_by_role("button", name="Next person").click()
        clear = self.page.get_by_role("button", name="Clear and start")
        empty = self.page.get_by_role("heading", name="Photograph both eyes")
        clear.or_(empty).first.wait_for()
        if clear.count():
            clear.click()
        empty.wait_for()
        self.seen.settle()

    def road(self, right: Path, left: Path, careful: bool) -> Road:
        """Photograph one person and wait for the result; `careful`: Screen after the verdicts."""
        self.seen.add("OD", right)
        self.seen.judged()
        self.page.evaluate(WATCH, careful)
        inlet = self.page.locator(".st-key-card-OS input[type=file]")
        inlet.set_input_files(str(left))
        self.page.wait_for_function("window.fsMarks.whole", polling=50)
        marks = self.page.evaluate("window.fsMarks")
        since = {k: round(v - marks["put_in"], 1) for k, v in marks.items()}
        return Road(
            since.get("verdict"),
            since["screen"],
            since.get("first_verdict"),
            since["result"],
            since["whole"],
        )

    def scripts_mib(self) -> float:
        """Return what the page's scripts hold once what nobody uses was collected."""
        self._cdp.send("HeapProfiler.collectGarbage")
        return float(self._cdp.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def sizes() -> dict[str, float]:
    """Return the proportional set size of the page, the screen and the service, in MiB."""
    found = dict.fromkeys(("page", "screen", "service"), 0.0)
    told = {"--type=renderer": "page", "streamlit": "screen", "serve": "service"}
    for pid in family(os.getpid())[1:]:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
        except OSError:
            continue
        for word, role in told.items():
            if word in words:
                found[role] += pss_mib(pid)
                break
    return found


@contextmanager
def kiosk(records: bool) -> Iterator[Kiosk]:
    """A service, a screen and a Chromium that stands before it, signed in where there is a door."""
    with ExitStack() as open_things:
        if records:
            address = open_things.enter_context(clinic_with()).address
        else:
            address = open_things.enter_context(service_with())
        port = open_things.enter_context(screen_for(address))
        running = open_things.enter_context(sync_playwright())
        chromium = running.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
        open_things.callback(chromium.close)
        page = chromium.new_context(
            viewport={"width": WALL[0], "height": WALL[1]}, locale="en-GB"
        ).new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"http://127.0.0.1:{port}")
        page.wait_for_selector(".fs-head")
        if records:
            door = page.locator(".st-key-card-door")
            door.locator("input[type=text]").fill("technician")
            door.locator("input[type=password]").fill(SECRET)
            door.locator("[data-testid=stFormSubmitButton] button").click()
        page.get_by_role("heading", name="Photograph both eyes").wait_for()
        yield Kiosk(page)


def pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Return a right and a left eye again and again; no two files have the same bytes."""
    drawn = [SAMPLES / "sample_OD.jpg", SAMPLES / "sample_OS.jpg"]
    for number in itertools.count():
        made = []
        for sample in drawn:
            made.append(folder / sample.name)
            made[-1].write_bytes(own_bytes(sample.read_bytes(), number))
        yield made[0], made[1]


def pipeline_ms(pipeline: Pipeline, right: Path, left: Path) -> float:
    """Return how long the pipeline alone takes for the same exam."""
    exam = Exam(
        "alone",
        (
            PhotographFile(right.name, right.read_bytes(), Eye.OD),
            PhotographFile(left.name, left.read_bytes(), Eye.OS),
        ),
    )
    started = time.perf_counter()
    for _ in pipeline.screen(exam):
        pass
    return (time.perf_counter() - started) * 1000.0


def first_result(repeat: int, records: bool) -> dict[str, object]:
    """Return the roads of so many people a way of pressing Screen, and the pipeline's own time."""
    roads: dict[str, list[Road]] = {"at_once": [], "after_the_verdicts": []}
    alone: list[float] = []
    with TemporaryDirectory() as folder, kiosk(records) as clinic:
        pipeline = Pipeline.open(Settings())
        photographs = pairs(Path(folder))
        for number in range(WARM_UP + repeat):
            for way, walked in roads.items():
                right, left = next(photographs)
                road = clinic.road(right, left, way != "at_once")
                clinic.next_person()
                if number >= WARM_UP:
                    walked.append(road)
            if number >= WARM_UP:
                alone.append(pipeline_ms(pipeline, right, left))
            else:
                pipeline_ms(pipeline, right, left)
        pipeline.close()
    own = statistics.median(alone)
    bar = 1.3 * own + 300.0
    medians = {way: median_road(walked) for way, walked in roads.items()}
    return {
        "records": records,
        "repeat": repeat,
        "pipeline_ms": {"median": round(own, 1), "each": [round(ms, 1) for ms in alone]},
        "bar_ms": round(bar, 1),
        "medians_ms": medians,
        "within": {way: road["result"] <= bar for way, road in medians.items()},
        "each_ms": {way: [asdict(road) for road in walked] for way, walked in roads.items()},
    }


def median_road(roads: list[Road]) -> dict[str, float]:
    """Return the median of each mark; marks that never came are left out."""
    medians = {}
    for name in asdict(roads[0]):
        values = [value for road in roads if (value := getattr(road, name)) is not None]
        if values:
            medians[name] = round(statistics.median(values), 1)
    return medians


def memory(exams: int, every: int, records: bool) -> dict[str, object]:
    """Return what page, screen and service hold from exam to exam, and how much that grew."""
    samples: list[Sample] = []
    with TemporaryDirectory() as folder, kiosk(records) as clinic:
        photographs = pairs(Path(folder))
        started = time.monotonic()
        for number in range(1, exams + 1):
            clinic.road(*next(photographs), careful=True)
            clinic.next_person()
            if number % every == 0:
                scripts = round(clinic.scripts_mib(), 2)
                held = {role: round(mib, 1) for role, mib in sizes().items()}
                seconds = round(time.monotonic() - started, 1)
                samples.append(Sample(number, seconds, page_scripts=scripts, **held))
                sys.stderr.write(f"{samples[-1]}\n")
    return {
        "records": records,
        "samples": [asdict(sample) for sample in samples],
        "growth_percent": growth(samples),
    }


def growth(samples: list[Sample]) -> dict[str, float]:
    """Return by how much each thing grew between the exams after the fiftieth and the last ones.

    Each end is the median of a fifth of the samples after the fiftieth exam.
    """
    after = [sample for sample in samples if sample.exams >= ALMOST_FLAT_FROM]
    count = max(1, len(after) // 5)
    grown = {}
    for name in ("page", "page_scripts", "screen", "service"):
        values = [getattr(sample, name) for sample in after]
        if values:
            first, last = (statistics.median(end) for end in (values[:count], values[-count:]))
            grown[name] = round(100.0 * (last / first - 1.0), 2)
    return grown


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_subparsers(dest="what", required=True)
    soon = what.add_parser("first-result")
    soon.add_argument("--repeat", type=int, default=12)
    day = what.add_parser("memory")
    day.add_argument("--exams", type=int, default=300)
    day.add_argument("--every", type=int, default=10)
    for each in (soon, day):
        each.add_argument("--records", action="store_true", help="as in a clinic that keeps exams")
    asked = parser.parse_args()
    if asked.what == "first-result":
        report = first_result(asked.repeat, asked.records)
    else:
        report = memory(asked.exams, asked.every, asked.records)
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
