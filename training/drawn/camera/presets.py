"""The cameras that there are: what presets.toml says of them, read, checked and dealt.

A preset is a way of photographing (a table-top camera of a clinic, a camera in the hand, a
telephone behind a lens); it holds one or more kinds of camera with shares, and for each parameter
of a `CameraState` the range that it is dealt from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tomllib

from edge_runtime.errors import SettingsError

PRESETS_FILE = Path(__file__).with_name("presets.toml")


class Preset(str, Enum):
    """How the photographs of a cohort are taken."""

    CLINIC = "clinic"
    """A table-top camera, mostly of 45 degrees."""

    HANDHELD = "handheld"
    """A camera made for the retina, held in the hand."""

    PHONE = "phone"
    """A telephone behind a lens of 20 dioptres."""

    MIXED = "mixed"
    """Each visit one of the others, in the shares that presets.toml states."""


@dataclass(frozen=True)
class Range:
    """What a parameter is dealt from: log-normal within limits, or even between two values."""

    low: float
    high: float
    unit: str
    source: str
    median: float | None = None
    log_sd: float = 0.0

    @property
    def middle(self) -> float:
        """The median."""
        return (self.low + self.high) / 2 if self.median is None else self.median

    def dealt(self, rng: np.random.Generator) -> float:
        """Return one value; every range takes one number of the generator."""
        if self.median is None:
            return float(rng.uniform(self.low, self.high))
        value = self.median * float(np.exp(rng.normal(0.0, self.log_sd)))
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class CameraKind:
    """One kind of camera of a preset."""

    name: str
    share: float
    tab: str
    """Shape of the tab by which a field's top is told: none, round, square or triangle."""

    ranges: Mapping[str, Range]


@cache
def camera_kinds(preset: Preset) -> tuple[CameraKind, ...]:
    """Return the kinds of camera of a preset that is not mixed; their shares sum to 1.

    Raises SettingsError where presets.toml lacks something or holds what is unknown.
    """
    table = _presets()[preset.value]
    common = {name: _range(name, given) for name, given in table["ranges"].items()}
    kinds = tuple(
        CameraKind(
            kind["name"],
            kind["share"],
            kind["tab"],
            common | {name: _range(name, given) for name, given in kind["ranges"].items()},
        )
        for kind in table["cameras"]
    )
    if abs(sum(kind.share for kind in kinds) - 1.0) > 1e-6:
        raise SettingsError(f"{PRESETS_FILE}: the shares of {preset.value} do not sum to 1")
    return kinds


@cache
def defect_shares(preset: Preset) -> Mapping[str, float]:
    """Return how often each defect is the one, given that a shot of the preset has one; sum 1.

    Raises SettingsError where the shares do not sum to 1.
    """
    shares: dict[str, float] = _presets()[preset.value]["defects"]
    if abs(sum(shares.values()) - 1.0) > 1e-6:
        raise SettingsError(f"{PRESETS_FILE}: defects of {preset.value} do not sum to 1")
    return shares


def deal_kind(preset: Preset, rng: np.random.Generator) -> tuple[Preset, CameraKind]:
    """Return one kind of camera and its preset; of MIXED, the preset is dealt first."""
    if preset is Preset.MIXED:
        shares = _presets()["mixed"]
        dealt = rng.choice(list(shares), p=list(shares.values()))
        preset = Preset(str(dealt))
    kinds = camera_kinds(preset)
    number = rng.choice(len(kinds), p=[kind.share for kind in kinds])
    return preset, kinds[int(number)]


@cache
def _presets() -> dict[str, Any]:
    return tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))


def _range(name: str, given: dict[str, Any]) -> Range:
    """Return a range from its line. Raises SettingsError."""
    known = {"between", "median", "log_sd", "within", "fixed", "unit", "source"}
    if set(given) - known or not {"unit", "source"} <= set(given):
        raise SettingsError(f"{PRESETS_FILE}: {name} = {given}")
    unit, source = given["unit"], given["source"]
    if "fixed" in given:
        return Range(given["fixed"], given["fixed"], unit, source)
    if "between" in given:
        low, high = given["between"]
        return Range(low, high, unit, source)
    try:
        low, high = given["within"]
        return Range(low, high, unit, source, given["median"], given["log_sd"])
    except KeyError as error:
        raise SettingsError(f"{PRESETS_FILE}: {name} lacks {error}") from error
