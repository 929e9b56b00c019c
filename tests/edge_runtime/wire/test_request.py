"""An exam as a request: it crosses unchanged, and what is out of range is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.contracts.cohort import COVARIATES
from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.errors import InvalidField
from edge_runtime.settings import Limits
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_request import (
    exam_from_wire,
    exam_to_wire,
    photograph_from_wire,
    picture_side_from_wire,
)

persons = st.builds(
    Person,
    person_id=st.none() | st.text(min_size=1, max_size=128),
    age_years=st.none() | st.floats(0.0, 120.0),
    sex=st.none() | st.sampled_from(Sex),
    covariates=st.fixed_dictionaries(
        {},
        optional={
            "sbp_mmhg": st.floats(50.0, 300.0),
            "hba1c_percent": st.floats(3.0, 20.0),
            "smoking": st.sampled_from([0.0, 1.0, 2.0]),
        },
    ),
)
photographs = st.builds(
    PhotographFile,
    name=st.from_regex(r"[A-Za-z0-9 _-]{1,20}\.jpg", fullmatch=True),
    content=st.binary(min_size=1, max_size=20),
    eye=st.none() | st.sampled_from(Eye),
)
exams = st.builds(
    Exam,
    exam_id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", fullmatch=True),
    photographs=st.lists(photographs, min_size=1, max_size=3).map(tuple),
    person=persons,
    read_ahead=st.booleans(),
)


@settings(deadline=None, max_examples=50)
@given(exams, st.booleans(), st.integers(256, 4096))
def test_an_exam_comes_off_the_wire_as_it_went_on(
    exam: Exam, with_pictures: bool, side_px: int
) -> None:
    sent = exam_to_wire(exam, with_pictures, side_px).SerializeToString()

    request = pb.ScreenRequest.FromString(sent)

    assert exam_from_wire(request, Limits()) == exam
    assert picture_side_from_wire(request) == (side_px if with_pictures else None)


def test_without_a_size_pictures_are_1024_pixels_long() -> None:
    assert picture_side_from_wire(pb.ScreenRequest(with_pictures=True)) == 1024


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\eyes\\left.jpg", "left.jpg"),
        ("line\nbreak\x00.jpg", "line_break_.jpg"),
        ("..", "photograph"),
        ("", "photograph"),
        ("a/", "a"),
    ],
)
def test_only_the_last_part_of_a_name_is_kept_and_no_name_stops_an_exam(
    name: str, kept: str
) -> None:
    upload = pb.PhotographUpload(name=name, content=b"1")

    assert photograph_from_wire("photographs[0]", upload, Limits()).name == kept


def test_a_name_that_is_no_unicode_is_refused_before_it_is_sent() -> None:
    exam = Exam("e", (PhotographFile("left-\udcff.jpg", b"1"),))

    with pytest.raises(InvalidField, match=r"photographs\[0\].name: is not valid Unicode"):
        exam_to_wire(exam, False, 1024)


@pytest.mark.parametrize("covariate", COVARIATES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e6])
def test_a_covariate_out_of_its_range_is_named(covariate: str, value: float) -> None:
    exam = Exam("e", (PhotographFile("a", b"1"),), Person(covariates={covariate: value}))

    with pytest.raises(InvalidField) as raised:
        exam_from_wire(exam_to_wire(exam, False, 1024), Limits())

    assert raised.value.field == f"person.covariates[{covariate}]"


@pytest.mark.parametrize("age_years", [float("nan"), -0.5, 120.5])
def test_an_age_out_of_its_range_is_named(age_years: float) -> None:
    exam = Exam("e", (PhotographFile("a", b"1"),), Person(age_years=age_years))

    with pytest.raises(InvalidField) as raised:
        exam_from_wire(exam_to_wire(exam, False, 1024), Limits())

    assert raised.value.field == "person.age_years"


def test_the_same_photographs_of_another_person_are_another_exam() -> None:
    exam = Exam("", (PhotographFile("a", b"1"),), Person("p1"))

    ids = [
        exam_from_wire(exam_to_wire(each, False, 1024), Limits()).exam_id
        for each in (exam, exam, replace(exam, person=Person("p2")))
    ]

    assert ids[0] == ids[1] != ids[2]
