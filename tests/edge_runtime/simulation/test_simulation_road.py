"""Simulated visits go the whole road: bundle, pipeline, files with their marks, wire, command."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_runtime.domain import Eye, Person, PhotographFile, Sex
from edge_runtime.errors import InvalidField, NotInBundle
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from edge_runtime.simulation.records import (
    QualityJudged,
    SimulatedSpread,
    SimulatedVisit,
    wish_of,
)
from edge_runtime.wire.client import (
    QualityRead,
    ScreeningClient,
    SimulatedDifference,
    SimulatedPicture,
    SimulationRequest,
)
from tests.edge_runtime.cli.command_line import foreseye_afresh, opened_once, sample_eye
from tests.edge_runtime.findings_bundle import MadeBundle
from tests.edge_runtime.service.live_server import live_server
from tests.edge_runtime.simulation.progression_bundle import bundle_with_progression, levels

pytestmark = pytest.mark.slow

PERSON = Person(age_years=61.0, sex=Sex.F, covariates={"sbp_mmhg": 150.0})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeBundle:
    return bundle_with_progression(tmp_path_factory.mktemp("bundles") / "progression")


@pytest.fixture(scope="module")
def pipeline(made: MadeBundle) -> Iterator[Pipeline]:
    opened = Pipeline.open(Settings(bundle=str(made.folder), trusted_keys=made.key, threads=1))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def eye() -> PhotographFile:
    return PhotographFile("eye.jpg", sample_eye(Eye.OD), Eye.OD)


def grey_card() -> bytes:
    encoded, content = cv2.imencode(".png", np.full((300, 400, 3), 127, np.uint8))
    assert encoded
    return content.tobytes()


def visits(
    pipeline: Pipeline, eye: PhotographFile, *years: float, seed: int = 5
) -> list[SimulatedVisit]:
    events = pipeline.simulate(eye, PERSON, wish_of(years, 3, seed))
    return [event for event in events if isinstance(event, SimulatedVisit)]


def test_the_verdict_comes_first_then_three_samples_and_their_spread_for_each_horizon(
    pipeline: Pipeline, eye: PhotographFile
):
    events = list(pipeline.simulate(eye, PERSON, wish_of([5.0, 1.0], 3, 5, 512)))

    horizon = [SimulatedVisit] * 3 + [SimulatedSpread]
    assert [type(event) for event in events] == [QualityJudged, *horizon, *horizon]
    shown = [event for event in events if isinstance(event, SimulatedVisit)]
    assert [visit.horizon_years for visit in shown] == [1.0] * 3 + [5.0] * 3
    assert {max(visit.picture_HWC.shape) for visit in shown} == {512}


def test_at_horizon_zero_the_eye_is_as_it_is(pipeline: Pipeline, eye: PhotographFile):
    now = cv2.imdecode(np.frombuffer(eye.content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]

    for visit in visits(pipeline, eye, 0.0):
        assert np.abs(levels(visit.picture_HWC) - now).max() <= 1  # two decoders of JPEG
        assert not visit.difference_HW.any()


def test_the_same_seed_gives_the_same_pictures_and_samples_differ(
    pipeline: Pipeline, eye: PhotographFile
):
    first, again = visits(pipeline, eye, 5.0), visits(pipeline, eye, 5.0)
    other = visits(pipeline, eye, 5.0, seed=6)

    for one, two in zip(first, again, strict=True):
        assert np.array_equal(one.picture_HWC, two.picture_HWC)
    assert not np.array_equal(first[0].picture_HWC, other[0].picture_HWC)
    assert not np.array_equal(first[0].picture_HWC, first[1].picture_HWC)


def test_a_photograph_that_is_not_gradable_is_not_simulated(pipeline: Pipeline):
    events = list(
        pipeline.simulate(PhotographFile("card.png", grey_card()), PERSON, wish_of([1], 3, 0))
    )

    (judged,) = events
    assert isinstance(judged, QualityJudged)
    assert not judged.quality.gradable
    assert judged.quality.reason


def test_a_bundle_without_the_model_says_so():
    whole = opened_once()
    pipeline = whole.on({k: model for k, model in whole.loaded.items() if k != "progression"})

    with pytest.raises(NotInBundle):
        list(pipeline.simulate(PhotographFile("a.jpg", sample_eye()), PERSON, wish_of([1], 3, 0)))


@pytest.mark.parametrize(
    ("years", "samples", "field"),
    [([1.0], 2, "samples"), ([1.0], 17, "samples"), ([], 3, "horizon"), ([11.0], 3, "horizon")],
)
def test_a_wish_out_of_range_is_refused(years: list[float], samples: int, field: str):
    with pytest.raises(InvalidField, match=field):
        wish_of(years, samples, 0)


def test_the_command_writes_labelled_pictures_at_the_photographs_size(
    made: MadeBundle, tmp_path: Path
):
    photograph = tmp_path / "eye.jpg"
    photograph.write_bytes(sample_eye())
    out = tmp_path / "out"

    told = foreseye_afresh(
        "simulate", photograph, "--years", "0,5", "--samples", "3", "--maps", "--out", out,
        "--age", "61", "--json", environment=made.environment,
    )  # fmt: skip

    assert told.code == 0, told.err
    assert len(told.json["simulated"]) == 6
    assert json.loads((out / "simulation.json").read_text())["schema"] == "foreseye.simulation/1"
    now = np.asarray(Image.open(photograph))
    with Image.open(out / "year_0_sample_1.jpg") as picture:
        marks = picture.info["xmp"].decode() + str(dict(picture.getexif()))
        pixels = levels(np.asarray(picture))
    assert pixels.shape == now.shape
    assert "compositeWithTrainedAlgorithmicMedia" in marks
    assert "TC260:AIGC" in marks
    assert "Not a photograph" in marks
    assert "eye.jpg" not in marks
    label = np.abs(pixels - now).max(axis=2) > 60
    rows = np.flatnonzero(label.mean(axis=1) > 0.3)
    assert len(rows) > 0.05 * min(now.shape[:2])
    assert rows.min() > 0.5 * now.shape[0]
    assert (out / "year_5_spread.png").exists()
    difference = np.asarray(Image.open(out / "year_0_sample_2_difference.png"))
    assert (difference == 128).all()


def test_pictures_for_evaluation_have_no_label_but_the_marks(made: MadeBundle, tmp_path: Path):
    photograph = tmp_path / "eye.jpg"
    photograph.write_bytes(sample_eye())
    out = tmp_path / "out"

    told = foreseye_afresh(
        "simulate", photograph, "--years", "0", "--samples", "3", "--for-evaluation",
        "--out", out, environment=made.environment,
    )  # fmt: skip

    assert told.code == 0, told.err
    assert not list(out.glob("*.jpg"))
    with Image.open(out / "year_0_sample_1.png") as picture:
        assert "AIGC" in picture.info
        assert picture.info["Simulated"] == "yes"
        assert "compositeWithTrainedAlgorithmicMedia" in picture.info["XML:com.adobe.xmp"]
        now = np.asarray(Image.open(photograph))
        assert np.abs(levels(np.asarray(picture)) - now).max() <= 1


def test_a_refused_photograph_is_a_result_with_its_reason(made: MadeBundle, tmp_path: Path):
    photograph = tmp_path / "card.png"
    photograph.write_bytes(grey_card())

    told = foreseye_afresh(
        "simulate", photograph, "--out", tmp_path / "out", environment=made.environment
    )

    assert told.code == 0
    record = json.loads((tmp_path / "out" / "simulation.json").read_text())
    assert record["simulated"] == []
    assert record["quality"]["reason"] in told.err


def test_simulated_visits_cross_the_wire_labelled(pipeline: Pipeline, eye: PhotographFile):
    request = SimulationRequest(eye, PERSON, (5.0,), samples=3, seed=5, picture_side_px=512)

    with live_server(pipeline) as live, ScreeningClient(live.address) as client:
        quality, *samples, spread = list(client.simulate(request))
        refused = list(
            client.simulate(
                SimulationRequest(PhotographFile("card.png", grey_card()), PERSON, (5.0,), 3)
            )
        )
        with pytest.raises(InvalidField, match="samples"):
            list(client.simulate(SimulationRequest(eye, PERSON, (5.0,), samples=1)))

    assert isinstance(quality, QualityRead)
    assert quality.quality.gradable
    assert [sample.sample for sample in samples if isinstance(sample, SimulatedPicture)] == [
        0,
        1,
        2,
    ]
    first = samples[0]
    assert isinstance(first, SimulatedPicture)
    with Image.open(io.BytesIO(first.picture)) as picture:
        assert picture.size == (first.width_px, first.height_px)
        assert max(picture.size) == 512
        assert b"AIGC" in picture.info["xmp"]
    assert Image.open(io.BytesIO(first.difference_map)).size == (first.width_px, first.height_px)
    assert isinstance(spread, SimulatedDifference)
    assert [type(event) for event in refused] == [QualityRead]
