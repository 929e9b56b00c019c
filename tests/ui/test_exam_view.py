"""Events gathered into what the screen shows."""

from __future__ import annotations

import pytest

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.domain import Evidence, Exam, Eye, PhotographFile
from edge_runtime.wire.records import Accepted, EvidenceMap, EvidenceMapped, ForecastRead, Picture
from tests.ui.fake_service import BLURRED, USABLE, FakeClient, FakeEye, a_forecast, events_of
from ui.exam_view import Verdict, evidence_seen, exam_view, steps_allowed

BOTH = Exam(
    "e1",
    (PhotographFile("r.jpg", b"r", Eye.OD), PhotographFile("l.jpg", b"l", Eye.OS)),
)


def test_before_any_event_every_photograph_waits_under_the_eye_given() -> None:
    view = exam_view(BOTH, [Accepted("e1", 2, 0)])

    assert [p.verdict for p in view.photographs] == [Verdict.WAITING, Verdict.WAITING]
    assert [p.name for p in view.of_eye(Eye.OD)] == ["r.jpg"]
    assert not view.photographs[0].finished


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (FakeEye(), Verdict.GOOD),
        (FakeEye(quality=USABLE), Verdict.USABLE),
        (FakeEye(quality=BLURRED), Verdict.UNREADABLE),
        (FakeEye(refused="Damaged."), Verdict.REFUSED),
    ],
)
def test_each_verdict(said: FakeEye, verdict: Verdict) -> None:
    view = exam_view(BOTH, events_of(0, "r.jpg", Eye.OD, said))

    assert view.photographs[0].verdict is verdict
    assert view.photographs[0].finished
    assert view.photographs[1].verdict is Verdict.WAITING


def test_a_photograph_whose_eye_nobody_said_goes_where_the_picture_says() -> None:
    exam = Exam("e1", (PhotographFile("x.jpg", b"x"),))

    view = exam_view(exam, events_of(0, "x.jpg", None, FakeEye(seen=Eye.OS)))

    assert [p.name for p in view.of_eye(Eye.OS)] == ["x.jpg"]
    assert not view.photographs[0].conflict


def test_a_photograph_that_shows_the_other_eye_stays_where_it_was_put_and_says_so() -> None:
    view = exam_view(BOTH, events_of(0, "r.jpg", Eye.OD, FakeEye(seen=Eye.OS)))

    assert view.photographs[0].conflict
    assert view.photographs[0].eye is Eye.OD


def test_the_whole_exam_ends_with_its_record() -> None:
    client = FakeClient()

    view = exam_view(BOTH, client.screen(BOTH))

    assert view.done is not None
    assert view.done.record.exam_id == "e1"
    assert view.forecast == ()


def test_the_pictures_are_found_by_their_kind() -> None:
    photograph = exam_view(BOTH, events_of(0, "r.jpg", Eye.OD, FakeEye())).photographs[0]

    assert photograph.picture("disc_cup") is not None
    assert photograph.picture("vessels_probability") is None


def test_a_step_with_photographs_judged_on_drawn_eyes_is_held_back() -> None:
    forecast = a_forecast(Evidence.DRAWN)[0]

    assert steps_allowed(forecast) == ["covariates", "age_sex"]
    assert steps_allowed(forecast, research=True) == ["photographs", "covariates", "age_sex"]


def test_a_step_with_photographs_judged_on_people_is_shown() -> None:
    assert steps_allowed(a_forecast(Evidence.EXTERNAL)[0])[0] == "photographs"


def test_a_bundle_that_cannot_forecast_from_photographs_has_no_such_step() -> None:
    forecast = a_forecast()[0]
    assert forecast.steps is not None
    without = forecast.steps.model_copy(update={"photographs": None})

    assert steps_allowed(forecast.model_copy(update={"steps": without}), research=True) == [
        "covariates",
        "age_sex",
    ]


def test_a_forecast_with_a_reason_has_no_step() -> None:
    assert steps_allowed(a_forecast()[-1]) == []


def test_the_key_of_badges_names_what_is_on_the_page_and_nothing_else() -> None:
    events = list(events_of(0, "r.jpg", Eye.OD, FakeEye()))

    assert evidence_seen(exam_view(BOTH, [])) == set()
    assert evidence_seen(exam_view(BOTH, events)) == {Evidence.INTERNAL, Evidence.EXTERNAL}
    held_back = ForecastRead(a_forecast(Evidence.DRAWN))
    assert Evidence.DRAWN not in evidence_seen(exam_view(BOTH, [*events, held_back]))


def test_maps_of_evidence_reach_no_screen_of_an_exam() -> None:
    events = [*events_of(0, "r.jpg", Eye.OD, FakeEye()), ForecastRead(a_forecast())]
    picture = Picture("evidence_stroke", "image/png", b"a map", 1, 1)
    mapped = EvidenceMapped(0, (EvidenceMap(ForecastCondition.STROKE, picture, Evidence.DRAWN),))

    assert exam_view(BOTH, [*events, mapped]) == exam_view(BOTH, events)
