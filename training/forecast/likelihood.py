"""What people's events say of rates: the likelihood of constant rates within each year.

Legend: N people, K conditions, T years.
"""

from __future__ import annotations

import torch
from torch import Tensor

from edge_runtime.contracts.cohort import Event


def negative_log_likelihood(
    log_rate_NKT: Tensor,
    log_death_NKT: Tensor,
    years_NK: Tensor,
    event_NK: Tensor,
    weight_NK: Tensor,
) -> Tensor:
    """Return each condition's weighted sum over people, (K,).

    `weight_NK` is 0 for people who are not at risk; of a case-cohort sample it is the inverse of
    the chance to be chosen. Time beyond the last year counts as censored at its end.
    """
    length = log_rate_NKT.shape[-1]
    begins_T = torch.arange(length, dtype=torch.float32, device=years_NK.device)
    lived_NKT = (years_NK[..., None] - begins_T).clamp(0.0, 1.0)
    ends_NKT = (years_NK[..., None] > begins_T) & (years_NK[..., None] <= begins_T + 1.0)
    had = ends_NKT & (event_NK[..., None] == int(Event.EVENT))
    died = ends_NKT & (event_NK[..., None] == int(Event.DEATH_FIRST))
    expected = lived_NKT * (log_rate_NKT.exp() + log_death_NKT.exp())
    said = had * log_rate_NKT + died * log_death_NKT
    of_people_NK = (expected - said).sum(dim=-1)
    return (of_people_NK * weight_NK).sum(dim=0)
