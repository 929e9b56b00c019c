"""A birth date is typed in a real browser: it counts once it is whole, however one goes on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from edge_runtime.wire.records_client import RecordsClient, Wanted
from tests.ui.driving import PATIENCE_S, TABLET, Visit
from tests.ui.kept_clinic import SECRET
from tests.ui.test_sign_in_browser import sign_in
from ui.views.person_card import age_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def new_number() -> str:
    """Of digits: other pages of this clinic are searched for English words."""
    return f"H-{secrets.randbelow(10**8):08d}"


def type_date(seen: Visit, digits: str) -> None:
    seen.page.locator("[class*=st-key-birth-] [data-type=year]").click()
    seen.page.keyboard.type(digits)


def ask_for_two_identifiers(seen: Visit, number: str) -> None:
    seen.page.locator("[class*=st-key-who-] button").nth(1).click()
    field = seen.page.get_by_label("Hospital number")
    field.fill(number)
    field.press("Enter")
    seen.settle()


def wait_for_age(seen: Visit, born: date) -> None:
    """The age that follows from the date: the screen has taken it."""
    seen.page.wait_for_function(
        "years => { const all = [...document.querySelectorAll('[class*=st-key-age-] input')];"
        " return all.length === 1 && all[0].value === years; }",
        arg=str(age_on(date.today(), born)),
    )
    seen.settle()


@pytest.fixture
def asked(visit: Callable[..., Visit], clinic_screen: int) -> Iterator[Visit]:
    """A kiosk that asks for two identifiers, and has the number."""
    seen = visit(clinic_screen, TABLET)
    seen.page.set_default_timeout(60_000)
    sign_in(seen, "technician")
    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()
    ask_for_two_identifiers(seen, new_number())
    yield seen
    seen.page.get_by_role("button", name="Sign out").click()


def test_a_typed_date_counts_without_leaving_its_field(asked: Visit) -> None:
    field = asked.page.locator("[class*=st-key-birth-]")
    for year, key in ((1961, ""), (1951, "Enter"), (1941, "Tab")):
        type_date(asked, f"{year}0402")
        if key:
            asked.page.keyboard.press(key)
        wait_for_age(asked, date(year, 4, 2))
        assert field.locator("[data-type=day]").inner_text() == "02"
        assert field.locator("[data-testid=stDateInputField]:focus-within").count() == 1


def test_half_a_date_and_one_to_come_are_not_taken(asked: Visit) -> None:
    type_date(asked, "196104")
    asked.page.keyboard.press("Enter")
    asked.page.wait_for_timeout(1000)
    assert years(asked) == ""

    type_date(asked, "29610402")
    asked.page.locator("[class*=st-key-birth-] [role=alert]").wait_for()
    assert years(asked) == ""


def test_screen_pressed_straight_after_the_date_screens_under_it(
    asked: Visit, clinic_service: str, eyes: tuple[Path, Path]
) -> None:
    number = asked.page.get_by_label("Hospital number").input_value()
    asked.add("OD", eyes[0])
    asked.judged()
    type_date(asked, "19610402")
    press(asked)
    asked.result()
    asked.page.get_by_text("Kept in the records").wait_for()

    assert born(clinic_service, number) == "1961-04-02"


def test_a_corrected_date_and_number_are_those_that_are_kept(
    asked: Visit, clinic_service: str, eyes: tuple[Path, Path]
) -> None:
    asked.add("OD", eyes[0])
    asked.judged()
    type_date(asked, "19610402")
    wait_for_age(asked, date(1961, 4, 2))
    number = new_number()
    asked.page.get_by_label("Hospital number").fill(number)
    type_date(asked, "19160402")
    press(asked)
    asked.result()
    asked.page.get_by_text("Kept in the records").wait_for()

    assert born(clinic_service, number) == "1916-04-02"


def years(seen: Visit) -> str:
    return str(seen.page.locator("[class*=st-key-age-] input").last.input_value())


def press(seen: Visit) -> None:
    """As a hand does it: down and up where the button is, whether it is ready or not."""
    button = seen.page.locator("[class*=st-key-screen-button] button")
    box = button.bounding_box()
    assert box is not None
    seen.page.mouse.click(box["x"] + box["width"] / 5, box["y"] + box["height"] / 2, delay=80)


def born(service: str, number: str) -> str:
    with RecordsClient(service, timeout_s=PATIENCE_S) as records:
        reading = records.sign_in("doctor", SECRET)
        [listed] = reading.exams(Wanted(identifiers={"hospital_number": number})).exams
        return reading.read_exam(listed.exam_id).identifiers["birth_date"]
