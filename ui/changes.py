"""What changed in an eye since an earlier visit, and whether it is more than readings scatter.

Pure. Two readings are compared only where one and the same bundle made both, and it says how much
a reading of an unchanged eye scatters (`smallest_detectable_change` of bundle.json): of two
readings of an eye that has not changed, 95 % differ by less.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum

from edge_runtime.wire.client import BundleDescription, ScreeningResult


class Change(Enum):
    """What a difference says."""

    MORE = "more"
    """It is more than two readings of an unchanged eye differ."""
    WITHIN = "within"
    """It is not: this is no change that could be told from scatter."""


@dataclass(frozen=True)
class Changed:
    """One measurement then and now."""

    name: str
    unit: str
    before: float
    now: float
    smallest: float
    """The smallest detectable change."""

    @property
    def change(self) -> Change:
        """Return what the difference says."""
        return Change.MORE if abs(self.now - self.before) > self.smallest else Change.WITHIN


def smallest_detectable(bundle: BundleDescription) -> dict[str, float]:
    """Return the smallest detectable change of each measurement that the bundle states one for.

    The larger of its two figures, where visits of real eyes gave another than copies did.
    """
    stated = json.loads(bundle.bundle_json).get("smallest_detectable_change") or {}
    return {
        name: max(each["value"], (each.get("repeated_visits") or {}).get("value", 0.0))
        for name, each in stated.items()
    }


def comparable(now: ScreeningResult, before: ScreeningResult, bundle: BundleDescription) -> bool:
    """Return whether the service's own bundle made both readings."""
    return now.bundle.sha256 == before.bundle.sha256 == bundle.sha256


def changes(
    now: ScreeningResult, before: ScreeningResult, smallest: dict[str, float]
) -> list[Changed]:
    """Return each measurement that both have and whose scatter is known.

    Those that changed by more than that come first.
    """
    found = []
    for name, each in (now.biomarkers or {}).items():
        then = (before.biomarkers or {}).get(name)
        if then is None or each.value is None or then.value is None or then.unit != each.unit:
            continue
        if name in smallest:
            found.append(Changed(name, each.unit or "1", then.value, each.value, smallest[name]))
    return sorted(found, key=lambda each: each.change is Change.WITHIN)
