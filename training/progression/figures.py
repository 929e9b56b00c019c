"""Scores of judged eyes as the figures of a bundle: shares of what true other futures gain.

Copying the photograph of now is what to beat; another future from the same true state is as good
as anybody could be who knew all but chance. A share of 0 is copying, 1 is that. Sums over eyes are
divided, so that eyes that change much count most; intervals are by bootstrap over persons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from edge_runtime.contracts.bundle import Beside, Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Evidence
from training.drawn.population.person import SET
from training.progression.judging import JUDGED_BIOMARKERS, JudgedEye

DRAWS, SEED = 2000, 7
COPYING = "copying the photograph of now"

Rows = dict[str, np.ndarray]
Statistic = Callable[[Rows], float]


def figures(eyes: Sequence[JudgedEye], years: float) -> list[Metric]:
    """Return the figures of eyes judged at one horizon."""
    found = [
        _figure(eyes, years, "energy_score_share_of_gain", _share("energy"), 0.0, _peers("energy")),
        _figure(eyes, years, "energy_score_levels", _mean("energy_samples"), None, _energies),
        _figure(
            eyes, years, "ssim", _mean("ssim_samples"), "ssim_copying", _also("ssim_regression")
        ),
        _figure(eyes, years, "psnr_mean_sample_gain_db", _psnr_gain, 0.0, None),
        _figure(eyes, years, "change_outside_levels", _mean("change_outside"), 0.0, None),
        _figure(eyes, years, "vessel_dice_unchanged", _mean("vessel_dice_unchanged"), 1.0, None),
    ]
    for name in JUDGED_BIOMARKERS:
        share, covered = f"{name}_share_of_gain", f"{name}_covered"
        found.append(_figure(eyes, years, share, _share("error", name), 0.0, _errors(name)))
        found.append(_figure(eyes, years, covered, _mean(f"covered_{name}"), None, None))
    found.append(_figure(eyes, years, "biomarkers_share_of_gain", _all_biomarkers, 0.0, None))
    found.append(_figure(eyes, years, "biomarkers_covered", _all_covered, None, None))
    return [metric for metric in found if metric is not None]


def _figure(
    eyes: Sequence[JudgedEye],
    years: float,
    name: str,
    statistic: Statistic,
    baseline: float | str | None,
    beside: Callable[[Rows], list[Beside]] | None,
) -> Metric | None:
    """Return one figure, None where no eye has what it needs."""
    rows = _rows(eyes)
    value = statistic(rows)
    if not np.isfinite(value):
        return None
    told = baseline if not isinstance(baseline, str) else float(np.nanmean(rows[baseline]))
    return Metric(
        name=name,
        value=value,
        interval_95=_interval(rows, [eye.person_id for eye in eyes], statistic),
        set=SET,
        role=Role.TEST,
        subgroup={"horizon_years": f"{years:g}"},
        people=len({eye.person_id for eye in eyes}),
        photographs=len(eyes),
        baseline=told,
        baseline_name=None if told is None else COPYING,
        beside=None if beside is None else beside(rows),
        evidence=Evidence.DRAWN,
    )


def _rows(eyes: Sequence[JudgedEye]) -> Rows:
    """Return each number of all eyes, NaN where an eye has not got it."""
    names = sorted({name for eye in eyes for name in eye.numbers})
    return {
        name: np.array([eye.numbers.get(name, np.nan) for eye in eyes], np.float64)
        for name in names
    }


def _interval(
    rows: Rows, persons: Sequence[str], statistic: Statistic
) -> tuple[float, float] | None:
    names, member = np.unique(np.asarray(persons), return_inverse=True)
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        chosen = rng.integers(len(names), size=len(names))
        places = np.concatenate([np.flatnonzero(member == person) for person in chosen])
        drawn.append(statistic({name: row[places] for name, row in rows.items()}))
    kept = np.asarray(drawn)[np.isfinite(drawn)]
    if len(kept) < DRAWS / 2:
        return None
    low, high = np.percentile(kept, (2.5, 97.5))
    return float(low), float(high)


def _share(kind: str, of: str | None = None, who: str = "samples") -> Statistic:
    """Return the share of the gain over copying that true other futures reach."""
    ends = "" if of is None else f"_{of}"

    def share(rows: Rows) -> float:
        copying, samples, others = (
            rows.get(f"{kind}_{each}{ends}") for each in ("copying", who, "others")
        )
        if copying is None or samples is None or others is None:
            return float("nan")
        gained, possible = np.nansum(copying - samples), np.nansum(copying - others)
        return float(gained / possible) if possible > 0 else float("nan")

    return share


def _mean(name: str) -> Statistic:
    def mean(rows: Rows) -> float:
        row = rows.get(name)
        known = row[np.isfinite(row)] if row is not None else np.empty(0)
        return float(known.mean()) if len(known) else float("nan")

    return mean


def _psnr_gain(rows: Rows) -> float:
    copying, mean = rows["mse_copying"].mean(), rows["mse_mean_sample"].mean()
    return float(10.0 * np.log10(copying / mean)) if mean > 0 else float("nan")


def _all_biomarkers(rows: Rows) -> float:
    """Return the mean over biomarkers of the share, each within -1 to 1 so that none rules."""
    shares = np.array([_share("error", name)(rows) for name in JUDGED_BIOMARKERS])
    known = np.clip(shares[np.isfinite(shares)], -1.0, 1.0)
    return float(known.mean()) if len(known) else float("nan")


def _all_covered(rows: Rows) -> float:
    shares = np.array([_mean(f"covered_{name}")(rows) for name in JUDGED_BIOMARKERS])
    known = shares[np.isfinite(shares)]
    return float(known.mean()) if len(known) else float("nan")


def _peers(kind: str) -> Callable[[Rows], list[Beside]]:
    def peers(rows: Rows) -> list[Beside]:
        regression = _share(kind, who="regression")(rows)
        if not np.isfinite(regression):
            return []
        return [Beside(name="plain regression", value=regression, kind="peer")]

    return peers


def _energies(rows: Rows) -> list[Beside]:
    named = {
        "copying": ("energy_copying", "baseline"),
        "plain regression": ("energy_regression", "peer"),
        "true other futures": ("energy_others", "peer"),
    }
    return [
        Beside(name=name, value=_mean(row)(rows), kind=kind)  # type: ignore[arg-type]
        for name, (row, kind) in named.items()
        if row in rows
    ]


def _errors(of: str) -> Callable[[Rows], list[Beside]]:
    def errors(rows: Rows) -> list[Beside]:
        kinds = {"copying": "baseline", "samples": "peer", "others": "peer"}
        return [
            Beside(name=f"error of {who}", value=_mean(f"error_{who}_{of}")(rows), kind=kind)  # type: ignore[arg-type]
            for who, kind in kinds.items()
            if np.isfinite(_mean(f"error_{who}_{of}")(rows))
        ]

    return errors


def _also(name: str) -> Callable[[Rows], list[Beside]]:
    def also(rows: Rows) -> list[Beside]:
        value = _mean(name)(rows)
        return (
            [Beside(name="plain regression", value=value, kind="peer")]
            if np.isfinite(value)
            else []
        )

    return also
