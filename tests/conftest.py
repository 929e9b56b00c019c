"""Fixtures that every wing's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


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
