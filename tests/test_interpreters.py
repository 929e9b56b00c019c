"""The runtime's sources are written for Python 3.10 on (JetPack 6), whatever runs the tests."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 10)
YOUNGER_THAN_OLDEST = {"tomllib", "StrEnum", "ExceptionGroup", "batched", "assert_never", "Self"}


def younger_names(source: str) -> set[str]:
    """Return the names that a source imports or uses and that Python 3.10 does not have."""
    used = set()
    for node in ast.walk(ast.parse(source, feature_version=OLDEST)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            used |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
    return used & YOUNGER_THAN_OLDEST


def test_the_runtime_parses_and_imports_nothing_that_python_3_10_lacks():
    found = {
        str(path.relative_to(ROOT)): younger_names(path.read_text(encoding="utf-8"))
        for path in (ROOT / "edge_runtime").rglob("*.py")
    }

    assert {path: names for path, names in found.items() if names} == {}


def test_a_younger_name_is_found():
    assert younger_names("import tomllib\n") == {"tomllib"}
    assert younger_names("from enum import StrEnum\n") == {"StrEnum"}
