"""The pages, driven without a browser: Streamlit's AppTest against the fake service."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from edge_runtime.contracts.result import Condition, Findings, Measurement
from edge_runtime.domain import USE, Evidence, Eye, Sex
from edge_runtime.errors import (
    ForeseyeError,
    InvalidField,
    Overloaded,
    ServerFailed,
    ServerUnreachable,
    TooLate,
)
from tests.ui.fake_service import (
    BLURRED,
    MEASURED,
    USABLE,
    FakeClient,
    FakeEye,
    a_forecast,
    photograph_jpeg,
)
from ui import gateway, screening
from ui.keeping import keeping_of
from ui.person import KioskPerson, Phase
from ui.views import photographs
from ui.views.person_card import age_on

pytestmark = pytest.mark.slow

APP = Path(__file__).resolve().parents[2] / "ui" / "app.py"
PATIENCE_S = 60.0
OD, OS, UNSURE = 0, 1, 2
"""The uploaders in the order of the page."""


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def app(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(gateway, "connect", lambda: client)
    return AppTest.from_file(APP, default_timeout=PATIENCE_S).run()


@pytest.fixture
def screened(app: AppTest, client: FakeClient) -> Callable[..., AppTest]:
    """Add a right and a left photograph, press Screen, and wait for the result."""

    def screen(right: FakeEye | None = None, left: FakeEye | None = None) -> AppTest:
        client.eyes = {"r.jpg": right or FakeEye(), "l.jpg": left or FakeEye()}
        upload(app, OD, ("r.jpg", 100))
        upload(app, OS, ("l.jpg", 140))
        return press_screen(app)

    return screen


def upload(app: AppTest, slot: int, *files: tuple[str, int]) -> None:
    contents = [(name, photograph_jpeg(shade), "image/jpeg") for name, shade in files]
    app.file_uploader[slot].set_value(contents).run()
    until_checked(app)


def until_checked(app: AppTest) -> None:
    """Wait for the verdicts on what was added, and draw the page with them."""
    for photograph in person_of(app).photographs:
        assert photograph.check is None or photograph.check.wait(PATIENCE_S)
    app.run()


def press_screen(app: AppTest) -> AppTest:
    while person_of(app).questions():
        go_on_all_the_same(app)
    button(app, "Screen").click().run()
    return until_the_end(app)


def until_the_end(app: AppTest) -> AppTest:
    run = person_of(app).run
    assert run is not None
    assert run.wait(PATIENCE_S)
    return app.run()


def person_of(app: AppTest) -> KioskPerson:
    person = app.session_state["person"]
    assert isinstance(person, KioskPerson)
    return person


def button(app: AppTest, words: str):
    return next(b for b in app.button if b.label.startswith(words))


def labels(app: AppTest) -> list[str]:
    return [b.label for b in app.button] + [b.label for b in app.download_button]


def control(app: AppTest, name: str):
    return next(c for c in app.segmented_control if c.key.startswith(f"{name}-"))


def go_on_all_the_same(app: AppTest) -> AppTest:
    """Answer the first question of the gate: who goes on, and why."""
    who = next(field for field in app.text_input if field.label == "Your name or initials")
    who.set_value("LM")
    next(box for box in app.radio if box.label == "Why").set_value("no_time")
    return button(app, "Record and go on").click().run()


def words(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in app.html)


def test_who_goes_on_against_the_advice_says_who_and_why_and_that_stands_on_the_result(
    app: AppTest, client: FakeClient
) -> None:
    client.eyes = {"r.jpg": FakeEye(quality=BLURRED)}
    upload(app, OD, ("r.jpg", 100))
    assert button(app, "Screen").disabled
    assert "First answer the question about the right eye above." in words(app)

    button(app, "Record and go on").click().run()
    assert "Please say who you are and why." in words(app)
    go_on_all_the_same(app)

    assert not button(app, "Screen").disabled
    shown = words(press_screen(app))
    assert "Gone on without a readable photograph of the right eye: No time" in shown
    assert "Take the photographs again" in shown


def test_an_eye_that_is_clouded_itself_is_recorded_and_referred(
    app: AppTest, client: FakeClient
) -> None:
    client.eyes = {"r.jpg": FakeEye(quality=BLURRED.model_copy(update={"cause": "eye"}))}
    upload(app, OD, ("r.jpg", 100))
    upload(app, OS, ("l.jpg", 140))
    assert "Refer: the right eye cannot be read" in words(app)

    button(app, "Record: cannot be read").click().run()
    shown = words(press_screen(app))

    assert "Please see an eye doctor: an eye could not be read" in shown


def test_the_result_begins_with_what_to_do(screened: Callable[..., AppTest]) -> None:
    condition = Condition(probability=0.7, threshold=0.5, evidence=Evidence.INTERNAL)

    shown = words(screened(right=FakeEye(findings=Findings(maculopathy=condition))))

    assert "Please see an eye doctor" in shown
    assert "signs of: Diabetic macular disease" in shown
    assert "Made by software. No doctor has signed it." in shown


def test_the_two_identifiers_stand_on_the_result_and_give_the_age(
    app: AppTest, client: FakeClient
) -> None:
    control(app, "who").set_value(True).run()
    next(t for t in app.text_input if t.label == "Hospital number").set_value("H-4711").run()
    app.date_input[0].set_value(date(1961, 5, 4)).run()
    upload(app, OD, ("r.jpg", 100))

    shown = words(press_screen(app))

    assert "H-4711, born 1961-05-04" in shown
    assert client.asked[0].person.age_years == person_of(app).age_years
    assert person_of(app).age_years


def test_a_person_with_one_identifier_of_two_is_not_screened_and_the_page_says_why(
    app: AppTest, client: FakeClient
) -> None:
    upload(app, OD, ("r.jpg", 100))
    control(app, "who").set_value(True).run()
    next(t for t in app.text_input if t.label == "Hospital number").set_value("H-4711").run()

    assert "date of birth are both needed" in words(app)
    button(app, "Screen").click().run()

    assert person_of(app).phase is Phase.PHOTOGRAPHS
    assert person_of(app).run is None
    assert not client.asked
    assert "date of birth are both needed" in words(app)

    control(app, "who").set_value(False).run()
    press_screen(app)
    assert client.asked


def test_what_is_typed_last_comes_with_the_press_that_follows_at_once(
    app: AppTest, client: FakeClient
) -> None:
    control(app, "who").set_value(True).run()
    number = next(t for t in app.text_input if t.label == "Hospital number")
    number.set_value("H-4771").run()
    app.date_input[0].set_value(date(1961, 5, 4)).run()
    upload(app, OD, ("r.jpg", 100))

    # Corrected, and Screen pressed before the page was drawn anew: one message brings it all.
    next(t for t in app.text_input if t.label == "Hospital number").set_value("H-4711")
    app.date_input[0].set_value(date(1916, 5, 4))
    next(n for n in app.number_input if n.label.startswith("Systolic")).set_value(150.0)
    control(app, "sex").set_value(Sex.F)
    press_screen(app)

    person = person_of(app)
    assert keeping_of(person).identifiers == {
        "hospital_number": "H-4711",
        "birth_date": "1916-05-04",
    }
    told = client.asked[0].person
    assert told.age_years == age_on(date.today(), date(1916, 5, 4))
    assert (told.sex, told.covariates) == (Sex.F, {"sbp_mmhg": 150.0})


def test_what_else_is_known_goes_with_the_exam(app: AppTest, client: FakeClient) -> None:
    next(n for n in app.number_input if n.label.startswith("Systolic")).set_value(150.0).run()
    control(app, "has_type_2_diabetes").set_value(1.0).run()
    upload(app, OD, ("r.jpg", 100))

    press_screen(app)

    assert client.asked[0].person.covariates == {"sbp_mmhg": 150.0, "has_type_2_diabetes": 1.0}


def test_what_this_is_not_is_on_every_page(screened: Callable[..., AppTest], app: AppTest) -> None:
    assert USE in words(app)

    assert USE in words(screened())


def test_without_a_photograph_nothing_can_be_screened(app: AppTest) -> None:
    assert button(app, "Screen").disabled
    assert "Add a photograph first." in words(app)


def test_one_eye_alone_can_be_screened(app: AppTest) -> None:
    upload(app, OD, ("r.jpg", 100))

    assert button(app, "Screen").label == "Screen 1 photograph"
    assert "no photograph of the left eye yet" in words(app)
    assert "No photograph of the left eye was screened." in words(press_screen(app))


def test_two_good_photographs_give_verdicts_pictures_measurements_and_their_json(
    screened: Callable[..., AppTest],
) -> None:
    app = screened()

    shown = words(app)
    assert "2 of 2 photographs could be read." in shown
    assert shown.count("Good photograph") == 2
    assert shown.count("Width of the arterioles") == 2
    assert shown.count("Not measured: 4 arterioles in zone B, 6 are needed") == 2
    assert "fs-badge internal" in shown
    assert len(app.image) == 2
    assert labels(app).count("Save this result (JSON)") == 2
    assert "Save exam (JSON)" in labels(app)


def test_what_is_known_of_the_person_goes_with_the_exam(app: AppTest, client: FakeClient) -> None:
    app.number_input[0].set_value(61).run()
    control(app, "sex").set_value(Sex.F).run()
    upload(app, OD, ("r.jpg", 100))

    press_screen(app)

    assert (client.asked[0].person.age_years, client.asked[0].person.sex) == (61, Sex.F)


def test_age_and_sex_may_be_left_empty(app: AppTest, client: FakeClient) -> None:
    upload(app, OD, ("r.jpg", 100))

    press_screen(app)

    assert (client.asked[0].person.age_years, client.asked[0].person.sex) == (None, None)


def test_the_eye_that_was_said_goes_with_each_photograph(app: AppTest, client: FakeClient) -> None:
    upload(app, OD, ("r1.jpg", 90), ("r2.jpg", 95))
    upload(app, UNSURE, ("x.jpg", 100))

    press_screen(app)

    assert [(f.name, f.eye) for f in client.asked[0].photographs] == [
        ("r1.jpg", Eye.OD),
        ("r2.jpg", Eye.OD),
        ("x.jpg", None),
    ]


def test_a_photograph_put_in_the_wrong_place_can_be_moved_or_taken_away(app: AppTest) -> None:
    upload(app, OD, ("a.jpg", 90), ("b.jpg", 95))

    button(app, "Other eye").click().run()
    assert [p.name for p in person_of(app).of_eye(Eye.OS)] == ["a.jpg"]

    button(app, "Remove").click().run()
    assert [p.name for p in person_of(app).photographs] == ["a.jpg"]


def test_the_camera_gives_a_photograph_of_its_eye(app: AppTest) -> None:
    control(app, "way-OD").set_value("camera").run()

    app.camera_input[0].set_value(("shot.jpg", photograph_jpeg(), "image/jpeg")).run()

    assert [(p.name, p.eye) for p in person_of(app).photographs] == [("camera-OD-1.jpg", Eye.OD)]
    assert app.camera_input[0].value is None


def test_the_uploader_starts_empty_again_after_each_upload(app: AppTest) -> None:
    upload(app, OD, ("r.jpg", 100))

    assert not app.file_uploader[OD].value
    assert "r.jpg" in words(app)


def test_what_a_check_read_is_for_the_exam_and_a_second_touch_begins_no_second(
    app: AppTest, client: FakeClient
) -> None:
    upload(app, OD, ("r.jpg", 100))
    assert [check.read_ahead for check in client.checks] == [True]
    client.hold.clear()
    press = button(app, "Screen")
    press.click().run()
    run = person_of(app).run

    photographs.start(person_of(app), client)

    assert person_of(app).run is run
    assert len(client.asked) == 1
    client.hold.set()
    until_the_end(app)


def test_the_same_photograph_twice_is_pointed_out(app: AppTest) -> None:
    upload(app, OD, ("r.jpg", 100))
    upload(app, OS, ("copy.jpg", 100))

    assert "copy.jpg is already here as the other eye" in words(app)


def test_a_poor_photograph_has_its_reason_its_advice_and_a_way_to_take_it_again(
    screened: Callable[..., AppTest],
) -> None:
    app = screened(left=FakeEye(quality=BLURRED))

    shown = words(app)
    assert "1 of 2 photographs could be read." in shown
    assert "Please take it again" in shown
    assert BLURRED.reason in shown
    assert all(advice in shown for advice in BLURRED.advice)
    assert shown.count("Width of the arterioles") == 1

    button(app, "Take it again").click().run()

    assert person_of(app).phase is Phase.PHOTOGRAPHS
    assert [p.name for p in person_of(app).photographs] == ["r.jpg"]


def test_a_usable_photograph_says_how_it_could_be_better(
    screened: Callable[..., AppTest],
) -> None:
    shown = words(screened(right=FakeEye(quality=USABLE)))

    assert "Can be read" in shown
    assert USABLE.advice[0] in shown


def test_a_refused_photograph_says_why_and_the_other_goes_on(
    screened: Callable[..., AppTest],
) -> None:
    app = screened(right=FakeEye(refused="This photograph is damaged or incomplete."))

    shown = words(app)
    assert "This file cannot be used" in shown
    assert "This photograph is damaged or incomplete." in shown
    assert shown.count("Good photograph") == 1
    assert labels(app).count("Save this result (JSON)") == 1


def test_the_wrong_eye_is_warned_of_and_corrected_with_one_touch(
    screened: Callable[..., AppTest], client: FakeClient
) -> None:
    app = screened(left=FakeEye(seen=Eye.OD))
    assert "given as the left eye, but the picture looks like the right eye" in words(app)

    button(app, "It is the right eye").click().run()
    until_the_end(app)

    assert [f.eye for f in client.asked[-1].photographs] == [Eye.OD, Eye.OD]
    assert "Check which eye this is" not in words(app)


def test_an_eye_that_nobody_knows_is_asked_for(app: AppTest) -> None:
    upload(app, UNSURE, ("x.jpg", 100))

    press_screen(app)

    assert "Neither you nor the picture says which eye this is." in words(app)
    assert {"It is the right eye: screen again", "It is the left eye: screen again"} <= set(
        labels(app)
    )


def test_the_picture_tells_the_eye_when_nobody_did(app: AppTest, client: FakeClient) -> None:
    client.eyes = {"x.jpg": FakeEye(seen=Eye.OS)}
    upload(app, UNSURE, ("x.jpg", 100))

    assert "The picture tells that this is the left eye." in words(press_screen(app))


def test_switching_an_overlay_off_changes_the_picture(screened: Callable[..., AppTest]) -> None:
    app = screened()
    before = [image.value for image in app.image]

    app.toggle[0].set_value(False).run()

    after = [image.value for image in app.image]
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_what_the_bundle_does_not_hold_is_not_on_the_screen(
    screened: Callable[..., AppTest],
) -> None:
    shown = words(screened())

    assert "What this eye shows today" not in shown
    assert "Looking ahead" not in shown


def test_findings_and_forecasts_are_shown_when_the_service_sends_them(
    screened: Callable[..., AppTest], client: FakeClient
) -> None:
    client.forecast = a_forecast()
    maculopathy = Condition(probability=0.03, evidence=Evidence.INTERNAL)

    shown = words(screened(right=FakeEye(findings=Findings(maculopathy=maculopathy))))

    assert shown.count("<h3>What this eye shows today") == 1
    assert "Looking ahead" in shown
    assert "What the photographs add is not shown" in shown


def test_each_badge_on_the_page_is_explained_there(screened: Callable[..., AppTest]) -> None:
    drawn = {"avr": Measurement(value=0.7, unit="1", evidence=Evidence.DRAWN)}

    key = words(screened(right=FakeEye(biomarkers=drawn))).split('class="fs-key"')[1]

    assert "Judged only on eyes drawn by a computer" in key
    assert "kept apart while it learned" in key


def test_a_service_that_is_away_is_told_and_the_photographs_are_kept(
    app: AppTest, client: FakeClient
) -> None:
    client.ready, client.describes = False, ServerUnreachable("no route")
    client.raises = [ServerUnreachable("no route")]
    upload(app, OD, ("r.jpg", 100))
    assert "The screening service cannot be reached." in words(app)

    shown = words(press_screen(app))

    assert "Nothing was screened. Your photographs are kept." in shown
    assert "The service could not be reached." in shown
    assert "no route" not in shown
    assert "r.jpg" in shown
    client.ready = True
    assert "1 of 1 photograph could be read." in words(press_screen(app))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TooLate("private text"), "The screening took too long and was stopped."),
        (InvalidField("person.age_years", "must be 0 to 120"), "person.age_years"),
        (ServerFailed("private text"), "The screening failed."),
    ],
)
def test_a_failure_is_told_in_its_public_words(
    app: AppTest, client: FakeClient, error: ForeseyeError, sentence: str
) -> None:
    client.raises = [error]
    upload(app, OD, ("r.jpg", 100))

    shown = words(press_screen(app))

    assert sentence in shown
    assert "private text" not in shown


def test_a_service_that_stays_busy_is_told_and_the_photographs_are_kept(
    app: AppTest, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "PATIENCE_S", 0.0)
    client.raises = [Overloaded("full", 1)]
    upload(app, OD, ("r.jpg", 100))

    shown = words(press_screen(app))

    assert "The service was busy with other people" in shown
    assert "r.jpg" in shown


def test_a_service_that_is_starting_is_told_apart_from_one_that_is_away(
    app: AppTest, client: FakeClient
) -> None:
    client.ready = False

    assert "The screening service is getting ready." in words(app.run())


def test_a_screening_that_breaks_off_keeps_what_had_arrived(
    app: AppTest, client: FakeClient
) -> None:
    client.raises, client.breaks_after = [ServerFailed("private text")], 7
    upload(app, OD, ("r.jpg", 100), ("r2.jpg", 110))

    shown = words(press_screen(app))

    assert "The screening stopped before its end." in shown
    assert "private text" not in shown
    assert "1 of 2 photographs were screened." in shown
    assert shown.count("Good photograph") == 2
    assert "Save exam (JSON)" not in labels(app)

    button(app, "Try again").click().run()

    assert "2 of 2 photographs could be read." in words(until_the_end(app))


def test_progress_fills_in_and_can_be_stopped(app: AppTest, client: FakeClient) -> None:
    client.hold.clear()
    upload(app, OD, ("r.jpg", 100))
    button(app, "Screen").click().run()

    assert "0 of 1 photograph done" in words(app)
    assert "In the queue" in words(app)

    button(app, "Stop").click().run()

    assert client.stream is not None
    assert "You stopped the screening. Your photographs are kept." in words(app)
    assert "r.jpg" in words(app)
    client.hold.set()


def test_the_next_person_finds_nothing_of_the_last(screened: Callable[..., AppTest]) -> None:
    app = screened()
    last = person_of(app)

    button(app, "Next person").click().run()
    assert "This exam was not saved." in words(app)
    button(app, "Clear and start").click().run()

    assert person_of(app) is not last
    assert person_of(app).photographs == []
    assert "r.jpg" not in words(app)
    assert "Width of the arterioles" not in words(app)
    assert not any(uploader.value for uploader in app.file_uploader)
    left_over = [key for key in app.session_state.to_dict() if last.serial in str(key)]
    assert left_over == []


def test_an_exam_that_was_saved_is_cleared_without_a_question(
    screened: Callable[..., AppTest],
) -> None:
    app = screened()
    last = person_of(app)

    next(b for b in app.download_button if b.label == "Save exam (JSON)").click().run()
    button(app, "Next person").click().run()

    assert person_of(app) is not last


def test_an_exam_can_be_kept_after_all(screened: Callable[..., AppTest]) -> None:
    app = screened()
    last = person_of(app)

    button(app, "Next person").click().run()
    button(app, "Keep this exam").click().run()

    assert person_of(app) is last
    assert "2 of 2 photographs could be read." in words(app)


def test_going_back_keeps_the_photographs_and_what_is_known(
    app: AppTest, client: FakeClient
) -> None:
    app.number_input[0].set_value(61).run()
    upload(app, OD, ("r.jpg", 100))
    press_screen(app)

    button(app, "Back").click().run()

    assert "r.jpg" in words(app)
    assert app.number_input[0].value == 61


def test_the_json_is_that_of_the_service(screened: Callable[..., AppTest]) -> None:
    app = screened()
    run = person_of(app).run
    assert run is not None
    record = json.loads(run.progress().events[-1].exam_json)  # type: ignore[union-attr]

    assert record["exam_id"] == run.exam.exam_id
    assert record["schema"] == "foreseye.exam/1"
    assert set(MEASURED) >= {"avr"}
