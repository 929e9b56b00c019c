"""What a comparison comes to: `realism.json` (foreseye.realism/1), and one file a judge."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, ValidationError

from edge_runtime.contracts.strict import Probability, Sha256, Strict, contract_json
from training.errors import ResumeError

REALISM_SCHEMA: Final = "foreseye.realism/1"


class Cue(Strict):
    """What one region of drawn photographs tells the judge."""

    region: str
    share_of_field: Probability
    log_odds_lost: float
    """How much less sure of `drawn` it is when the region's detail is smoothed away, logits."""

    steepness_over_field: float = Field(ge=0)
    """Size of the judge's gradient there over that in the whole field."""

    photographs: int = Field(ge=1)


class Match(Strict):
    """One judge: one camp told from a set that the judge never saw."""

    told: str
    left_out: str
    auc: Probability
    interval_95: tuple[float, float]
    """Bootstrap over the persons of both sides."""

    told_people: int = Field(ge=1)
    told_photographs: int = Field(ge=1)
    left_out_people: int = Field(ge=1)
    left_out_photographs: int = Field(ge=1)


class JudgeResult(Strict):
    """A trained judge's match, and where it looked when it told drawn ones."""

    fingerprint: Sha256
    match: Match
    cues: list[Cue]
    log_odds_by_photograph: dict[str, float]
    """Of the camp's held-out photographs."""

    def to_json(self) -> str:
        """Return the text of the judge's file."""
        return contract_json(self, indent=None)


class SignDifference(Strict):
    """How one plain statistic of drawn photographs lies to that of real ones."""

    sign: str
    drawn: float
    """Median over drawn photographs."""

    real: dict[str, float]
    """Median over each real set's."""

    standardised: float
    """Mean drawn minus mean real, over the deviation among real photographs, sets alike."""

    auc: Probability
    """Chance that a drawn photograph has more of it than a real one, sets alike."""

    outside: bool
    """Whether the drawn median is beyond every real set's."""


class Realism(Strict):
    """The whole file."""

    schema_: Literal["foreseye.realism/1"] = Field(default=REALISM_SCHEMA, alias="schema")
    budget: str
    recipe: dict[str, object]
    compared: dict[str, str]
    """By camp, in words: people and photographs learned from and held out."""

    drawn_left_out: int = Field(ge=0)
    """Drawn photographs without a field, or with one too small to be shrunk."""

    made_alike_by: str
    """In words: what every photograph went through before it was judged."""

    plain_matches: list[Match]
    """By logistic regression over the plain statistics."""

    signs: list[SignDifference]
    """The one that separates most first."""

    matches: list[Match]
    """By the network; empty where only the quick judge was asked for."""

    cues: list[Cue]
    """Means over the judges that told drawn eyes."""

    most_given_away: list[str]
    least_given_away: list[str]
    """Held-out drawn photographs by their mean log odds."""

    def to_json(self) -> str:
        """Return the text of the file."""
        return contract_json(self)


def judge_from(text: str, where: str) -> JudgeResult:
    """Return the judge of a file's text. Raises ResumeError for anything else."""
    try:
        return JudgeResult.model_validate_json(text)
    except ValidationError as error:
        raise ResumeError(f"{where} holds no judge: {error.error_count()} errors") from None
