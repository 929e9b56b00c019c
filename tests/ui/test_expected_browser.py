"""The hospital's list in a real browser: found, chosen, and nowhere but on the page."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from edge_runtime.interop.dicom.hospital.worklist import WORKLIST_FIND
from tests.edge_runtime.interop.dicom.hospital.entity import answering
from tests.ui.driving import PHONE, ROOT, WALL, Visit, screen_for
from tests.ui.expected_clinic import whole_day
from tests.ui.test_access import faults
from tests.ui.test_languages import english_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


PROGRAM = [sys.executable, "-m", "tests.edge_runtime.service.serve_held"]


@contextmanager
def serving(where: str, log: Path) -> Iterator[str]:
    """The address of a running `foreseye serve --worklist`, in front of no models."""
    line = [*PROGRAM, "--address", "127.0.0.1:0", "--json", "--worklist", where]
    environment = {"PATH": os.environ["PATH"]}
    with (
        log.open("w") as logged,
        subprocess.Popen(
            line, cwd=ROOT, stdout=subprocess.PIPE, stderr=logged, text=True, env=environment
        ) as program,
    ):
        try:
            assert program.stdout is not None
            said = "".join(iter(program.stdout.readline, "}\n")) + "}"
            yield json.loads(said)["address"]
        finally:
            program.terminate()


@dataclass(frozen=True)
class Expecting:
    """A screen whose service asks a hospital that expects nine people."""

    port: int
    log: Path


@pytest.fixture(scope="module")
def expecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Expecting]:
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    log = tmp_path_factory.mktemp("expecting") / "log"

    def find(_: Any) -> Iterator[tuple[int, Dataset | None]]:
        for entry in whole_day():
            yield 0xFF00, entry

    with (
        answering("LIST", [WORKLIST_FIND], {evt.EVT_C_FIND: find}) as where,
        serving(where, log) as address,
        screen_for(address) as port,
    ):
        yield Expecting(port, log)


def test_a_technician_finds_the_person_and_goes_on(
    visit: Callable[..., Visit], expecting: Expecting
) -> None:
    seen = visit(expecting.port, WALL)
    seen.page.get_by_role("button", name="Show today's list").click()
    seen.page.get_by_text("9 people").wait_for()
    seen.settle()
    seen.shot("expected-list")
    assert faults(seen) == []
    seen.size = PHONE
    seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert seen.too_wide_px() == 0
    seen.shot("expected-list")
    seen.page.set_viewport_size({"width": WALL[0], "height": WALL[1]})
    seen.size = WALL
    seen.page.get_by_label("Look for a name or number").fill("li wei")
    seen.page.get_by_label("Look for a name or number").press("Enter")
    seen.page.get_by_text("1 person").wait_for()
    seen.settle()  # the rows of those who are not looked for go last
    seen.page.get_by_role("button", name="Choose", exact=True).click()
    seen.page.get_by_text("From the hospital's list: 李 伟 (Li Wei)").wait_for()
    seen.settle()
    assert seen.page.get_by_label("Hospital number").input_value() == "H20260074"
    seen.shot("expected-chosen")
    assert faults(seen) == []
    assert not any("H2026" in url or "Wei" in url for url in [*seen.asked, seen.page.url])
    kept = seen.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "H2026" not in kept
    logged = expecting.log.read_text()
    assert "a worklist of 9 entries" in logged
    assert not any(word in logged for word in ("H2026", "Wei", "伟"))


def test_the_list_holds_no_english_in_chinese(
    visit: Callable[..., Visit], expecting: Expecting
) -> None:
    seen = visit(expecting.port, WALL, "zh")
    seen.page.get_by_role("button", name="显示今日名单").click()
    seen.page.get_by_text("9 人").wait_for()
    seen.settle()
    seen.shot("expected-list-zh")
    # What the hospital itself wrote is shown as it is.
    theirs = ("H2026", "Fundus", "(")
    assert [word for word in english_on(seen) if not any(part in word for part in theirs)] == []
