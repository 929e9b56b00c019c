"""Discrete-time survival arithmetic with death competing, shared by training and the device.

Time is cut into years. For year t a model gives two hazards of someone who reached t alive and
without the event: the chance of the event in t, and the chance of dying in t before the event.
They never sum to more than 1, so that survival never falls below 0 and incidence never falls.

Legend: N people, K conditions, T years; arrays may have any leading axes, T is the last.

Source: Prentice et al. 1978, Biometrics 34:541; Gensheimer & Narasimhan 2019, PeerJ 7:e6257.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Hazards = npt.NDArray[np.float64]


def survival(hazard_NKT: npt.ArrayLike, death_hazard_NKT: npt.ArrayLike) -> Hazards:
    """Return the chance of being alive without the event at the end of each year.

    Raises ValueError for hazards outside 0 to 1, or that sum to more than 1.
    """
    event, death = _checked(hazard_NKT, death_hazard_NKT)
    return np.asarray(np.cumprod(1.0 - event - death, axis=-1))


def cumulative_incidence(hazard_NKT: npt.ArrayLike, death_hazard_NKT: npt.ArrayLike) -> Hazards:
    """Return the chance of the event by the end of each year, death competing.

    It is the sum over years of the survival to the year's start x the year's hazard, so it never
    falls and, with the incidence of death and survival, sums to 1. Raises ValueError as `survival`.
    """
    event, death = _checked(hazard_NKT, death_hazard_NKT)
    left = np.cumprod(1.0 - event - death, axis=-1)
    reached = np.concatenate([np.ones_like(left[..., :1]), left[..., :-1]], axis=-1)
    return np.asarray(np.cumsum(reached * event, axis=-1))


def at_horizons(incidence_NKT: Hazards, horizons_years: Sequence[float]) -> Hazards:
    """Return cumulative incidence at horizons, (..., horizons).

    Inside a year it grows evenly. Raises ValueError for a horizon that lies outside the years.
    """
    years = np.asarray(horizons_years, np.float64)
    length = incidence_NKT.shape[-1]
    if np.any(years <= 0) or np.any(years > length):
        raise ValueError(f"horizons lie within {length} years, got {list(horizons_years)}")
    whole = np.concatenate([np.zeros_like(incidence_NKT[..., :1]), incidence_NKT], axis=-1)
    before = np.ceil(years).astype(np.intp) - 1
    share = years - before
    return np.asarray(whole[..., before] * (1.0 - share) + whole[..., before + 1] * share)


def yearly_hazards(rate_NKT: Hazards, death_rate_NKT: Hazards) -> tuple[Hazards, Hazards]:
    """Return the yearly hazards of event and of death first that constant rates a year bring.

    Of those who leave in the year, event and death have the shares of their rates.
    """
    both = rate_NKT + death_rate_NKT
    leaves = -np.expm1(-both)
    share = np.divide(rate_NKT, both, out=np.zeros_like(both), where=both > 0)
    return np.asarray(leaves * share), np.asarray(leaves * (1.0 - share))


def yearly_rates(hazard_NKT: Hazards, death_hazard_NKT: Hazards) -> tuple[Hazards, Hazards]:
    """Return the constant rates a year that bring these yearly hazards: `yearly_hazards` undone.

    Raises ValueError as `survival`, and where nobody is left at a year's end.
    """
    event, death = _checked(hazard_NKT, death_hazard_NKT)
    leaves = event + death
    if np.any(leaves >= 1.0):
        raise ValueError("no finite rate empties a year")
    both = -np.log1p(-leaves)
    share = np.divide(event, leaves, out=np.zeros_like(both), where=leaves > 0)
    return np.asarray(both * share), np.asarray(both * (1.0 - share))


def raised_hazards(
    hazard_NKT: Hazards, death_hazard_NKT: Hazards, increment_NK: npt.ArrayLike
) -> tuple[Hazards, Hazards]:
    """Return hazards after the event's rate was multiplied by exp(`increment_NK`) in every year.

    The rate of death stays; its hazard changes a little, since fewer or more live to die first.
    """
    rate, death_rate = yearly_rates(hazard_NKT, death_hazard_NKT)
    return yearly_hazards(rate * np.exp(np.asarray(increment_NK))[..., None], death_rate)


def moved(incidence_NKT: Hazards, offset_NKT: npt.ArrayLike) -> Hazards:
    """Return cumulative incidence moved by an offset on the scale log(-log(1 - incidence)).

    The ends of an interval are such offsets, below and above 0. The result stays within 0 and 1
    and, over the years, never falls.
    """
    inner = np.clip(incidence_NKT, 1e-12, 1.0 - 1e-12)
    shifted = -np.expm1(np.log1p(-inner) * np.exp(np.asarray(offset_NKT, np.float64)))
    return np.asarray(np.maximum.accumulate(shifted, axis=-1))


def _checked(hazard: npt.ArrayLike, death_hazard: npt.ArrayLike) -> tuple[Hazards, Hazards]:
    event, death = np.asarray(hazard, np.float64), np.asarray(death_hazard, np.float64)
    if event.shape != death.shape:
        raise ValueError(f"hazards {event.shape} and of death {death.shape} differ in shape")
    # NaN fails every comparison, so that it is refused too. A graph in fp32 may pass 1 by a digit.
    if not (np.all(event >= 0) and np.all(death >= 0) and np.all(event + death <= 1.0 + 1e-6)):
        raise ValueError("hazards lie between 0 and 1 and sum to at most 1 with those of death")
    scale = np.maximum(event + death, 1.0)
    return event / scale, death / scale
