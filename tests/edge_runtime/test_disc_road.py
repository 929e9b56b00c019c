"""A disc model goes the whole road: bundle, pipeline, result; without one nothing changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime.bundle.opening import open_bundle
from edge_runtime.contracts.bundle import FIELD_SQUARE, Preprocessing
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Exam, Eye, PhotographFile
from edge_runtime.errors import BundleUnsupported
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.models import LoadedModel, load_models
from edge_runtime.pipeline import Pipeline
from edge_runtime.seeing import disc_image, seen_anatomy, whole_field_anatomy
from edge_runtime.settings import Limits, Settings
from edge_runtime.stages import PhotographDone
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.disc_bundle import CUTS, MARGIN, SIZE_PX, bundle_with_disc
from tests.edge_runtime.findings_bundle import MadeBundle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeBundle:
    return bundle_with_disc(tmp_path_factory.mktemp("bundles") / "disc")


def opened(made: MadeBundle) -> dict[str, LoadedModel]:
    settings = Settings(bundle=str(made.folder), trusted_keys=made.key, threads=1)
    return load_models(open_bundle(made.folder, [made.key]), settings)


@pytest.fixture(scope="module")
def models(made: MadeBundle) -> dict[str, LoadedModel]:
    return opened(made)


def test_the_disc_is_read_from_the_crop_and_all_else_from_the_field(models: dict[str, LoadedModel]):
    photograph = read_photograph(sample_eye(Eye.OD), "a.jpg", Limits())
    field = find_field_of_view(photograph)
    assert field is not None

    whole = whole_field_anatomy(models["anatomy"], photograph, field)
    near = seen_anatomy(models, photograph, field)
    crop = disc_image(models["disc"].entry, photograph, field, whole)

    assert crop is not None
    assert crop.image_HWC.shape == (SIZE_PX, SIZE_PX, 3)
    for name in ("vessel", "arteriole", "venule", "fovea"):
        np.testing.assert_array_equal(near.channel(name), whole.channel(name))
    # What the crop shows brighter than the cut, as a share of the disc, is what was called disc.
    bright = (crop.image_HWC[..., 1] >= CUTS[0] * 255.0) & crop.field_HW
    ratio = near.frame.network_px_per_photograph_px / crop.frame.network_px_per_photograph_px
    assert (near.channel("disc") >= 0.5).sum() == pytest.approx(bright.sum() * ratio**2, rel=0.1)


def test_the_crop_is_the_bundles_own_and_lies_around_the_disc(models: dict[str, LoadedModel]):
    photograph = read_photograph(sample_eye(Eye.OS), "a.jpg", Limits())
    field = find_field_of_view(photograph)
    assert field is not None
    whole = whole_field_anatomy(models["anatomy"], photograph, field)
    disc_HW, _ = whole.disc_and_cup_masks()

    crop = disc_image(models["disc"].entry, photograph, field, whole)

    assert crop is not None
    diameter_px = 2.0 * np.sqrt(disc_HW.sum() / np.pi) / whole.frame.network_px_per_photograph_px
    assert crop.frame.side_px == pytest.approx(diameter_px * (1.0 + MARGIN), abs=2.0)
    rows, columns = np.nonzero(disc_HW)
    centre = whole.frame.point_to_photograph(columns.mean(), rows.mean())
    middle = crop.frame.point_to_photograph((SIZE_PX - 1) / 2, (SIZE_PX - 1) / 2)
    assert np.hypot(*np.subtract(centre, middle)) <= 1.5


def test_the_result_names_the_model_and_keeps_its_schema(made: MadeBundle):
    settings = Settings(bundle=str(made.folder), trusted_keys=made.key, threads=1)
    pipeline = Pipeline.open(settings)
    exam = Exam("one", (PhotographFile("OD.jpg", sample_eye(Eye.OD)),))

    (done,) = (e for e in pipeline.screen(exam) if isinstance(e, PhotographDone))
    pipeline.close()

    assert set(done.result.models) == {*open_bundle(None).manifest.models, "disc"}
    assert ScreeningResult.model_validate_json(done.result.to_json()) == done.result


def test_a_bundle_without_a_disc_model_reads_the_disc_from_the_field(
    models: dict[str, LoadedModel],
):
    photograph = read_photograph(sample_eye(Eye.OD), "a.jpg", Limits())
    field = find_field_of_view(photograph)
    assert field is not None

    alone = seen_anatomy({"anatomy": models["anatomy"]}, photograph, field)

    whole = whole_field_anatomy(models["anatomy"], photograph, field)
    np.testing.assert_array_equal(alone.probability_KHW, whole.probability_KHW)


def test_a_disc_model_with_other_labels_is_refused(tmp_path: Path):
    with pytest.raises(BundleUnsupported, match="disc has labels"):
        opened(bundle_with_disc(tmp_path / "bundle", labels=["cup", "disc"]))


def test_a_disc_model_that_wants_the_whole_field_is_refused(tmp_path: Path):
    wanted = Preprocessing(kind=FIELD_SQUARE, image_size_px=SIZE_PX, margin=0.02)

    with pytest.raises(BundleUnsupported, match="field_square"):
        opened(bundle_with_disc(tmp_path / "bundle", preprocessing=wanted))
