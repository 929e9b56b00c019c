"""Whatever the service can say in words is told in Chinese too, and nothing is lost of it."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_runtime import errors
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.domain import Person
from edge_runtime.forecast.conditions import standing
from edge_runtime.forecast.covariates import AGE, UNITS
from edge_runtime.forecast.forecaster import UNKNOWN
from edge_runtime.fundus import quality_wording
from edge_runtime.records import errors as records_errors
from edge_runtime.service.clinic.desk import MUST_CHANGE
from ui.told import told

RECORDS = Path(__file__).resolve().parents[2] / "edge_runtime" / "records"
BIOMARKERS = Path(__file__).resolve().parents[2] / "edge_runtime" / "fundus" / "biomarkers"
REASONS = {"NoDisc", "NoCup", "NoFovea", "_missing"}
"""What is called with a reason as its first argument."""


NAMES = {"HbA", "eGFR", "mmHg", "mm", "JPEG", "PNG", "TIFF", "foreseye", "records", "init", "PIN"}


def english_in(sentence: str) -> list[str]:
    """Words that a Chinese sentence should not hold; names of measures may stay."""
    return [w for w in re.findall(r"[A-Za-z]{2,}", sentence) if w not in NAMES]


def public_messages() -> Iterator[str]:
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.ForeseyeError):
            yield kind.public_message


def of_the_records() -> Iterator[str]:
    """The records' own refusals, and each sentence with which an exam's state refuses."""
    for _, kind in inspect.getmembers(records_errors, inspect.isclass):
        if issubclass(kind, errors.ForeseyeError) and hasattr(kind, "public_message"):
            yield kind.public_message
    yield MUST_CHANGE
    for path in RECORDS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "WrongState":
                yield _with_state(node.args[0])


def _with_state(sentence: ast.expr) -> str:
    if isinstance(sentence, ast.Constant):
        return str(sentence.value)
    assert isinstance(sentence, ast.JoinedStr)
    return "".join(
        str(part.value)
        if isinstance(part, ast.Constant)
        else "100"
        if isinstance(part, ast.FormattedValue) and "MAX" in ast.unparse(part.value)
        else "signed"
        for part in sentence.values
    )


def of_quality() -> Iterator[str]:
    yield from quality_wording.ADVICE.values()
    yield from quality_wording.REASONS.values()
    yield from (value for name, value in vars(quality_wording).items() if name.startswith("NO_"))


def why_not_measured() -> Iterator[str]:
    """Each reason in the source of the biomarkers, its gaps filled."""
    for path in BIOMARKERS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield from (said for each in _reasons(node) if (said := _filled(each)))


def _reasons(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REASONS:
        yield node.args[0]
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reading":
        yield from node.args[2:]
        yield from (keyword.value for keyword in node.keywords)
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
        yield node.value
    if isinstance(node, ast.FunctionDef) and "str" in ast.unparse(node.returns or ast.Tuple([])):
        yield from (r.value for r in ast.walk(node) if isinstance(r, ast.Return) and r.value)


def _filled(reason: ast.expr) -> str:
    if isinstance(reason, ast.IfExp):
        return _filled(reason.body)
    if isinstance(reason, ast.Constant):
        return reason.value if isinstance(reason.value, str) else ""
    if not isinstance(reason, ast.JoinedStr):
        return ""
    gaps = {"vessel": "arteriole", "_NAMES[kind]": "arteriole", "plural": "s"}
    gaps |= {"needed": "70 % is needed", "share": "8 % of the field's diameter"}
    return "".join(
        part.value
        if isinstance(part, ast.Constant)
        else gaps.get(ast.unparse(part.value), "7")
        if isinstance(part, ast.FormattedValue)
        else ""
        for part in reason.values
    )


def of_forecasts() -> Iterator[str]:
    ages = (None, 5.0, 25.0, 60.0)
    told_of = ({}, {"hba1c_percent": 7.1}, {"egfr_ml_min_1_73m2": 50.0})
    has = [f"has_{c.value.removesuffix('_progression')}" for c in ForecastCondition]
    has += ["has_type_2_diabetes", "has_glaucoma"]
    said = [{name: float(value)} for name in has for value in (0, 1)]
    for condition, age, covariates in itertools.product(ForecastCondition, ages, [*told_of, *said]):
        sentence = standing(condition, Person(age_years=age, covariates=covariates)).sentence
        if sentence:
            yield sentence
    yield UNKNOWN.sentence
    for name in (AGE, *UNITS):
        yield f"This was learned from people with {name} of 40 to 80 or 90 to 100 alone."


EVERYTHING = sorted(
    {*of_the_records(), *public_messages(), *of_quality(), *why_not_measured(), *of_forecasts()}
)


def test_the_source_gives_enough_to_judge() -> None:
    assert len(set(why_not_measured())) > 12
    assert len(set(of_forecasts())) > 20


@pytest.mark.parametrize("sentence", EVERYTHING)
def test_each_sentence_of_the_service_is_told_in_chinese(sentence: str) -> None:
    assert not english_in(told(sentence, "zh")), told(sentence, "zh")


def test_english_is_told_as_it_came() -> None:
    assert told("no disc found", "en") == "no disc found"


def test_the_numbers_in_a_sentence_stay() -> None:
    assert told("4 arterioles in zone B, 6 are needed", "zh") == "B 区有 4 条小动脉，需要 6 条"


def test_two_reasons_are_told_as_two() -> None:
    both = "1 arteriole in zone B, 6 are needed; no disc found"

    assert told(both, "zh") == "B 区有 1 条小动脉，需要 6 条；没有找到视盘"


def test_a_sentence_that_nobody_translated_is_shown_under_words_that_say_so() -> None:
    assert told("The moon was in the way.", "zh") == "（服务的英文原文）The moon was in the way."


def test_a_refused_field_is_named() -> None:
    assert "person.age_years" in told("person.age_years: must be 0 to 120.", "zh")


def test_nothing_is_told_of_nothing() -> None:
    assert told(None, "zh") == told("", "zh") == ""
