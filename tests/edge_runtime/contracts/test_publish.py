"""The published JSON Schemas and column tables say what the models say."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from edge_runtime.contracts.cohort import MANIFEST_COLUMNS, OUTCOME_COLUMNS
from edge_runtime.contracts.publish import (
    PUBLISHED,
    TABLES,
    column_table,
    schema_file,
    schema_of,
    schema_text,
    with_tables,
)
from edge_runtime.contracts.rules import RULES
from edge_runtime.contracts.strict import Strict, contract_dict

DOCS = Path(__file__).resolve().parents[3] / "docs" / "contracts.md"
EXAMPLES_FOLDER = Path(__file__).parent / "examples"


def example(name: str) -> dict[str, Any]:
    text = (EXAMPLES_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


RESULT, UNGRADABLE = example("screening"), example("screening-ungradable")
EXAM, BUNDLE = example("exam"), example("bundle")
EXAMPLES = [("screening", RESULT), ("screening", UNGRADABLE), ("exam", EXAM), ("bundle", BUNDLE)]


def accepts(name: str, value: object) -> bool:
    return bool(Draft202012Validator(schema_of(name)).is_valid(value))


BEYOND_A_SCHEMA = "files without a hash"
"""No JSON Schema can say that every file named somewhere is a key of `files`."""


def model_refuses(name: str, value: object) -> bool:
    try:
        PUBLISHED[name].model_validate(value)
    except ValidationError as error:
        return BEYOND_A_SCHEMA not in str(error)
    return False


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_committed_schema_is_the_one_that_the_models_give(name: str) -> None:
    assert schema_file(name).read_text(encoding="utf-8") == schema_text(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_is_sound_and_says_which_it_is(name: str) -> None:
    schema = schema_of(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:foreseye:schema:{name}:1"
    assert schema["title"] == schema["properties"]["schema"]["const"] == f"foreseye.{name}/1"


def test_every_rule_is_said_in_a_schema() -> None:
    parts = {PUBLISHED[name].__name__: schema_of(name) for name in PUBLISHED}
    for name in PUBLISHED:
        parts |= schema_of(name)["$defs"]

    for model, rules in RULES.items():
        assert rules.keys() <= parts[model].keys(), model


def test_the_strings_under_the_fields_are_the_descriptions() -> None:
    measurement = schema_of("screening")["$defs"]["Measurement"]

    assert measurement["properties"]["unit"]["description"] == 'UCUM unit; "1" for a ratio.'


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_taken_by_schema_and_model_and_written_back(
    name: str, example: dict[str, Any]
) -> None:
    record: Strict = PUBLISHED[name].model_validate_json(json.dumps(example))

    assert contract_dict(record) == example
    assert accepts(name, example)


def broken(value: Any) -> Iterator[Any]:
    """Yield copies of a JSON value with one key taken away, made null, added or of another type."""
    if isinstance(value, dict):
        yield {**value, "unforeseen": 1}
        yield {**value, "missing_because": "ungradable"}
        for key, inner in value.items():
            yield {other: part for other, part in value.items() if other != key}
            yield {**value, key: None}
            yield from ({**value, key: changed} for changed in broken(inner))
    elif isinstance(value, list):
        yield from ([changed] * len(value) for inner in value[:1] for changed in broken(inner))
        yield [*value, {}]
    else:
        yield [value]
        yield "" if isinstance(value, str) else not value if isinstance(value, bool) else -1e9


@pytest.mark.slow
@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_no_broken_file_passes_the_schema_and_fails_the_model(
    name: str, example: dict[str, Any]
) -> None:
    validator = Draft202012Validator(schema_of(name))
    tried = [json.dumps(change) for change in broken(copy.deepcopy(example))]
    passed = [text for text in tried if validator.is_valid(json.loads(text))]

    assert [text for text in passed if model_refuses(name, json.loads(text))] == []
    assert len(passed) < len(tried) / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "example", "path", "value"),
    [
        ("screening", RESULT, "use", "For diagnosis."),
        ("screening", RESULT, "biomarkers", {"avr": {"value": 0.7, "unit": "1"}}),
        ("screening", RESULT, "biomarkers", {"avr": {}}),
        ("screening", RESULT, "biomarkers", None),
        ("screening", RESULT, "timings_ms", {"lunch": 1.0}),
        ("screening", RESULT, "quality", UNGRADABLE["quality"]),
        ("screening", UNGRADABLE, "quality", {**UNGRADABLE["quality"], "reason": ""}),
        ("exam", EXAM, "forecast", [{"condition": "stroke", "horizon_years": 5.0}]),
        ("exam", EXAM, "sex", "X"),
        ("bundle", BUNDLE, "version", "latest"),
    ],
)
def test_what_the_contract_forbids_does_not_pass(
    name: str, example: dict[str, Any], path: str, value: object
) -> None:
    assert accepts(name, example)
    assert not accepts(name, {**example, path: value})


@pytest.mark.parametrize("key", ["schema", "use", "quality", "models"])
def test_what_is_never_absent_is_required(key: str) -> None:
    assert not accepts("screening", {k: part for k, part in RESULT.items() if k != key})


def test_the_docs_list_the_columns_as_the_models_have_them() -> None:
    text = DOCS.read_text(encoding="utf-8")

    assert text == with_tables(text)
    for name in TABLES:
        assert column_table(name) in text
    for column in (*MANIFEST_COLUMNS, *OUTCOME_COLUMNS, "lesion_<class>"):
        assert f"| `{column}` |" in text


@pytest.mark.parametrize("name", TABLES)
def test_every_column_says_what_it_holds(name: str) -> None:
    for field in TABLES[name].model_fields.values():
        assert field.description
