"""The hazard network: yearly rates of event and of death from covariates of which any may miss.

The logarithm of a rate is a curve of the attained age for each sex, plus a linear and a small
nonlinear part of all that is known, plus how those fade with time: hazards of a body are nearly
log-linear, and what was measured once tells less of later years.

Legend: N people, D covariates, K conditions, T years, A ages, R = 2K rates (events, then deaths).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.forecast.covariates import NAMES

CONDITIONS = len(ForecastCondition)
COVARIATES = len(NAMES)
YEARS = 10
AGE_KNOTS = (6, 9, 12, 15, 18, 24, 34, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 97)
FURTHEST = 8.0
"""Standard deviations beyond which a covariate counts no further."""
LEAST_DEVIATION = 0.25
"""Of a yes or no that few people have, so that a yes does not lie twenty deviations away."""
LOWEST_LOG_RATE, HIGHEST_LOG_RATE = -16.0, 1.0
SMALL = 0.03
"""Below it the series of four terms are as exact as float32."""


class HazardNetwork(nn.Module):
    """Returns log rates a year of event and of death first, (N, K, T) each."""

    knots: Tensor
    mean_D: Tensor
    deviation_D: Tensor

    def __init__(self, width: int, inputs: int = COVARIATES) -> None:
        super().__init__()
        rates = 2 * CONDITIONS
        self.register_buffer("knots", torch.tensor(AGE_KNOTS, dtype=torch.float32))
        self.register_buffer("mean_D", torch.zeros(inputs))
        self.register_buffer("deviation_D", torch.ones(inputs))
        self.level_R = nn.Parameter(torch.full((rates,), -4.0))
        self.of_age_AR = nn.Parameter(torch.zeros(len(AGE_KNOTS), rates))
        self.of_sex_AR = nn.Parameter(torch.zeros(len(AGE_KNOTS), rates))
        self.of_year_RT = nn.Parameter(torch.zeros(rates, YEARS))
        self.linear = nn.Linear(2 * inputs, 2 * rates)
        self.small = nn.Sequential(
            nn.Linear(2 * inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, 2 * rates),
        )  # fmt: skip
        for layer in (self.linear, self.small[-1]):
            nn.init.zeros_(layer.weight)  # type: ignore[arg-type]
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, covariate_ND: Tensor, known_ND: Tensor) -> tuple[Tensor, Tensor]:
        """Return the log rates of the events and of death before them."""
        seen = standardised(covariate_ND, known_ND, self.mean_D, self.deviation_D)
        level_N2R = (self.linear(seen) + self.small(seen)).reshape(-1, 2, 2 * CONDITIONS)
        year_T = (torch.arange(YEARS, dtype=torch.float32, device=seen.device) + 0.5) / YEARS - 0.5
        of_people = level_N2R[:, 0, :, None] + level_N2R[:, 1, :, None] * year_T
        log_rate = self.level_R[:, None] + self.of_year_RT + of_people
        log_rate = log_rate + self._of_attained_age(covariate_ND, known_ND)
        log_rate = log_rate.clamp(LOWEST_LOG_RATE, HIGHEST_LOG_RATE)
        return log_rate[:, :CONDITIONS], log_rate[:, CONDITIONS:]

    def _of_attained_age(self, covariate_ND: Tensor, known_ND: Tensor) -> Tensor:
        year_T = torch.arange(YEARS, dtype=torch.float32, device=covariate_ND.device) + 0.5
        share_NTA = hats(covariate_ND[:, :1] + year_T, self.knots) * known_ND[:, :1, None]
        male_N11 = ((2.0 * covariate_ND[:, 1] - 1.0) * known_ND[:, 1])[:, None, None]
        curve_NTR = share_NTA @ self.of_age_AR + male_N11 * (share_NTA @ self.of_sex_AR)
        return curve_NTR.transpose(1, 2)


def standardised(covariate_ND: Tensor, known_ND: Tensor, mean_D: Tensor, by_D: Tensor) -> Tensor:
    """Return standard scores, 0 where not known, and beside them what is known, (N, 2D)."""
    score = ((covariate_ND - mean_D) / by_D).clamp(-FURTHEST, FURTHEST) * known_ND
    return torch.cat([score, known_ND], dim=1)


def hats(age_NT: Tensor, knots_A: Tensor) -> Tensor:
    """Return the shares of the knots in a straight line through them, (N, T, A), summing to 1."""
    inside = age_NT.clamp(float(AGE_KNOTS[0]), float(AGE_KNOTS[-1]))[..., None]
    gap = knots_A[1:] - knots_A[:-1]
    one = torch.ones_like(gap[:1])
    rising = (inside - torch.cat([knots_A[:1] - 1.0, knots_A[:-1]])) / torch.cat([one, gap])
    falling = (torch.cat([knots_A[1:], knots_A[-1:] + 1.0]) - inside) / torch.cat([gap, one])
    return torch.minimum(rising, falling).clamp(min=0.0)


class WidthNetwork(nn.Module):
    """Returns how far below and above a forecast the truth may lie, (N, K, T) each, below <= 0.

    On the scale log(-log(1 - incidence)); 5 % of truths lie below, 5 % above.
    """

    mean_D: Tensor
    deviation_D: Tensor

    def __init__(self, width: int, inputs: int = COVARIATES) -> None:
        super().__init__()
        self.register_buffer("mean_D", torch.zeros(inputs))
        self.register_buffer("deviation_D", torch.ones(inputs))
        self.small = nn.Sequential(
            nn.Linear(2 * inputs + CONDITIONS, width), nn.SiLU(), nn.Linear(width, width),
            nn.SiLU(), nn.Linear(width, 4 * CONDITIONS),
        )  # fmt: skip

    def forward(
        self, covariate_ND: Tensor, known_ND: Tensor, chance_NKT: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return both offsets; `chance_NKT` is the cumulative incidence that was forecast."""
        seen = standardised(covariate_ND, known_ND, self.mean_D, self.deviation_D)
        level_NK = log_minus_log(chance_NKT[:, :, YEARS // 2 - 1])
        terms = self.small(torch.cat([seen, (level_NK + 4.0) / 2.0], dim=1))
        terms_N4K = terms.reshape(-1, 4, CONDITIONS)[..., None]
        year_T = torch.arange(1, YEARS + 1, dtype=torch.float32, device=seen.device)
        far_T = torch.log(year_T / 5.0)
        below = nn.functional.softplus(terms_N4K[:, 0] + terms_N4K[:, 1] * far_T)
        above = nn.functional.softplus(terms_N4K[:, 2] + terms_N4K[:, 3] * far_T)
        return -below, above


def log_minus_log(chance: Tensor) -> Tensor:
    """Return log(-log(1 - chance)), the logarithm of the cumulative hazard, of 1e-7 at least.

    ONNX has neither log1p nor expm1, and engines spell them log(1 + x) and exp(x) - 1, which lose
    all digits of a small chance; so both are written as series here where x is small.
    """
    within = chance.clamp(1e-7, 1.0 - 1e-6)
    series = within * (1.0 + within * (1.0 / 2.0 + within * (1.0 / 3.0 + within / 4.0)))
    return torch.log(torch.where(within < SMALL, series, -torch.log(1.0 - within)))


def share_that_leaves(rate: Tensor) -> Tensor:
    """Return 1 - exp(-rate), exact for small rates in every engine."""
    series = rate * (1.0 - rate * (1.0 / 2.0 - rate * (1.0 / 6.0 - rate / 24.0)))
    return torch.where(rate < SMALL, series, 1.0 - torch.exp(-rate))


def incidence(log_rate_NKT: Tensor, log_death_NKT: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return yearly hazards of event and of death first, and the cumulative incidence.

    The same arithmetic as edge_runtime.forecast.survival, which a test holds them to.
    """
    rate, death = log_rate_NKT.exp(), log_death_NKT.exp()
    both = rate + death
    leaves = share_that_leaves(both)
    hazard, death_hazard = leaves * rate / both, leaves * death / both
    left_after = torch.exp(-torch.cumsum(both, dim=-1))
    reached = left_after / torch.exp(-both)
    return hazard, death_hazard, torch.cumsum(reached * hazard, dim=-1)
