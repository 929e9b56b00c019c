"""Puts the judges together into one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from training.drawn.realism.camps import Camp
from training.drawn.realism.judge import JudgeRecipe
from training.drawn.realism.level import JPEG_QUALITY
from training.drawn.realism.record import Cue, JudgeResult, Match, Realism, SignDifference
from training.drawn.worth.drawn_folder import DRAWN

SHOWN = 8
"""Photographs named at either end."""


def summarised(
    camps: Mapping[str, Camp],
    recipe: JudgeRecipe,
    budget: str,
    drawn_left_out: int,
    plain: tuple[list[Match], list[SignDifference]],
    judges: Sequence[JudgeResult],
) -> Realism:
    """Return the record of a comparison; without judges it holds the quick one alone."""
    of_drawn = [judge for judge in judges if judge.match.told == DRAWN]
    ranked = _ranked(of_drawn)
    return Realism(
        budget=budget,
        recipe=recipe.to_dict(),
        compared={name: _in_words(camp) for name, camp in camps.items()},
        drawn_left_out=drawn_left_out,
        made_alike_by=(
            "Every photograph was cropped to its field, shrunk (never enlarged) to a square of "
            f"{recipe.image_size_px} px ({recipe.plain_image_size_px} px for the plain "
            f"statistics), compressed as JPEG of quality {JPEG_QUALITY} and made black outside "
            "the field. Colours were left as they are."
        ),
        plain_matches=plain[0],
        signs=plain[1],
        matches=[judge.match for judge in judges],
        cues=mean_cues(of_drawn),
        most_given_away=ranked[:SHOWN],
        least_given_away=ranked[-SHOWN:],
    )


def mean_cues(judges: Sequence[JudgeResult]) -> list[Cue]:
    """Return each region's cue, the mean over judges, what is lost most first."""
    by_region: dict[str, list[Cue]] = {}
    for judge in judges:
        for cue in judge.cues:
            by_region.setdefault(cue.region, []).append(cue)
    means = [
        Cue(
            region=region,
            share_of_field=float(np.mean([cue.share_of_field for cue in cues])),
            log_odds_lost=float(np.mean([cue.log_odds_lost for cue in cues])),
            steepness_over_field=float(np.mean([cue.steepness_over_field for cue in cues])),
            photographs=cues[0].photographs,
        )
        for region, cues in by_region.items()
    ]
    return sorted(means, key=lambda cue: -cue.log_odds_lost)


def _ranked(judges: Sequence[JudgeResult]) -> list[str]:
    odds: dict[str, list[float]] = {}
    for judge in judges:
        for photograph, value in judge.log_odds_by_photograph.items():
            odds.setdefault(photograph, []).append(value)
    return sorted(odds, key=lambda photograph: -float(np.mean(odds[photograph])))


def _in_words(camp: Camp) -> str:
    parts = [
        f"{len({row.person_id for row in rows})} people, {len(rows)} photographs"
        for rows in (camp.learn, camp.held)
    ]
    return f"learned from: {parts[0]}; held out: {parts[1]}"
