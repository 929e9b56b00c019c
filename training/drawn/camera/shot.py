"""What is dealt anew for each shot of a visit: aim, roll, exposure, shade, lashes, a defect."""

from __future__ import annotations

import numpy as np

from training.drawn.camera.presets import Preset, Range, defect_shares

SEEDS = 2**63
BLOCKED_BY = ("iris", "lid", "frame")
"""Ways in which a field is cut off, in equal shares; a table-top camera's own frame does not."""
GLOW = Range(0.02, 0.5, "light", "seen: DRIVE, DRISHTI_GS", median=0.08, log_sd=0.8)
SHADE = Range(0.15, 0.8, "1", "seen: DRISHTI_GS")
LASHES = Range(0.2, 0.7, "1", "assumed")
"""How strong each is in a shot that has it."""


def shot(preset: Preset, visit: dict[str, float], rng: np.random.Generator) -> dict[str, object]:
    """Return the fields of a `CameraState` that each shot deals, by name.

    `visit` holds the visit's own spreads and chances by the names of their ranges.
    """
    return {
        "shot_seed": int(rng.integers(SEEDS)),
        "aim_x_deg": float(rng.normal(0, visit["aim_spread_deg"])),
        "aim_y_deg": float(rng.normal(0, visit["aim_spread_deg"])),
        "roll_deg": float(rng.normal(0, visit["roll_spread_deg"])),
        "exposure_stops": float(rng.normal(0, visit["exposure_spread"])),
        "motion_deg": float(rng.uniform(0, 180)),
        "shade": _sometimes(visit["shade_chance"], SHADE, rng),
        "rim_glow": _sometimes(visit["rim_glow_chance"], GLOW, rng),
        "lashes": _sometimes(visit["lashes_chance"], LASHES, rng),
        **_defect(preset, visit, rng),
    }


def _sometimes(chance: float, strength: Range, rng: np.random.Generator) -> float:
    happens, value = rng.random() < chance, strength.dealt(rng)
    return value if happens else 0.0


def _defect(preset: Preset, visit: dict[str, float], rng: np.random.Generator) -> dict[str, object]:
    """Return a defect or none; the generator moves on alike whatever comes of it."""
    lot, share, which, way = rng.random(4)
    shares = defect_shares(preset)
    number = int(np.searchsorted(np.cumsum(list(shares.values())), which))
    name = list(shares)[min(number, len(shares) - 1)]
    ways = BLOCKED_BY[:2] if preset is Preset.CLINIC else BLOCKED_BY
    blocked_by = ways[int(way * len(ways))]
    if lot < visit["ungradable"]:
        severity = 0.55 + 0.45 * share
    elif lot < visit["ungradable"] + visit["mild_defect"]:
        severity = 0.10 + 0.30 * share
    else:
        return {}
    blocked = blocked_by if name == "clipped_field" else ""
    return {"defect": name, "severity": float(severity), "blocked_by": blocked}
