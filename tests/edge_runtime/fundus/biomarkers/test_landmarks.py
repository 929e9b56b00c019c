from __future__ import annotations

from math import hypot

import pytest

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.disc import DISC_DIAMETER_UM, NoDisc, find_disc
from edge_runtime.fundus.biomarkers.fovea import NOT_FOUND, Fovea
from edge_runtime.fundus.biomarkers.landmarks import disc_diameter, disc_fovea_distances


@pytest.fixture
def disc(drawn_eye):
    # 80 px high, about (320, 320).
    return find_disc(drawn_eye().masks)


def test_the_distance_is_that_between_the_centres(disc):
    found = disc_fovea_distances(disc, Fovea(120.5, 345.25))

    dd = hypot(199.5, 25.25) / 80
    assert found["disc_fovea_distance_dd"].value == pytest.approx(dd, rel=0.002)
    assert found["disc_fovea_distance_um"].unit == "um"
    assert found["disc_fovea_distance_um"].value == pytest.approx(dd * DISC_DIAMETER_UM, rel=0.002)


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        (240.0, "implausible fovea: 1.0 disc diameters from the disc"),
        (800.0, "implausible fovea: 6.0 disc diameters from the disc"),
    ],
)
def test_a_fovea_where_none_can_be_is_refused(disc, x, reason):
    found = disc_fovea_distances(disc, Fovea(x, 320.0))

    assert found["disc_fovea_distance_dd"] == Reading(None, "1", reason)
    assert found["disc_fovea_distance_um"] == Reading(None, "um", reason)


@pytest.mark.parametrize(
    ("has_disc", "fovea", "reason"),
    [(False, Fovea(120.0, 320.0), "no disc found"), (True, NOT_FOUND, "no fovea found")],
)
def test_without_a_disc_or_a_fovea_there_is_no_distance(disc, has_disc, fovea, reason):
    found = disc_fovea_distances(disc if has_disc else NoDisc("no disc found"), fovea)

    assert {reading.missing_because for reading in found.values()} == {reason}


def test_the_disc_is_measured_against_the_field(disc):
    assert disc_diameter(disc, 640).value == pytest.approx(80 / 640, rel=0.002)
    assert disc_diameter(NoDisc("no disc found"), 640) == Reading(None, "1", "no disc found")
