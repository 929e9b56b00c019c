"""The walls between the wings, read from the source: no import is executed but in the last test.

Each rule yields one sentence a breach. Every rule is also tried on a small tree that breaks it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "edge_runtime": {"edge_runtime"},
    "training": {"training", "edge_runtime"},
    "export": {"export", "training", "edge_runtime"},
    "ui": {"ui", "edge_runtime.wire.client"},
}
RUNTIME_NEVER = {"torch", "torchvision", "monai", "timm", "streamlit", "pandas", "matplotlib"}

OUTSIDE_THE_CORE = {"wire", "service", "batch", "cli", "interop", "records"}
"""Parts of edge_runtime that stand on the core; every other part is the core, new ones too."""

RECORDS_NEVER = {f"edge_runtime.{part}" for part in ("wire", "service", "cli", "batch")}
"""The records know no transport either: the service stands on them."""

CORE_NEVER = {"grpc", "grpc_health", "grpc_reflection", "google.protobuf", "typer", "ray"}
"""The core knows no transport, no command line and no cluster."""

CLIENT = "edge_runtime.wire.client"
CLIENT_NEVER_REACHES = {
    "edge_runtime.pipeline",
    "edge_runtime.backends",
    "onnxruntime",
    "tensorrt",
    "sqlalchemy",
}

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "toolbox"}
CLASSES_THAT_SAY_NOTHING = re.compile(r"(Manager|Helper|Utils?)$")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def sources(root: Path) -> Iterator[Path]:
    """Yield the wings' source files, but generated ones."""
    for wing in MAY_IMPORT:
        for path in sorted((root / wing).rglob("*.py")):
            if "_pb2" not in path.stem:
                yield path


