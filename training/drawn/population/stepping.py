"""One moment to the next: hazards, events, what they leave, bodies, eyes. The only such place."""

from __future__ import annotations

from training.drawn.population.body import advance_body, show_body
from training.drawn.population.events import StepEvents, mark, run_clocks
from training.drawn.population.eye_memory import advance_eyes
from training.drawn.population.eyes import show_eyes
from training.drawn.population.hazards import Baselines, set_hazards
from training.drawn.population.lanes import Chance, Lanes
from training.drawn.population.parameters import Parameters


def show(lanes: Lanes, p: Parameters, baselines: Baselines) -> None:
    """Set all that shows at this moment, hazards included, from what lanes remember."""
    show_body(lanes, p)
    show_eyes(lanes, p)
    set_hazards(lanes, p, baselines)


def advance(lanes: Lanes, chance: Chance, p: Parameters, mortal: bool = True) -> StepEvents:
    """Return the events of one step and move lanes to its end; `show` sets what is seen there."""
    events = run_clocks(lanes, chance, p, mortal)
    advance_eyes(lanes, chance, p)
    mark(lanes, events, chance, p)
    advance_body(lanes, chance, p)
    return events
