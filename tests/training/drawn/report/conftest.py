"""The drawn folder that the tests of the report share; whoever changes it takes a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.drawn.report.handmade import draw_two_people


@pytest.fixture(scope="package")
def drawn_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_two_people(tmp_path_factory.mktemp("report") / "cohort")
