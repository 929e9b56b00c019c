"""What an exam's photographs say together: the best of each eye, ungradable, urgent."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from edge_runtime.records.kept import KeptPhotograph


def with_best(photographs: Sequence[KeptPhotograph]) -> tuple[KeptPhotograph, ...]:
    """Return the photographs with the best of each eye marked.

    One that somebody overrode comes before a gradable one, that before one not yet screened, and
    all before an ungradable one; then the more probable, then the later. One of which nobody knows
    the eye stands alone. One that could not be read is never the best.
    """
    eyes: dict[str, list[KeptPhotograph]] = defaultdict(list)
    for photograph in photographs:
        if not photograph.refused_error:
            eyes[eye_of(photograph) or photograph.photograph_id].append(photograph)
    best = {max(group, key=_rank).photograph_id for group in eyes.values()}
    return tuple(replace(each, best=each.photograph_id in best) for each in photographs)


def eye_of(photograph: KeptPhotograph) -> str | None:
    """Return OD or OS: as given, or else as the picture says; None where neither tells."""
    if photograph.eye is not None:
        return photograph.eye.value
    laterality: str | None = _result(photograph).get("eye", {}).get("laterality")
    return laterality


def is_ungradable(photographs: Sequence[KeptPhotograph]) -> bool:
    """Return whether an eye's best photograph cannot be graded, or none of it could be read."""
    best = [photograph for photograph in photographs if photograph.best]
    eyes = {eye_of(photograph) for photograph in best}
    unread = any(each.refused_error and eye_of(each) not in eyes for each in photographs)
    return unread or any(
        bool(each.result_json) and not each.overridden and not _result(each)["quality"]["gradable"]
        for each in best
    )


def is_urgent(photographs: Sequence[KeptPhotograph]) -> bool:
    """Return whether a finding of a best photograph is over its bundle's threshold."""
    return any(
        _over_threshold(finding)
        for photograph in photographs
        if photograph.best
        for finding in (_result(photograph).get("findings") or {}).values()
    )


def _over_threshold(finding: dict[str, Any]) -> bool:
    if "referable_threshold" in finding:
        return bool(finding["referable"] >= finding["referable_threshold"])
    return "threshold" in finding and bool(finding["probability"] >= finding["threshold"])


def _rank(photograph: KeptPhotograph) -> tuple[int, float, int]:
    result = _result(photograph)
    if photograph.overridden:
        rank = 3
    elif not result:
        rank = 1
    else:
        rank = 2 if result["quality"]["gradable"] else 0
    return rank, float(result["quality"]["probability"]) if result else 0.0, photograph.attempt


def _result(photograph: KeptPhotograph) -> dict[str, Any]:
    return dict(json.loads(photograph.result_json)) if photograph.result_json else {}
