"""What eyes remember beside the ten conditions: bleeding, laser, surgery, care, the fellow eye."""

from __future__ import annotations

import numpy as np

from training.drawn.population.eyes import upper
from training.drawn.population.lanes import STEP, Array, Chance, Lanes
from training.drawn.population.parameters import Parameters


def advance_eyes(lanes: Lanes, chance: Chance, p: Parameters) -> None:
    """Move what eyes remember by one step; `years` is still the step's beginning."""
    m = lanes.moving
    calibre = p.retina.calibre
    kept = np.float32(np.exp(-float(STEP) / calibre.within_years))
    fresh = np.float32(calibre.sd_within * np.sqrt(1.0 - float(kept) ** 2))
    m["calibre_wave"] = kept * m["calibre_wave"] + fresh * chance.normal("calibre")
    creep = p.retina.diabetic.creep_per_year * STEP * m["type_2_diabetes"]
    m["dr_fraction"] = m["dr_fraction"] + creep * (
        np.float32(p.retina.diabetic.creep_to) - m["dr_fraction"]
    )
    _bleed(m, chance, p)
    _treat_eyes(m, chance, p)
    _new_suspects(m, chance, p)
    _fellow_amd(lanes, chance, p)
    worn = p.retina.glaucoma.rim_lost_a_year * STEP * (m["glaucoma_status"] == 2)
    m["rim_loss"] = np.minimum(m["rim_loss"] + worn, np.float32(p.retina.glaucoma.rim_lost_most))


def _bleed(m: dict[str, Array], chance: Chance, p: Parameters) -> None:
    rates = np.asarray(p.retina.disc.disc_haemorrhage_per_year, np.float32)
    # The rate is a person's: half of it is each eye's.
    rate = 0.5 * rates[m["glaucoma_status"].astype(int)]
    bleeds = [chance.happens(f"haemorrhage_{eye}", rate) for eye in ("od", "os")]
    m["disc_haemorrhage"] = np.stack(bleeds, axis=1).astype(np.float32)
    kept = np.float32(np.exp(-float(STEP) / p.retina.disc.disc_haemorrhage_memory_years))
    fresh = upper(m["disc_haemorrhage"])
    m["disc_haemorrhage_memory"] = np.maximum(kept * m["disc_haemorrhage_memory"], fresh)


def _treat_eyes(m: dict[str, Array], chance: Chance, p: Parameters) -> None:
    d = p.retina.diabetic
    due = (m["dr_severity"] >= d.laser_from_severity) & ~np.isfinite(m["laser_years"])
    given = np.reshape(chance.happens("laser", d.laser_per_year), (-1, 1)) & due
    m["laser_years"] = np.where(given, m["years"][:, None] + STEP, m["laser_years"])
    cloudy = m["lens_opacity"] >= p.retina.media.surgery_opacity
    rate = p.retina.media.surgery_per_year
    operated = np.stack([chance.happens(f"surgery_{eye}", rate) for eye in ("od", "os")], axis=1)
    m["pseudophakic"] = np.maximum(m["pseudophakic"], (operated & cloudy).astype(np.float32))


def _new_suspects(m: dict[str, Array], chance: Chance, p: Parameters) -> None:
    g = p.retina.glaucoma
    rate = g.new_per_year * np.power(np.float32(g.new_per_mmhg), m["iop_mmhg"] - g.new_at_mmhg)
    rate = rate * (m["age_years"] >= g.new_from_age) * (m["glaucoma_status"] == 0)
    m["glaucoma_status"] = m["glaucoma_status"] + chance.happens("new_suspect", rate)


def _fellow_amd(lanes: Lanes, chance: Chance, p: Parameters) -> None:
    m = lanes.moving
    has = np.isfinite(m["amd_years"])
    next_eye = ~has & (has[:, 0] | has[:, 1])[:, None]
    now = chance.happens("fellow_amd", p.retina.macula.fellow_per_year)
    follows = np.reshape(now, (-1, 1)) & next_eye
    m["amd_years"] = np.where(follows, m["years"][:, None] + STEP, m["amd_years"])