def module_of(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(root: Path, name: str) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def imported_by(root: Path, path: Path) -> set[str]:
    """Return the modules that a file imports anywhere in it, relative ones made absolute."""
    package = path.relative_to(root).parent.parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{start}.{alias.name}"
                found.add(inner if is_module(root, inner) else start)
        elif isinstance(node, ast.Call):
            found |= imported_by_name(node)
    return found


def imported_by_name(call: ast.Call) -> set[str]:
    """Return what import_module("x") or __import__("x") asks for, when it is spelt out."""
    called = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if called not in {"import_module", "__import__"} or not call.args:
        return set()
    name = call.args[0]
    return {str(name.value)} if isinstance(name, ast.Constant) else set()


def under(name: str, roots: Iterable[str]) -> bool:
    return any(f"{name}.".startswith(f"{root}.") for root in roots)


def imports_across_the_wings(root: Path) -> Iterator[str]:
    for path in sources(root):
        wing = path.relative_to(root).parts[0]
        for name in sorted(imported_by(root, path)):
            ours = under(name, MAY_IMPORT) and not under(name, MAY_IMPORT[wing])
            foreign = wing == "edge_runtime" and under(name, RUNTIME_NEVER)
            if ours or foreign or under(name, {"tests"}):
                yield f"{path.relative_to(root)} imports {name}"


def imports_out_of_the_core(root: Path) -> Iterator[str]:
    outside = {f"edge_runtime.{part}" for part in OUTSIDE_THE_CORE}
    for path in sources(root):
        wing, part, *_ = *path.relative_to(root).with_suffix("").parts, ""
        if wing != "edge_runtime" or part in OUTSIDE_THE_CORE:
            continue
        for name in sorted(imported_by(root, path)):
            if under(name, outside | CORE_NEVER):
                yield f"{path.relative_to(root)} imports {name}"


def imports_out_of_the_records(root: Path) -> Iterator[str]:
    for path in sources(root):
        if path.relative_to(root).parts[:2] == ("edge_runtime", "records"):
            for name in sorted(imported_by(root, path)):
                if under(name, RECORDS_NEVER | CORE_NEVER):
                    yield f"{path.relative_to(root)} imports {name}"


def reached_by_the_client(root: Path) -> Iterator[str]:
    imports = {module_of(root, path): imported_by(root, path) for path in sources(root)}
    waiting, way = [CLIENT], {CLIENT: CLIENT}
    while waiting:
        module = waiting.pop()
        for name in sorted(imports.get(module, set()) - way.keys()):
            way[name] = f"{way[module]} -> {name}"
            waiting.append(name)
            if under(name, CLIENT_NEVER_REACHES):
                yield way[name]


def names_that_say_nothing(root: Path) -> Iterator[str]:
    for path in sources(root):
        shown = path.relative_to(root)
        if NAMES_THAT_SAY_NOTHING & set(shown.with_suffix("").parts):
            yield f"{shown} says nothing of what it holds"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and CLASSES_THAT_SAY_NOTHING.search(node.name):
                yield f"{shown}: class {node.name} says nothing of what it does"


def things_too_long(root: Path) -> Iterator[str]:
    for path in sources(root):
        shown = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield f"{shown} has {lines} lines, {LONGEST_FILE} are allowed"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = function_lines(node)
                if lines > LONGEST_FUNCTION:
                    yield f"{shown}: {node.name} has {lines} lines, {LONGEST_FUNCTION} are allowed"


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring: a long explanation is no fault."""
    first = node.body[0]
    explained = ast.get_docstring(node) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if explained else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


RULES = [
    imports_across_the_wings,
    imports_out_of_the_core,
    imports_out_of_the_records,
    reached_by_the_client,
    names_that_say_nothing,
    things_too_long,
]
Rule = Callable[[Path], Iterator[str]]


@pytest.mark.parametrize("rule", RULES)
def test_the_project_keeps_its_walls(rule: Rule) -> None:
    assert list(rule(ROOT)) == []


@pytest.mark.parametrize("wing", MAY_IMPORT)
def test_every_wing_has_sources_to_judge(wing: str) -> None:
    assert list((ROOT / wing).rglob("*.py"))


A_TREE = {
    "edge_runtime/__init__.py": "",
    "edge_runtime/domain.py": "",
    "edge_runtime/pipeline.py": "from . import domain",
    "edge_runtime/backends/__init__.py": "",
    "edge_runtime/backends/onnx.py": "import onnxruntime",
    "edge_runtime/wire/__init__.py": "",
    "edge_runtime/wire/client.py": "import grpc\nfrom edge_runtime import domain",
    "edge_runtime/wire/messages.py": "from .. import domain",
    "training/__init__.py": "",
    "training/loss.py": "import torch\nfrom edge_runtime.domain import Eye",
    "export/__init__.py": "",
    "export/graph.py": "from training import loss",
    "ui/__init__.py": "",
    "ui/page.py": "from edge_runtime.wire import client\nfrom .words import HELLO",
    "ui/words.py": "HELLO = 'hello'",
}


def a_tree(folder: Path, changed: dict[str, str]) -> Path:
    for name, text in {**A_TREE, **changed}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_sound_tree_breaks_no_rule(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, {})

    assert [breach for rule in RULES for breach in rule(tree)] == []


BREACHES = [
    (imports_across_the_wings, "edge_runtime/fundus.py", "import torch.nn", "torch.nn"),
    (imports_across_the_wings, "edge_runtime/a.py", "def f():\n    import pandas", "pandas"),
    (imports_across_the_wings, "edge_runtime/a.py", "from training import loss", "training.loss"),
    (imports_across_the_wings, "edge_runtime/x/a.py", "from ...ui import page", "ui.page"),
    (imports_across_the_wings, "training/a.py", "import export.graph", "export.graph"),
    (imports_across_the_wings, "training/a.py", "from ui.page import show", "ui.page"),
    (imports_across_the_wings, "export/a.py", "import ui", "ui"),
    (imports_across_the_wings, "ui/a.py", "import edge_runtime", "edge_runtime"),
    (imports_across_the_wings, "ui/a.py", "from edge_runtime.domain import Eye", ".domain"),
    (imports_across_the_wings, "ui/a.py", "from edge_runtime.wire import messages", "messages"),
    (imports_across_the_wings, "ui/a.py", "import importlib as i\ni.import_module('export')", ""),
    (imports_across_the_wings, "export/a.py", "from tests import conftest", "tests"),
    (imports_out_of_the_core, "edge_runtime/a.py", "from .wire import messages", "messages"),
    (imports_out_of_the_core, "edge_runtime/fundus/a.py", "from ..wire.client import x", "client"),
    (imports_out_of_the_core, "edge_runtime/fundus/a.py", "from .. import wire", "wire"),
    (imports_out_of_the_core, "edge_runtime/new/a.py", "import edge_runtime.cli", "cli"),
    (imports_out_of_the_core, "edge_runtime/a.py", "import grpc", "grpc"),
    (imports_out_of_the_core, "edge_runtime/a.py", "from .records import x", "records"),
    (imports_out_of_the_records, "edge_runtime/records/a.py", "import grpc", "grpc"),
    (imports_out_of_the_records, "edge_runtime/records/a.py", "from ..wire import x", "wire"),
    (reached_by_the_client, "edge_runtime/wire/client.py", "from .. import pipeline", "pipeline"),
    (reached_by_the_client, "edge_runtime/domain.py", "from .backends.onnx import x", "onnx"),
    (names_that_say_nothing, "training/utils.py", "", "utils.py"),
    (names_that_say_nothing, "ui/helpers/a.py", "", "helpers"),
    (names_that_say_nothing, "ui/a.py", "class ExamManager: ...", "ExamManager"),
    (things_too_long, "ui/a.py", "x = 1\n" * 301, "301 lines"),
    (things_too_long, "ui/a.py", "def f():\n" + "    x = 1\n" * 40, "f has 41 lines"),
]


@pytest.mark.parametrize(("rule", "file", "text", "named"), BREACHES)
def test_a_breach_is_named(tmp_path: Path, rule: Rule, file: str, text: str, named: str) -> None:
    tree = a_tree(tmp_path, {file: text})

    breaches = list(rule(tree))

    assert breaches
    assert all(named in breach for breach in breaches)
    assert any(file in breach for breach in breaches) or rule is reached_by_the_client


def test_a_long_docstring_does_not_make_a_function_long(tmp_path: Path) -> None:
    text = 'def f():\n    """First.\n' + "    more\n" * 50 + '    """\n    return 1\n'
    tree = a_tree(tmp_path, {"ui/a.py": text})

    assert list(things_too_long(tree)) == []


def test_generated_code_is_not_judged(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, {"edge_runtime/wire/screening_pb2.py": "import torch\n" * 400})

    assert [breach for rule in RULES for breach in rule(tree)] == []


@pytest.mark.parametrize("module", ["edge_runtime.pipeline", CLIENT])
def test_a_clean_process_loads_the_runtime_without_the_other_wings(module: str) -> None:
    never = sorted(RUNTIME_NEVER | {"training", "export", "ui"})
    program = f"import {module}, sys; print([m for m in {never} if m in sys.modules])"

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (told.returncode, told.stdout.strip()) == (0, "[]"), told.stderr
