"""What was read of a photograph ahead goes into its exam once, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from edge_runtime.contracts.result import Quality, ScreeningResult
from edge_runtime.domain import Exam, Eye, PhotographFile
from edge_runtime.errors import DamagedPicture
from edge_runtime.forecast.signs import SIGN_NAMES
from edge_runtime.pipeline import Pipeline
from edge_runtime.read_ahead import KEPT_S, ReadAhead
from edge_runtime.stages import PhotographDone, QualityRead, StageEvent
from tests.edge_runtime.cli.command_line import opened_once, sample_eye
from tests.edge_runtime.service.held_screener import QUALITY

RIGHT = PhotographFile("r.jpg", b"right", Eye.OD)
LEFT = PhotographFile("l.jpg", b"left", Eye.OS)


@dataclass
class Reads:
    """A reader that tells a verdict of each photograph and counts what it was given."""

    given: list[PhotographFile] = field(default_factory=list)
    torn: bool = False

    def __call__(self, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        self.given.append(file)
        yield QualityRead(index, QUALITY)
        if self.torn:
            raise DamagedPicture("torn")
        yield QualityRead(index, judged(file))


def judged(file: PhotographFile) -> Quality:
    return QUALITY.model_copy(update={"probability": len(file.content) / 10})


@pytest.fixture
def reads() -> Reads:
    return Reads()


def test_a_photograph_read_ahead_is_not_read_again_and_stands_under_its_place_in_the_exam(
    reads: Reads,
) -> None:
    ahead = ReadAhead()
    before = list(ahead.keeping(reads, 0, LEFT))

    told = list(ahead.used(reads, 3, LEFT))

    assert reads.given == [LEFT]
    assert told == [replace(stage, index=3) for stage in before]


def test_it_goes_into_one_exam_alone(reads: Reads) -> None:
    ahead = ReadAhead()
    list(ahead.keeping(reads, 0, LEFT))
    list(ahead.used(reads, 0, LEFT))

    list(ahead.used(reads, 0, LEFT))

    assert reads.given == [LEFT, LEFT]


@pytest.mark.parametrize(
    "other",
    [replace(LEFT, eye=Eye.OD), replace(LEFT, name="other.jpg"), replace(LEFT, content=b"other")],
    ids=["eye", "name", "content"],
)
def test_another_eye_name_or_content_is_another_photograph(
    reads: Reads, other: PhotographFile
) -> None:
    ahead = ReadAhead()
    list(ahead.keeping(reads, 0, LEFT))

    list(ahead.used(reads, 0, other))

    assert reads.given == [LEFT, other]


def test_what_nobody_said_comes_again_is_not_kept(reads: Reads) -> None:
    ahead = ReadAhead()
    list(ahead.used(reads, 0, LEFT))

    list(ahead.used(reads, 0, LEFT))

    assert reads.given == [LEFT, LEFT]


def test_a_reading_that_was_broken_off_or_failed_is_not_kept(reads: Reads) -> None:
    ahead = ReadAhead()
    begun = ahead.keeping(reads, 0, LEFT)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    reads.torn = True
    with pytest.raises(DamagedPicture):
        list(ahead.keeping(reads, 0, RIGHT))
    reads.torn = False

    assert len(list(ahead.used(reads, 0, LEFT))) == 2
    assert len(list(ahead.used(reads, 0, RIGHT))) == 2
    assert reads.given == [LEFT, RIGHT, LEFT, RIGHT]


def test_it_is_forgotten_after_some_minutes(reads: Reads) -> None:
    now_s = [0.0]
    ahead = ReadAhead(clock_s=lambda: now_s[0])
    list(ahead.keeping(reads, 0, LEFT))
    now_s[0] = KEPT_S + 1.0

    list(ahead.used(reads, 0, LEFT))

    assert reads.given == [LEFT, LEFT]


@pytest.fixture(scope="module")
def ahead_pipeline() -> Pipeline:
    whole = opened_once()
    return whole.on(whole.loaded)


def eye_file(eye: Eye) -> PhotographFile:
    return PhotographFile(f"{eye.value}.jpg", sample_eye(eye), eye)


def timeless(result: ScreeningResult) -> ScreeningResult:
    return result.model_copy(update={"timings_ms": {}})


@pytest.mark.slow
def test_an_exam_of_photographs_read_ahead_says_what_it_says_without(
    ahead_pipeline: Pipeline,
) -> None:
    files = tuple(map(eye_file, Eye))
    for file in files:
        list(ahead_pipeline.screen(Exam("check", (file,), read_ahead=True)))
    ahead = list(ahead_pipeline.screen(Exam("exam", files)))

    at_once = list(opened_once().screen(Exam("exam", files)))

    assert [type(stage) for stage in ahead] == [type(stage) for stage in at_once]
    results = [[e for e in stages if isinstance(e, PhotographDone)] for stages in (ahead, at_once)]
    assert [timeless(e.result) for e in results[0]] == [timeless(e.result) for e in results[1]]
    assert [e.index for e in results[0]] == [0, 1]
    assert ahead[-1] == at_once[-1]
    assert all(e.signs is not None and len(e.signs.sign_S) == len(SIGN_NAMES) for e in results[0])


@pytest.mark.slow
def test_the_oldest_go_first_where_there_are_too_many(ahead_pipeline: Pipeline) -> None:
    reads = ahead_pipeline._reader.read
    ahead = ReadAhead(max_bytes=1)
    list(ahead.keeping(reads, 0, eye_file(Eye.OD)))
    again = Reads()

    list(ahead.used(again, 0, eye_file(Eye.OD)))

    assert len(again.given) == 1
