"""Events inside one step: who has one, when, and what it leaves behind.

Within a step hazards stand still. Each cause has a clock, an exponential deviate that its hazard
runs down; the event falls where the clock runs out, unless death comes first. Ischaemic stroke is
one event of two conditions: `ischaemic_stroke_share` of first strokes without earlier ischaemic
disease are shares of the `ischaemic_cvd` hazard, so that both conditions keep their own hazard
exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.drawn.population.hazards import BoolArray
from training.drawn.population.lanes import STEP, Array, Chance, Lanes
from training.drawn.population.parameters import CONDITIONS, DEATH, Parameters

FLAGS = tuple(c for c in CONDITIONS if not c.endswith("_progression"))
AGAIN = {"dr_progression": "dr_clock", "glaucoma_progression": "glaucoma_clock"}


@dataclass(frozen=True)
class StepEvents:
    """Years into the step of each cause's event, inf where there is none: (L,) by name."""

    within_years: dict[str, Array]

    def happened(self, name: str) -> BoolArray:
        """Return who had the event in this step."""
        return np.isfinite(self.within_years[name])


def run_clocks(lanes: Lanes, chance: Chance, p: Parameters, mortal: bool) -> StepEvents:
    """Return the events of one step and run every clock down; `mortal` False: nobody dies yet."""
    m = lanes.moving
    rates = {name: m[f"hazard_{name}"] for name in CONDITIONS}
    shared = _shared_stroke(m, np.float32(p.body_effects.ischaemic_stroke_share))
    rates["stroke"] = rates["stroke"] - shared
    within = {name: _run(m, name, rate) for name, rate in rates.items()}
    death = _run(m, DEATH, m["hazard_death"]) if mortal else np.full(len(lanes), np.inf, np.float32)
    strokes = _ischaemic_strokes(m, within["ischaemic_cvd"], shared, chance)
    within["stroke"] = np.minimum(within["stroke"], strokes)
    alive = m["dead"] == 0
    last = np.where(alive, death, np.float32(-1))
    shown = {n: np.where(w < last, w, np.float32(np.inf)) for n, w in within.items()}
    shown[DEATH] = np.where(alive, death, np.float32(np.inf))
    return StepEvents(shown)


def _run(m: dict[str, Array], name: str, rate: Array) -> Array:
    clock = m[f"clock_{name}"]
    used = rate * STEP
    ends = (clock < used) & (rate > 0)
    within = np.where(ends, clock / np.maximum(rate, 1e-20), np.float32(np.inf))
    m[f"clock_{name}"] = np.where(ends, np.float32(np.inf), clock - used)
    return np.asarray(within, np.float32)


def _shared_stroke(m: dict[str, Array], share: np.float32) -> Array:
    both = (m["risk_ischaemic_cvd"] > 0) & (m["risk_stroke"] > 0)
    ischaemic = np.minimum(share * m["hazard_stroke"], m["hazard_ischaemic_cvd"])
    return np.where(both, ischaemic, np.float32(0))


def _ischaemic_strokes(m: dict[str, Array], at: Array, shared: Array, chance: Chance) -> Array:
    share = shared / np.maximum(m["hazard_ischaemic_cvd"], 1e-20)
    is_stroke = np.isfinite(at) & (chance.uniform("kind_of_event") < share)
    return np.where(is_stroke, at, np.float32(np.inf))


def mark(lanes: Lanes, events: StepEvents, chance: Chance, p: Parameters) -> None:
    """Set what events leave behind, from the step's end on."""
    m = lanes.moving
    for name in CONDITIONS:
        had = events.happened(name)
        m[f"had_{name}"] = np.maximum(m[f"had_{name}"], had)
        if name in AGAIN:
            fresh = -np.log1p(-chance.uniform(AGAIN[name]))
            m[f"clock_{name}"] = np.where(had, fresh, m[f"clock_{name}"])
        else:
            m[name] = np.maximum(m[name], had)
    m["dead"] = np.maximum(m["dead"], events.happened(DEATH))
    _mark_diabetic(m, events.happened("dr_progression"), p)
    _mark_glaucoma(m, events.happened("glaucoma_progression"), p)
    _mark_macula(lanes, events.happened("late_amd"), events.within_years["late_amd"])


def _mark_diabetic(m: dict[str, Array], had: BoolArray, p: Parameters) -> None:
    begin = np.float32(p.retina.diabetic.fraction_after_progression)
    m["dr_grade"] = m["dr_grade"] + had
    m["dr_fraction"] = np.where(had, begin, m["dr_fraction"])


def _mark_glaucoma(m: dict[str, Array], had: BoolArray, p: Parameters) -> None:
    g = p.retina.glaucoma
    suspect = m["glaucoma_status"] == 1
    turned = np.maximum(m["rim_loss"], np.float32(g.rim_lost_at_glaucoma))
    further = m["rim_loss"] + np.float32(g.rim_lost_a_progression)
    lost = np.minimum(np.where(suspect, turned, further), np.float32(g.rim_lost_most))
    m["rim_loss"] = np.where(had, lost, m["rim_loss"])
    m["glaucoma_status"] = np.where(had, np.float32(2), m["glaucoma_status"])


def _mark_macula(lanes: Lanes, had: BoolArray, within: Array) -> None:
    m = lanes.moving
    first = had[:, None] & (lanes.fixed["lead_macula"][:, None] == np.arange(2))
    onset = m["years"] + np.where(had, within, np.float32(0))
    m["amd_years"] = np.where(first, onset[:, None], m["amd_years"])


def fresh_clocks(uniforms: npt.NDArray[np.float32]) -> dict[str, Array]:
    """Return clocks from uniforms (11, L), one row a cause."""
    names = (*CONDITIONS, DEATH)
    exponential = np.asarray(-np.log1p(-uniforms), np.float32)
    return {f"clock_{name}": row for name, row in zip(names, exponential, strict=True)}
