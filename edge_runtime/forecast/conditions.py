"""Who a forecast is for: the ten conditions, and why a person is not, or may not be, at risk.

A statement of the person (`has_stroke`) rules. Where it is missing, a measurement that defines the
condition speaks: HbA1c of 6.5 % or more is diabetes, an eGFR below 60 kidney disease.

Source: American Diabetes Association 2010, Diabetes Care 33:S62; KDIGO 2012 (an eGFR below 60 has
to last three months, which one measurement cannot show: the sentence says so).
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_runtime.contracts.exam import ForecastCondition, Missing
from edge_runtime.domain import Person

DIABETES_HBA1C_PERCENT = 6.5
KIDNEY_DISEASE_EGFR = 60.0


@dataclass(frozen=True)
class Condition:
    """One condition: what event is forecast, from which age to which, and of whom."""

    event: str
    from_age_years: float
    until_age_years: float | None = None
    present: str | None = None
    """The covariate that says that the person has it already; None: it can happen again."""
    needs: str | None = None
    """The covariate that must be a yes for the person to be at risk."""


CONDITIONS: dict[ForecastCondition, Condition] = {
    ForecastCondition.ISCHAEMIC_CVD: Condition(
        "first myocardial infarction, coronary death or ischaemic stroke", 40,
        present="has_ischaemic_cvd",
    ),
    ForecastCondition.STROKE: Condition("first stroke of any kind", 40, present="has_stroke"),
    ForecastCondition.CHRONIC_KIDNEY_DISEASE: Condition(
        "an estimated GFR that falls below 60 for good", 40, present="has_chronic_kidney_disease"
    ),
    ForecastCondition.TYPE_2_DIABETES: Condition(
        "a diagnosis of type 2 diabetes", 40, present="has_type_2_diabetes"
    ),
    ForecastCondition.DR_PROGRESSION: Condition(
        "a rise of the worse eye's grade of diabetic retinopathy", 40, needs="has_type_2_diabetes"
    ),
    ForecastCondition.GLAUCOMA_PROGRESSION: Condition(
        "glaucoma in a suspect, or a further loss of rim in glaucoma", 40, needs="has_glaucoma"
    ),
    ForecastCondition.LATE_AMD: Condition(
        "neovascular AMD or geographic atrophy in either eye", 40, present="has_late_amd"
    ),
    ForecastCondition.HIGH_MYOPIA: Condition(
        "-6 dioptres or beyond in either eye", 6, 34, present="has_high_myopia"
    ),
    ForecastCondition.PARKINSON: Condition(
        "a diagnosis of Parkinson's disease", 40, present="has_parkinson"
    ),
    ForecastCondition.DEMENTIA: Condition(
        "a diagnosis of dementia of any cause", 40, present="has_dementia"
    ),
}  # fmt: skip

_NAMED = {
    "has_ischaemic_cvd": "ischaemic heart or brain disease",
    "has_stroke": "a stroke",
    "has_chronic_kidney_disease": "chronic kidney disease",
    "has_type_2_diabetes": "type 2 diabetes",
    "has_glaucoma": "glaucoma or the suspicion of it",
    "has_late_amd": "late age-related macular degeneration",
    "has_high_myopia": "high myopia",
    "has_parkinson": "Parkinson's disease",
    "has_dementia": "dementia",
}


@dataclass(frozen=True)
class Standing:
    """Whether a person is at risk: `missing` says why not, None that a forecast may be made.

    `sentence` is the reason; of somebody who may be forecast, what the number takes for granted
    because nothing says it, or nothing.
    """

    missing: Missing | None = None
    sentence: str = ""


def standing(condition: ForecastCondition, person: Person) -> Standing:
    """Return whether a person is at risk of a condition, by what is known of the person."""
    rule = CONDITIONS[condition]
    if rule.present is not None:
        has, because = _has(rule.present, person)
        if has:
            return Standing(Missing.ALREADY_PRESENT, because)
    of_age = _of_age(rule, person.age_years)
    if of_age.missing is not None or rule.needs is None:
        return of_age
    has, because = _has(rule.needs, person)
    if has is None:
        return Standing(None, f"Holds for people with {_NAMED[rule.needs]} only; {because}")
    if not has:
        return Standing(
            Missing.NOT_AT_RISK, f"Only people with {_NAMED[rule.needs]} are at risk of this."
        )
    return of_age


def _of_age(rule: Condition, age_years: float | None) -> Standing:
    until = rule.until_age_years
    span = f"from {rule.from_age_years:g} years" + (f" to below {until:g}" if until else "")
    if age_years is None:
        return Standing(None, f"Holds for people {span} only; the age is not known.")
    if age_years < rule.from_age_years or (until is not None and age_years >= until):
        return Standing(Missing.NOT_AT_RISK, f"This is forecast for people {span} only.")
    return Standing()


def _has(covariate: str, person: Person) -> tuple[bool | None, str]:
    """Return whether the person has it (None: nothing says so), and what says it."""
    said = person.covariates.get(covariate)
    named = _NAMED[covariate]
    if said is not None:
        return bool(said), f"The person already has, or has had, {named}."
    hba1c = person.covariates.get("hba1c_percent")
    if covariate == "has_type_2_diabetes" and hba1c is not None and hba1c >= DIABETES_HBA1C_PERCENT:
        return True, f"The HbA1c given, {hba1c:g} %, is that of diabetes (6.5 % or more)."
    egfr = person.covariates.get("egfr_ml_min_1_73m2", KIDNEY_DISEASE_EGFR)
    if covariate == "has_chronic_kidney_disease" and egfr < KIDNEY_DISEASE_EGFR:
        return True, (
            f"The eGFR given, {egfr:g}, is below 60: if it stays so for three months, the "
            "person already has chronic kidney disease."
        )
    return None, f"nothing given says whether this person has {named}."
