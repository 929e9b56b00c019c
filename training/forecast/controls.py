"""Controls: people of whom nothing beyond age and sex may be learned, or told.

Whatever is dealt anew comes from another person of the same sex and about the same age.

Legend: N people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.forecast.people import People

Control = Literal["none", "shuffled", "unrelated"]
"""`shuffled` deals outcomes anew, `unrelated` the signs of the eyes."""
NEAR = 12
"""Neighbours in age among whom is dealt."""


def strangers(people: People) -> npt.NDArray[np.intp]:
    """Return for each person the place of another one of the same sex and about the same age."""
    order = np.lexsort((people.value_ND[:, 0], people.value_ND[:, 1]))
    rng = np.random.default_rng(13)
    found = np.empty(len(order), np.intp)
    for start in range(0, len(order), NEAR):
        near = order[start : start + NEAR]
        # A turn by one at least: nobody is dealt what was his, but for somebody left alone.
        found[near] = np.roll(near, int(rng.integers(1, max(2, len(near)))))
    return found


def controlled(people: People, control: Control) -> People:
    """Return the people as a control has them."""
    if control == "none":
        return people
    others = people.take(strangers(people))
    if control == "unrelated":
        return replace(people, sign_NS=others.sign_NS)
    return replace(
        people, at_risk_NK=others.at_risk_NK, years_NK=others.years_NK, event_NK=others.event_NK
    )
