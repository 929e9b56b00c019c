"""Ray Data screens what the local engine screens, and gives its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.batch.record import EXAMS_PER_SHARD
from edge_runtime.batch.shards import EXAMS, shard_path
from tests.edge_runtime.batch.tiny_runs import TinyRuns, same_tables, tiny_runs
from tests.edge_runtime.cli.command_line import foreseye_afresh

pytestmark = [
    pytest.mark.ray,
    # Ray leaves sockets and log files to the end of its processes.
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> TinyRuns:
    return tiny_runs(tmp_path_factory.mktemp("ray"))


def test_ray_gives_the_rows_of_the_local_engine_and_goes_on_after_a_loss(
    runs: TinyRuns, tmp_path: Path
) -> None:
    runs.batch(tmp_path / "local", "--processes", "1")

    told = runs.batch(tmp_path / "ray", "--engine", "ray", "--processes", "2", "--json")

    assert told.json["engine"] == "ray"
    assert told.code == 1
    assert same_tables(tmp_path / "local", tmp_path / "ray")

    shard_path(tmp_path / "ray", EXAMS, 1).unlink()
    again = runs.batch(tmp_path / "ray", "--engine", "ray", "--resume", "--json")

    assert again.json["screened_now"] == EXAMS_PER_SHARD
    assert same_tables(tmp_path / "local", tmp_path / "ray")


def test_a_cluster_that_is_not_there_is_told(runs: TinyRuns, tmp_path: Path) -> None:
    told = foreseye_afresh(
        "batch", runs.folder, "--out", tmp_path / "out", "--engine", "ray",
        "--ray-address", "127.0.0.1:1", environment=runs.environment,
    )  # fmt: skip

    assert told.code == 1
    assert "Ray at 127.0.0.1:1" in told.err
