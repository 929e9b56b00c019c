"""Plain statistics of a levelled photograph, each with words, by which drawings may be known.

Colour and light over the field, energy of each scale of detail, vessels as a ridge filter finds
them, the brightest and the darkest place, noise, and the field's edge. Nothing is learned here.

Legend: H rows, W columns, C colours (R, G, B), N pixels of the field.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from training.drawn.realism.level import distance_from_centre
from training.evaluation.vesselness import SCALES, vesselness

COLOURS = ("red", "green", "blue")
INNER = 0.92
"""In field radii: nearer to the rim, only the signs of the edge look."""
RINGS = ((0.0, 0.25), (0.25, 0.45), (0.45, 0.65), (0.65, 0.8), (0.8, 0.92))
BANDS_PX = (0.7, 1.4, 2.8, 5.6, 11.2, 22.4)
"""Smaller deviations of the differences of Gaussians; at 45 degrees a pixel of 320 is 42 um."""
VESSEL_CUT = 128
"""On the ridge filter's 8-bit picture: what it takes for a vessel."""
LEAST = 1e-3

Signs = dict[str, float]


def signs_of(image_HWC: UInt8Array, field_HW: BoolArray) -> Signs:
    """Return every statistic of one levelled photograph by its name."""
    away_HW = distance_from_centre(len(image_HWC))
    inner_HW = field_HW & (away_HW < INNER)
    light_HWC = image_HWC.astype(np.float32) / np.float32(255.0)
    return {
        **_colours(light_HWC, inner_HW),
        **_rings(light_HWC, inner_HW, away_HW),
        **_details(light_HWC, inner_HW),
        **_vessels(image_HWC, light_HWC, field_HW, inner_HW),
        **_places(light_HWC, inner_HW),
        **_noise(light_HWC, inner_HW),
        **_edge(light_HWC, field_HW, away_HW),
    }


def _colours(light_HWC: FloatArray, inner_HW: BoolArray) -> Signs:
    field_NC = light_HWC[inner_HW]
    middle_C = np.median(field_NC, axis=0)
    low_C, high_C = np.percentile(field_NC, (5, 95), axis=0)
    signs: Signs = {}
    for c, colour in enumerate(COLOURS):
        signs[f"{colour} median"] = float(middle_C[c])
        signs[f"{colour} spread (p95 - p5) over median"] = _over(high_C[c] - low_C[c], middle_C[c])
        signs[f"{colour} share burnt out"] = float((field_NC[:, c] > 0.98).mean())
    signs["green over red"] = _over(middle_C[1], middle_C[0])
    signs["blue over green"] = _over(middle_C[2], middle_C[1])
    ratio_N = field_NC[:, 1] / np.maximum(field_NC[:, 0], 0.02)
    signs["spread of green over red (p95 - p5)"] = float(np.ptp(np.percentile(ratio_N, (5, 95))))
    signs["correlation red with green"] = _correlation(field_NC[:, 0], field_NC[:, 1])
    signs["correlation green with blue"] = _correlation(field_NC[:, 1], field_NC[:, 2])
    return signs


def _rings(light_HWC: FloatArray, inner_HW: BoolArray, away_HW: FloatArray) -> Signs:
    signs: Signs = {}
    for c, colour in enumerate(COLOURS[:2]):
        whole = float(np.median(light_HWC[..., c][inner_HW]))
        for low, high in RINGS:
            ring_HW = inner_HW & (away_HW >= low) & (away_HW < high)
            level = float(np.median(light_HWC[..., c][ring_HW]))
            signs[f"{colour} at {low:g}-{high:g} radii over median"] = _over(level, whole)
    return signs


def _details(light_HWC: FloatArray, inner_HW: BoolArray) -> Signs:
    signs: Signs = {}
    for c, colour in enumerate(COLOURS):
        even_HW = _over_surround(light_HWC[..., c], inner_HW)
        energies = []
        for band, sigma in enumerate(BANDS_PX):
            detail_N = _difference_of_gaussians(even_HW, sigma)[inner_HW]
            energies.append(_robust_deviation(detail_N))
            signs[f"{colour} detail {sigma:g} px"] = float(np.log(energies[-1] + LEAST))
            if colour == "green" and band % 2 == 0:
                signs[f"green detail {sigma:g} px: heavy tails"] = _heavy_tails(detail_N)
        signs[f"{colour} fine over coarse detail"] = float(
            np.log((energies[0] + energies[1] + LEAST) / (energies[3] + energies[4] + LEAST))
        )
    return signs


