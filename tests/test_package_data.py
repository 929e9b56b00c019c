"""What is not Python is in the wheel too, so that an install without a checkout works."""

from __future__ import annotations

from pathlib import Path

import pytest
from setuptools.config.pyprojecttoml import load_file

ROOT = Path(__file__).resolve().parents[1]
CODE = {".py", ".pyi", ".pyc"}


@pytest.mark.parametrize("package", ["edge_runtime", "training", "export", "ui"])
def test_every_file_of_a_package_goes_into_the_wheel(package: str):
    patterns = load_file(ROOT / "pyproject.toml")["tool"]["setuptools"]["package-data"]
    folder = ROOT / package
    packed = {path for pattern in patterns.get(package, []) for path in folder.glob(pattern)}

    files = {path for path in folder.rglob("*") if path.is_file() and path.suffix not in CODE}

    left_out = {str(p.relative_to(ROOT)) for p in files - packed if p.name != "README.md"}
    assert left_out == set()


def test_no_graph_that_ships_names_a_folder_of_the_machine_that_exported_it():
    graphs = sorted((ROOT / "edge_runtime" / "reference_bundle").glob("*.onnx"))

    assert graphs
    assert [path.name for path in graphs if b'File "/' in path.read_bytes()] == []
