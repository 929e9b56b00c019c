from __future__ import annotations

import numpy as np

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.density import density
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc


def test_the_density_is_the_share_of_the_field_outside_the_disc():
    field, vessel, disc = (np.zeros((100, 100), bool) for _ in range(3))
    field[:, :50] = True
    disc[:10, :10] = True
    vessel[5:15, :10] = True

    found = Disc(disc, 4.5, 4.5, 10.0)

    # 100 pixels of vessel, half of them on the disc; 5,000 of field, 100 of disc.
    assert density(vessel, field, found, "vessel") == Reading(50 / 4900)


def test_without_a_disc_or_a_vessel_there_is_no_density():
    field = np.ones((20, 20), bool)

    assert density(field, field, NoDisc("no disc found"), "venule") == Reading(
        None, "1", "no disc found"
    )
    assert density(~field, field, NoDisc("no disc found"), "venule") == Reading(
        None, "1", "no venules found"
    )
