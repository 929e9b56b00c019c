"""Tables of bias and deviation of calibres on drawn vessels; see measure_calibre.py."""

from __future__ import annotations

import argparse
import sys

import numpy as np

from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import Disc, find_disc
from edge_runtime.fundus.biomarkers.knudtson import (
    ARTERIOLE_CONSTANT,
    VENULE_CONSTANT,
    central_equivalent,
)
from edge_runtime.fundus.biomarkers.profiles import WANTED_SIDE_PX
from edge_runtime.fundus.biomarkers.stretches import VesselWidth
from edge_runtime.fundus.biomarkers.zone_b_widths import (
    ARTERIOLE,
    VENULE,
    central_equivalents,
    zone_b_vessels,
)
from tests.drawn_calibres import Conditions, DrawnEye
from tests.drawn_vessels import spokes

WIDTHS_PX = (5.0, 8.0, 12.0, 16.0, 20.0, 25.0)
BLURS_PX = (0.5, 1.0, 1.5, 2.5)
CONSTANTS = {ARTERIOLE: ARTERIOLE_CONSTANT, VENULE: VENULE_CONSTANT}


def measured(eye: DrawnEye) -> tuple[list[float], dict[int, float], int]:
    """Return the widths in um, CRAE and CRVE by kind where there are any, and the vessels drawn."""
    masks, picture = eye.masks(), eye.picture()
    disc = find_disc(masks)
    if not isinstance(disc, Disc):
        raise ValueError(disc.reason)
    lines = {ARTERIOLE: centrelines(masks.arteriole_HW), VENULE: centrelines(masks.venule_HW)}
    um = disc.um_per_px / picture.px_per_mask_px
    vessels = zone_b_vessels(masks, lines, disc, picture)
    widths = [v.width.width_px * um for v in vessels if isinstance(v.width, VesselWidth)]
    readings = central_equivalents(masks, lines, disc, picture)
    found = {kind: r.value for kind, r in readings.items() if r.value is not None}
    return widths, found, len(eye.vessels)


def truth(eye: DrawnEye, kind: int) -> float:
    """Return the summary of the widths that were drawn."""
    um = eye.conditions.um_per_px
    widths = [um * vessel.width_px for vessel in eye.vessels if vessel.kind == kind]
    value = central_equivalent(widths, CONSTANTS[kind], "vessel").value
    if value is None:
        raise ValueError("six vessels of each kind must be drawn")
    return value


def single_widths(options: argparse.Namespace) -> None:
    """Print bias and deviation of single vessels by width and blur."""
    _line("width px  blur px  found  bias um  SD um | CRAE/CRVE bias um  SD um")
    for width in WIDTHS_PX:
        for blur in BLURS_PX:
            errors, summary, drawn = [], [], 0
            for seed in range(options.repeats):
                eye = drawn_eye((width,) * 12, blur, seed, options)
                widths, found, count = measured(eye)
                errors += [one - width * options.um_per_px for one in widths]
                summary += [value - truth(eye, kind) for kind, value in found.items()]
                drawn += count
            row = f"{width:8.0f} {blur:8.1f} {len(errors):3d}/{drawn:<3d} {statistics(errors)}"
            _line(f"{row} | {len(summary):2d} {statistics(summary)}")


def six_widest(options: argparse.Namespace) -> None:
    """Print bias and deviation of CRAE and CRVE of eyes with vessels of six widths."""
    _line("\nsix widths, blur px  CRAE: found  bias um  SD um  CRVE: found  bias um  SD um")
    for blur in BLURS_PX:
        errors: dict[int, list[float]] = {ARTERIOLE: [], VENULE: []}
        for seed in range(2 * options.repeats):
            widths = tuple(np.random.default_rng(seed).permutation(np.repeat(WIDTHS_PX, 2)))
            mixed = tuple(w for pair in zip(widths[:6], widths[6:], strict=True) for w in pair)
            eye = drawn_eye(mixed, blur, seed, options)
            _, found, _ = measured(eye)
            for kind, value in found.items():
                errors[kind].append(value - truth(eye, kind))
        parts = (f"{len(of):6d} {statistics(of)}" for of in errors.values())
        _line(f"{blur:18.1f}  " + "  ".join(parts))


def drawn_eye(
    widths_px: tuple[float, ...], blur_px: float, seed: int, options: argparse.Namespace
) -> DrawnEye:
    """Return an eye with these widths, arterioles and venules by turns."""
    rng = np.random.default_rng(seed)
    conditions = Conditions(
        um_per_px=options.um_per_px,
        wanted_side_px=None if options.full_scale else round(WANTED_SIDE_PX * options.crop_share),
        blur_px=blur_px,
        noise=options.noise,
        reflex=options.reflex,
    )
    return DrawnEye(spokes(widths_px, rng), conditions, rng)


def statistics(errors: list[float]) -> str:
    """Return mean and deviation as text."""
    if len(errors) < 2:
        return "      -      -"
    return f"{np.mean(errors):7.2f} {np.std(errors, ddof=1):6.2f}"


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
