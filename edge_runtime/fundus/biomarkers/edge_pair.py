"""The width of a vessel from brightness profiles across it: two edges with one unknown blur.

A profile is a slope of background, less a dark box of width w whose edges are blurred by a Gaussian
of deviation s, plus the bright reflex in the box's middle; `edge_model` is its formula. As s is
fitted with w, blur widens no vessel. Where the blur is nearly as wide as the vessel the two cannot
be told apart from one profile, and s leans on what the photograph's other vessels say.

Legend: N profiles, P places across, K parameters (b0, b1, a, c, ln w, ln s, r).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.fundus.biomarkers.edge_model import B1, A, C, R, S, W, blurred_box, profile_model
from edge_runtime.fundus.biomarkers.masks import FloatArray64

MIN_SHARE_EXPLAINED = 0.8
"""A profile counts where the model explains this share of what is not a slope."""

_SMALLEST_BLUR_PX, _LARGEST_STEP = 0.3, 0.35


@dataclass(frozen=True)
class Profiles:
    """Brightness across vessels: places in pixels from the guessed middle, and a weight each.

    All three have shape (N, P); a weight of 0 hides a place.
    """

    place_NP: FloatArray64
    brightness_NP: FloatArray64
    weight_NP: FloatArray64


@dataclass(frozen=True)
class Prior:
    """What is known before a profile is seen: means and deviations of ln w, ln s and r.

    Width and reflex have a mean for each profile; a deviation of infinity tells nothing.
    """

    width_N: FloatArray64
    log_width_sd: float

    log_blur: float
    log_blur_sd: float
    reflex_N: FloatArray64
    reflex_sd: float

    @property
    def blur_px(self) -> float:
        """The blur that is expected, in pixels."""
        return float(np.exp(self.log_blur))


@dataclass(frozen=True)
class EdgePairs:
    """The fitted vessels, N of each: middle, width and blur in pixels, depth in grey levels.

    `explained_N` is the share of the profile's variance about its slope that the model explains,
    `misfit_N` the variance that it leaves.
    """

    centre_N: FloatArray64
    width_N: FloatArray64
    blur_N: FloatArray64
    depth_N: FloatArray64
    reflex_N: FloatArray64
    explained_N: FloatArray64
    misfit_N: FloatArray64


def fit_edge_pairs(
    profiles: Profiles, prior: Prior, noise_variance: float, rounds: int
) -> EdgePairs:
    """Return the edge pairs that fit best, starting at what is known before.

    `noise_variance` is that of a weight of 1, in squared grey levels; it only weighs the data
    against what is known before. `rounds` are those of Levenberg and Marquardt: from a guess most
    profiles stand still after eight.
    """
    state_NK = _start(profiles, prior)
    damping_N = np.full(len(prior.width_N), 1e-2)
    cost_N, gradient_NK, normal_NKK = _linearised(profiles, state_NK, prior, noise_variance)
    eye_KK = np.eye(7)
    for _ in range(rounds):
        diagonal_NK = np.einsum("nkk->nk", normal_NKK) + 1e-9
        damped_NKK = normal_NKK + eye_KK * (damping_N[:, None] * diagonal_NK)[:, None, :]
        step_NK = np.linalg.solve(damped_NKK, gradient_NK[..., None])[..., 0]
        step_NK[:, W : S + 1] = np.clip(step_NK[:, W : S + 1], -_LARGEST_STEP, _LARGEST_STEP)
        tried_NK = state_NK + step_NK
        tried_NK[:, S] = np.maximum(tried_NK[:, S], np.log(_SMALLEST_BLUR_PX))
        tried = _linearised(profiles, tried_NK, prior, noise_variance)
        better_N = tried[0] <= cost_N
        state_NK = np.where(better_N[:, None], tried_NK, state_NK)
        cost_N = np.where(better_N, tried[0], cost_N)
        gradient_NK = np.where(better_N[:, None], tried[1], gradient_NK)
        normal_NKK = np.where(better_N[:, None, None], tried[2], normal_NKK)
        damping_N = np.clip(np.where(better_N, damping_N * 0.3, damping_N * 8.0), 1e-6, 1e6)
    return _edge_pairs(profiles, state_NK)


def _start(profiles: Profiles, prior: Prior) -> FloatArray64:
    """Return the parameters of each profile with the linear ones fitted to the guesses."""
    zeros = np.zeros(len(prior.width_N))
    blur_N = np.full_like(zeros, prior.log_blur)
    state_NK = np.stack(
        [zeros, zeros, zeros, zeros, np.log(prior.width_N), blur_N, prior.reflex_N], axis=1
    )
    box_NP, *_ = blurred_box(profiles.place_NP, state_NK)
    columns_NP3 = np.stack([np.ones_like(box_NP), profiles.place_NP, -box_NP], axis=2)
    weighted_N3P = (columns_NP3 * profiles.weight_NP[..., None]).transpose(0, 2, 1)
    normal_N33 = weighted_N3P @ columns_NP3 + 1e-6 * np.eye(3)
    state_NK[:, :3] = np.linalg.solve(normal_N33, weighted_N3P @ profiles.brightness_NP[..., None])[
        ..., 0
    ]
    return state_NK


def _linearised(
    profiles: Profiles, state_NK: FloatArray64, prior: Prior, noise_variance: float
) -> tuple[FloatArray64, FloatArray64, FloatArray64]:
    """Return each profile's cost, downhill direction (N, K) and normal matrix (N, K, K)."""
    model_NP, jacobian_NKP = profile_model(profiles.place_NP, state_NK)
    residual_NP = profiles.brightness_NP - model_NP
    weighted_NKP = jacobian_NKP * profiles.weight_NP[:, None, :]
    cost_N = (profiles.weight_NP * residual_NP**2).sum(axis=1)
    gradient_NK = (weighted_NKP @ residual_NP[..., None])[..., 0]
    normal_NKK = weighted_NKP @ jacobian_NKP.transpose(0, 2, 1)
    for column, mean, deviation in (
        (W, np.log(prior.width_N), prior.log_width_sd),
        (S, prior.log_blur, prior.log_blur_sd),
        (R, prior.reflex_N, prior.reflex_sd),
    ):
        stiffness = noise_variance / deviation**2
        off_N = mean - state_NK[:, column]
        cost_N = cost_N + stiffness * off_N**2
        gradient_NK[:, column] += stiffness * off_N
        normal_NKK[:, column, column] += stiffness
    return cost_N, gradient_NK, normal_NKK


def _edge_pairs(profiles: Profiles, state_NK: FloatArray64) -> EdgePairs:
    model_NP, _ = profile_model(profiles.place_NP, state_NK)
    weight_NP = profiles.weight_NP
    slope_NP = state_NK[:, B1, None] * profiles.place_NP
    level_NP = profiles.brightness_NP - slope_NP
    total_N1 = np.maximum(weight_NP.sum(axis=1, keepdims=True), 1e-9)
    mean_N1 = (weight_NP * level_NP).sum(axis=1, keepdims=True) / total_N1
    variance_N = (weight_NP * (level_NP - mean_N1) ** 2).sum(axis=1) + 1e-9
    unexplained_N = (weight_NP * (profiles.brightness_NP - model_NP) ** 2).sum(axis=1)
    return EdgePairs(
        centre_N=state_NK[:, C],
        width_N=np.exp(state_NK[:, W]),
        blur_N=np.exp(state_NK[:, S]),
        depth_N=state_NK[:, A],
        reflex_N=state_NK[:, R],
        explained_N=1.0 - unexplained_N / variance_N,
        misfit_N=unexplained_N / total_N1[:, 0],
    )
