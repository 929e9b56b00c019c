"""What the anatomy model's channels are taken for."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import Evidence
from edge_runtime.fundus.anatomy import FOVEA, Anatomy
from edge_runtime.fundus.biomarkers.fovea import NOT_FOUND, NOT_LOOKED_FOR, Fovea
from edge_runtime.fundus.preprocess import NetworkFrame

SIZE = 160
FRAME = NetworkFrame(0.0, 0.0, float(SIZE), SIZE)
FIELD = np.ones((SIZE, SIZE), bool)


def an_anatomy(labels: tuple[str, ...], **drawn: np.ndarray) -> Anatomy:
    """Channels in the order of `labels`, empty but for those drawn."""
    empty = np.zeros((SIZE, SIZE), np.float32)
    probability = np.stack([drawn.get(label, empty) for label in labels])
    return Anatomy(FRAME, FIELD, probability, Evidence.DRAWN, labels)


def a_spot(x: float, y: float, height: float) -> np.ndarray:
    rows, columns = np.ogrid[:SIZE, :SIZE]
    spot = height * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 50.0)
    return np.asarray(spot, np.float32)


def test_a_channel_is_looked_up_by_its_label_wherever_it_stands():
    spot = a_spot(60, 50, 0.8)

    first = an_anatomy((FOVEA, *ANATOMY_CHANNELS), fovea=spot)
    last = an_anatomy((*ANATOMY_CHANNELS, FOVEA), fovea=spot)

    assert np.array_equal(first.channel(FOVEA), spot)
    assert np.array_equal(last.channel(FOVEA), spot)
    assert not first.channel("vessel").any()


def test_a_model_without_a_fovea_says_so():
    assert an_anatomy(ANATOMY_CHANNELS).masks().fovea == NOT_LOOKED_FOR


@pytest.mark.parametrize(("height", "found"), [(0.52, True), (0.49, False)])
def test_the_fovea_is_there_from_a_peak_of_a_half_on(height, found):
    anatomy = an_anatomy((*ANATOMY_CHANNELS, FOVEA), fovea=a_spot(100.3, 70.6, height))

    fovea = anatomy.masks().fovea

    # The pixel next to the true peak holds a little less than its height.
    assert isinstance(fovea, Fovea) is found
    if isinstance(fovea, Fovea):
        assert (fovea.x_px, fovea.y_px) == pytest.approx((100.3, 70.6), abs=0.1)
    else:
        assert fovea == NOT_FOUND


def test_the_five_channels_alone_are_what_they_were():
    disc = a_spot(100, 80, 1.0)
    bare = Anatomy(FRAME, FIELD, np.zeros((5, SIZE, SIZE), np.float32), Evidence.DRAWN)

    assert bare.labels == ANATOMY_CHANNELS
    assert an_anatomy(ANATOMY_CHANNELS, disc=disc).masks().disc_HW.any()
