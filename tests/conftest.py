"""Fixtures that every wing's tests share."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

# The same examples in every run: a red run can be run again and says the same.
hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that rewrites golden files."""
    parser.addoption(
        "--accept-golden", action="store_true", help="rewrite golden files instead of comparing"
    )


@pytest.fixture
def accept_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--accept-golden"))


@pytest.fixture(autouse=True)
def logs_end_with_their_test() -> Iterator[None]:
    """A program that ran in this process leaves no log to a stream that is closed by now."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in list(root.handlers):
        if handler not in before and not type(handler).__module__.startswith("_pytest"):
            root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(20260101)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of public photographs; skips, saying why, where there is none."""
    folder = Path(os.environ.get("FORESEYE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "photographs.csv").is_file():
        pytest.skip(f"no public photographs at {folder} (set FORESEYE_DATA)")
    return folder
