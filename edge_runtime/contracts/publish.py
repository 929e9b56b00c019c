"""Publishes the contracts: JSON Schemas beside this file, and the column tables of the docs.

    python -m edge_runtime.contracts.publish docs/contracts.md

The schemas describe files as foreseye writes them: what is absent has no key, so only the keys of
EXPLICIT_NULLS may be null, and whatever is never absent is required.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.cohort import LESION_PREFIX, ManifestRow, OutcomeRow
from edge_runtime.contracts.evaluation import Evaluation
from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.contracts.rules import RULES
from edge_runtime.contracts.simulation import SimulationRecord
from edge_runtime.contracts.strict import EXPLICIT_NULLS, Strict

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS_FOLDER = Path(__file__).parent / "schemas"

PUBLISHED: dict[str, type[Strict]] = {
    "screening": ScreeningResult,
    "exam": ExamRecord,
    "bundle": BundleManifest,
    "evaluation": Evaluation,
    "simulation": SimulationRecord,
}
"""The published contracts by name; each is version 1."""

TABLES: dict[str, type[Strict]] = {"manifest": ManifestRow, "outcomes": OutcomeRow}
"""The tables whose columns the docs list, by the name in the docs' markers."""

Schema = dict[str, Any]


def schema_of(name: str) -> Schema:
    """Return the JSON Schema (draft 2020-12) of one published contract."""
    schema = PUBLISHED[name].model_json_schema(by_alias=True, mode="validation")
    definitions = schema.get("$defs", {})
    for model in _models(PUBLISHED[name]):
        part = definitions.get(model.__name__, schema)
        _as_written(part)
        _described(part, model)
        _ruled(part, RULES.get(model.__name__, {}))
    title = {"title": f"foreseye.{name}/1"}
    return {"$schema": DIALECT, "$id": f"urn:foreseye:schema:{name}:1", **schema, **title}


def schema_text(name: str) -> str:
    """Return the published text of a contract's schema."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=True) + "\n"


def schema_file(name: str, folder: Path = SCHEMAS_FOLDER) -> Path:
    """Return where a contract's schema is published."""
    return folder / f"{name}-1.schema.json"


def column_table(name: str) -> str:
    """Return the Markdown table of one table's columns: name, what it holds, range, if needed."""
    model = TABLES[name]
    schema = model.model_json_schema()
    lines = ["| column | values | needed | what it says |", "| --- | --- | --- | --- |"]
    for column, part in schema["properties"].items():
        shown = f"{LESION_PREFIX}<class>" if column == "lesions" else column
        values = "path" if column == "lesions" else _values(part, schema.get("$defs", {}))
        needed = "yes" if column in schema["required"] else ""
        lines.append(f"| `{shown}` | {values} | {needed} | {part['description']} |")
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """Return a Markdown page with the column tables between their markers made anew."""
    for name in TABLES:
        start, end = f"<!-- columns of {name} -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{start}.*?{end}", re.DOTALL)
        table = f"{start}\n{column_table(name)}\n{end}"
        text = pattern.sub(lambda _, table=table: table, text)  # type: ignore[misc]
    return text


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and every model that its fields hold, each once."""
    waiting, seen = [model], {model}
    while waiting:
        current = waiting.pop()
        yield current
        for field in current.model_fields.values():
            for inner in _models_in(field.annotation):
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)


def _as_written(part: Schema) -> None:
    """Make a model's schema say what `contract_json` writes."""
    required = []
    for key, value in part["properties"].items():
        branches = value.get("anyOf", [])
        absent = {"type": "null"} in branches and key not in EXPLICIT_NULLS
        if absent:
            left = [branch for branch in branches if branch != {"type": "null"}]
            del value["anyOf"]
            value.update(left[0] if len(left) == 1 else {"anyOf": left})
        else:
            required.append(key)
        value.pop("default", None)
    part["required"] = required


def _described(part: Schema, model: type[BaseModel]) -> None:
    aliases = {field.alias or name: name for name, field in model.model_fields.items()}
    texts = _field_docstrings(model)
    for key, value in part["properties"].items():
        text = texts.get(aliases[key])
        if text is not None:
            value.setdefault("description", text)


def _field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Return the strings that stand under a model's fields in its source."""
    found = {}
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    for field, after in pairwise(body):
        named = isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if named and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[field.target.id] = inspect.cleandoc(str(after.value.value))
    return found


def _ruled(part: Schema, rules: Schema) -> None:
    for keyword, rule in rules.items():
        if keyword == "properties":
            for key, more in rule.items():
                part["properties"][key].update(more)
        else:
            part[keyword] = rule


def _values(part: Schema, definitions: Schema) -> str:
    """Return what a column may hold, in a few words: `0 to 120`, `OD, OS`, `true, false`."""
    branches = [b for b in part.get("anyOf", [part]) if b.get("type") != "null"]
    branch = branches[0]
    if "$ref" in branch:
        branch = definitions[branch["$ref"].rpartition("/")[2]]
    if "enum" in branch:
        return ", ".join(str(value) for value in branch["enum"])
    if "minimum" in branch:
        return f"{branch['minimum']:g} to {branch['maximum']:g}"
    kinds = {"boolean": "true, false", "string": "text"}
    return str(branch.get("format", kinds.get(branch["type"])))


def main(page: Path | None) -> None:
    """Write the schemas, and the column tables into `page` where one is given."""
    SCHEMAS_FOLDER.mkdir(exist_ok=True)
    for name in PUBLISHED:
        schema_file(name).write_text(schema_text(name), encoding="utf-8")
    if page is not None:
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
