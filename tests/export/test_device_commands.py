"""What runs on a device needs neither torch nor onnx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_runtime.bundle.opening import reference_bundle_path
from edge_runtime.errors import BackendUnavailable
from export.cli import app


@pytest.mark.slow
def test_the_command_line_loads_without_torch_and_onnx():
    code = (
        "import sys, export.cli\n"
        "assert not {'torch', 'onnx', 'monai', 'pandas'} & set(sys.modules)\n"
        "import edge_runtime.pipeline\n"
        "assert not {'torch', 'onnx', 'tensorrt'} & set(sys.modules)\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_engines_are_not_built_where_tensorrt_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("edge_runtime.backends.opening.find_spec", lambda _name: None)
    asked = ["tensorrt", str(reference_bundle_path()), "--engines", str(tmp_path)]

    told = CliRunner().invoke(app, asked)

    assert isinstance(told.exception, BackendUnavailable)