def _vessels(
    image_HWC: UInt8Array, light_HWC: FloatArray, field_HW: BoolArray, inner_HW: BoolArray
) -> Signs:
    said_HW = vesselness(image_HWC, field_HW, SCALES["usual"])
    vessel_HW = inner_HW & (said_HW >= VESSEL_CUT)
    signs: Signs = {"vessels: share of the field": float(vessel_HW[inner_HW].mean())}
    wide_HW = cv2.erode(vessel_HW.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    signs["vessels: share that is wide"] = _over(wide_HW.sum(), max(1, int(vessel_HW.sum())))
    for c, colour in enumerate(COLOURS):
        depth_HW = 1.0 - _over_surround(light_HWC[..., c], inner_HW)
        depth_N = depth_HW[vessel_HW] if vessel_HW.any() else np.zeros(1)
        signs[f"vessels: median darkness in {colour}"] = float(np.median(depth_N))
        signs[f"vessels: darkest twentieth in {colour}"] = float(np.percentile(depth_N, 95))
    return signs


def _places(light_HWC: FloatArray, inner_HW: BoolArray) -> Signs:
    """Return how the brightest place (mostly the disc) and the darkest stand out."""
    signs: Signs = {}
    side = len(light_HWC)
    for c, colour in enumerate(COLOURS):
        smooth_N = _smooth(light_HWC[..., c], inner_HW, 0.02 * side)[inner_HW]
        whole = float(np.median(light_HWC[..., c][inner_HW]))
        signs[f"brightest place in {colour} over median"] = _over(
            float(np.quantile(smooth_N, 0.998)), whole
        )
        signs[f"darkest place in {colour} over median"] = _over(
            float(np.quantile(smooth_N, 0.01)), whole
        )
    slope_2 = _slope(light_HWC[..., 1], inner_HW)
    signs["light from one side (green, across)"] = float(abs(slope_2[0]))
    signs["light from above or below (green)"] = float(abs(slope_2[1]))
    return signs


def _noise(light_HWC: FloatArray, inner_HW: BoolArray) -> Signs:
    """Return the finest residue of each colour, and how far the colours share it.

    Source of the operator: Immerkaer 1996, Comput Vis Image Underst 64(2):300-302.
    """
    operator = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6.0
    residues = [
        np.asarray(cv2.filter2D(light_HWC[..., c], cv2.CV_32F, operator)[inner_HW], np.float32)
        for c in range(3)
    ]
    signs = {
        f"{colour} noise": float(np.log(_mean_size(residue) + 1e-4))
        for colour, residue in zip(COLOURS, residues, strict=True)
    }
    signs["noise shared by red and green"] = _correlation(residues[0], residues[1])
    signs["noise shared by green and blue"] = _correlation(residues[1], residues[2])
    dark_N = light_HWC[..., 1][inner_HW] < np.median(light_HWC[..., 1][inner_HW])
    lit = _mean_size(residues[1][~dark_N]) + 1e-4
    signs["noise of the darker over the lighter half"] = float(
        np.log((_mean_size(residues[1][dark_N]) + 1e-4) / lit)
    )
    return signs


def _edge(light_HWC: FloatArray, field_HW: BoolArray, away_HW: FloatArray) -> Signs:
    whole_HW = away_HW <= 1.0
    just_inside_HW = field_HW & (away_HW > 0.93) & (away_HW < 0.97)
    at_rim_HW = field_HW & (away_HW >= 0.975) & (away_HW < 0.995)
    inside = _median_or_zero(light_HWC[..., 0][just_inside_HW])
    return {
        "field: share of the circle seen": float(field_HW[whole_HW].mean()),
        "edge: red at the rim over just inside": _over(
            _median_or_zero(light_HWC[..., 0][at_rim_HW]), inside
        ),
        "edge: spread of red just inside": _over(
            float(light_HWC[..., 0][just_inside_HW].std()), inside
        ),
    }


def _over(part: float, whole: float) -> float:
    return float(part) / max(float(whole), 0.02)


def _median_or_zero(values_N: FloatArray) -> float:
    return float(np.median(values_N)) if values_N.size else 0.0


def _correlation(one_N: FloatArray, other_N: FloatArray) -> float:
    """Return Pearson's correlation, 0 where one of the two does not move at all."""
    one, other = one_N - one_N.mean(), other_N - other_N.mean()
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum() / size) if size > 1e-9 else 0.0


def _mean_size(values_N: FloatArray) -> float:
    """Return the deviation of normal noise of this mean size; percentiles of 8 bits are coarse."""
    return float(np.abs(values_N).mean() * np.sqrt(np.pi / 2.0))


def _robust_deviation(values_N: FloatArray) -> float:
    low, high = np.percentile(values_N, (15.87, 84.13))
    return float(high - low) / 2.0


def _heavy_tails(values_N: FloatArray) -> float:
    """Return the span of 98 % over that of the middle half; 3.45 for a normal distribution."""
    low, first, third, high = np.percentile(values_N, (1, 25, 75, 99))
    return float((high - low) / max(third - first, 1e-4))


def _smooth(values_HW: FloatArray, inside_HW: BoolArray, sigma_px: float) -> FloatArray:
    """Return the Gaussian mean over what is inside alone."""
    weight_HW = inside_HW.astype(np.float32)
    total_HW = cv2.GaussianBlur(values_HW * weight_HW, (0, 0), sigma_px)
    share_HW = cv2.GaussianBlur(weight_HW, (0, 0), sigma_px)
    return np.asarray(total_HW / np.maximum(share_HW, LEAST), np.float32)


def _over_surround(values_HW: FloatArray, inside_HW: BoolArray) -> FloatArray:
    """Return a colour over its slow surround, 1 outside."""
    surround_HW = _smooth(values_HW, inside_HW, 0.05 * len(values_HW))
    even_HW = values_HW / np.maximum(surround_HW, 0.02)
    return np.where(inside_HW, even_HW, np.float32(1.0)).astype(np.float32)


def _difference_of_gaussians(even_HW: FloatArray, sigma_px: float) -> FloatArray:
    finer_HW = cv2.GaussianBlur(even_HW, (0, 0), sigma_px)
    return np.asarray(finer_HW - cv2.GaussianBlur(even_HW, (0, 0), 1.6 * sigma_px), np.float32)


def _slope(values_HW: FloatArray, inside_HW: BoolArray) -> FloatArray:
    """Return the plane's rise across and down the field, over the mean, shape (2,)."""
    side = len(values_HW)
    rows_N, columns_N = np.nonzero(inside_HW)
    design_N3 = np.column_stack([columns_N / side - 0.5, rows_N / side - 0.5, np.ones(len(rows_N))])
    values_N = values_HW[inside_HW].astype(np.float64)
    solution_3 = np.linalg.solve(design_N3.T @ design_N3, design_N3.T @ values_N)
    return np.asarray(solution_3[:2] / max(float(values_N.mean()), 0.02))
