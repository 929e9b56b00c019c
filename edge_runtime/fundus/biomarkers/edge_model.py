"""The brightness profile of a vessel: two edges with one blur, a sloping background, a reflex.

    y(x) = b0 + b1 x - a [B(x) - r G(x)]
    B(x) = Phi((x - c + w/2) / s) - Phi((x - c - w/2) / s)
    G(x) = the Gaussian of deviation REFLEX_SHARE w at c, blurred by s

Legend: N profiles, P places across, K parameters (b0, b1, a, c, ln w, ln s, r).
"""

from __future__ import annotations

import numpy as np

from edge_runtime.fundus.biomarkers.masks import FloatArray64

REFLEX_SHARE = 0.11
"""Deviation of the reflex in widths: its strip takes about a quarter of the vessel's width."""

B0, B1, A, C, W, S, R = range(7)
"""Columns of the parameters."""


def profile_model(
    place_NP: FloatArray64, state_NK: FloatArray64
) -> tuple[FloatArray64, FloatArray64]:
    """Return the profiles (N, P) of given parameters (N, K), and their derivatives (N, K, P)."""
    box_NP, rise_NP, rise_pdf, fall_NP, fall_pdf = blurred_box(place_NP, state_NK)
    width_N1, blur_N1 = np.exp(state_NK[:, W, None]), np.exp(state_NK[:, S, None])
    depth_N1, reflex_N1 = state_NK[:, A, None], state_NK[:, R, None]
    offset_NP = place_NP - state_NK[:, C, None]
    own_N1 = (REFLEX_SHARE * width_N1) ** 2
    spread_N1 = own_N1 + blur_N1**2
    squared_NP = offset_NP**2 / spread_N1
    glint_NP = np.sqrt(own_N1 / spread_N1) * np.exp(-0.5 * squared_NP)
    shape_NP = box_NP - reflex_N1 * glint_NP
    own_share_N1 = own_N1 / spread_N1
    by_centre = (fall_pdf - rise_pdf) / blur_N1 - reflex_N1 * glint_NP * offset_NP / spread_N1
    by_width = (rise_pdf + fall_pdf) * (0.5 * width_N1 / blur_N1) - reflex_N1 * glint_NP * (
        1.0 + own_share_N1 * (squared_NP - 1.0)
    )
    by_blur = (
        fall_NP * fall_pdf
        - rise_NP * rise_pdf
        - reflex_N1 * glint_NP * ((1.0 - own_share_N1) * (squared_NP - 1.0))
    )
    jacobian_NKP = np.empty((len(place_NP), 7, place_NP.shape[1]))
    jacobian_NKP[:, B0] = 1.0
    jacobian_NKP[:, B1] = place_NP
    np.negative(shape_NP, out=jacobian_NKP[:, A])
    np.multiply(-depth_N1, by_centre, out=jacobian_NKP[:, C])
    np.multiply(-depth_N1, by_width, out=jacobian_NKP[:, W])
    np.multiply(-depth_N1, by_blur, out=jacobian_NKP[:, S])
    np.multiply(depth_N1, glint_NP, out=jacobian_NKP[:, R])
    model_NP = state_NK[:, B0, None] + state_NK[:, B1, None] * place_NP - depth_N1 * shape_NP
    return model_NP, jacobian_NKP


def blurred_box(place_NP: FloatArray64, state_NK: FloatArray64) -> tuple[FloatArray64, ...]:
    """Return the blurred box (N, P) and, for each edge, the place in blurs and the density."""
    offset_NP = place_NP - state_NK[:, C, None]
    width_N1, blur_N1 = np.exp(state_NK[:, W, None]), np.exp(state_NK[:, S, None])
    # Both edges in one array: each is small, and half the calls are half the time.
    edge_2NP = np.stack([offset_NP + 0.5 * width_N1, offset_NP - 0.5 * width_N1]) / blur_N1
    cdf_2NP, pdf_2NP = _normal(edge_2NP)
    return cdf_2NP[0] - cdf_2NP[1], edge_2NP[0], pdf_2NP[0], edge_2NP[1], pdf_2NP[1]


def _normal(z: FloatArray64) -> tuple[FloatArray64, FloatArray64]:
    """Return the normal distribution's cumulative share and density.

    Source: Abramowitz & Stegun 1964, formula 26.2.17; off by less than 7.5e-8.
    """
    density = np.exp(-0.5 * z * z) * 0.3989422804014327
    t = 1.0 / (1.0 + 0.2316419 * np.abs(z))
    tail = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    upper = density * tail
    return np.where(z >= 0, 1.0 - upper, upper), density
