"""What counts as a change between two visits, on numbers that can be checked by eye."""

from __future__ import annotations

import json
from pathlib import Path

from edge_runtime.contracts.result import Measurement, ScreeningResult
from edge_runtime.domain import Evidence, Eye
from edge_runtime.wire.records import BundleDescription, PhotographDone
from tests.ui.fake_service import SHA256, FakeEye, events_of
from ui.changes import Change, changes, comparable, smallest_detectable

REFERENCE = Path(__file__).resolve().parents[2] / "edge_runtime" / "reference_bundle"


def a_result(**values: float | None) -> ScreeningResult:
    biomarkers = {
        name: Measurement(missing_because="no disc found")
        if value is None
        else Measurement(value=value, unit="um", evidence=Evidence.INTERNAL)
        for name, value in values.items()
    }
    events = events_of(0, "a.jpg", Eye.OD, FakeEye(biomarkers=biomarkers))
    return next(e.result for e in events if isinstance(e, PhotographDone))


def a_bundle(bundle_json: str, sha256: str = SHA256) -> BundleDescription:
    return BundleDescription("fake", "0.0.1", sha256, (), (), "", bundle_json, "0")


def test_a_difference_counts_when_it_is_more_than_readings_scatter() -> None:
    now, before = a_result(crae_um=140.0, crve_um=200.0), a_result(crae_um=180.0, crve_um=210.0)

    crae, crve = changes(now, before, {"crae_um": 36.0, "crve_um": 30.0})

    assert (crae.name, crae.change) == ("crae_um", Change.MORE)
    assert (crve.name, crve.change) == ("crve_um", Change.WITHIN)
    assert (crae.before, crae.now) == (180.0, 140.0)


def test_what_either_visit_lacks_or_nobody_knows_the_scatter_of_is_left_out() -> None:
    now = a_result(crae_um=140.0, crve_um=None, other_um=3.0)
    before = a_result(crae_um=None, crve_um=210.0, other_um=9.0)

    assert changes(now, before, {"crae_um": 36.0, "crve_um": 30.0}) == []


def test_readings_of_two_bundles_are_not_compared() -> None:
    now = a_result(crae_um=140.0)

    assert comparable(now, now, a_bundle("{}"))
    assert not comparable(now, now, a_bundle("{}", sha256="6" * 64))


def test_the_reference_bundle_says_how_much_each_reading_scatters() -> None:
    text = (REFERENCE / "bundle.json").read_text(encoding="utf-8")
    stated = json.loads(text)["smallest_detectable_change"]

    smallest = smallest_detectable(a_bundle(text))

    assert smallest.keys() == stated.keys()
    assert smallest["crae_um"] >= stated["crae_um"]["value"] > 0
