"""PyTorch stands beside our graphs on the same picture: what is told, never how fast."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from edge_runtime.bundle.opening import reference_bundle_path
from export.cli import app
from export.torch_peers import in_turns


def test_all_take_turns_and_the_first_turns_do_not_count() -> None:
    turns: list[str] = []
    runs = {name: lambda name=name: turns.append(name) for name in ("ours", "theirs")}

    taken = in_turns(runs, rounds=3)

    assert turns == ["ours", "theirs"] * 5
    assert len(taken["ours"].wall_ms) == len(taken["theirs"].processor_ms) == 3
    assert taken["ours"].medians()["wall_ms"] >= 0.0


@pytest.mark.slow
def test_each_network_stands_beside_our_graphs_of_it() -> None:
    told = CliRunner().invoke(
        app, ["peers", str(reference_bundle_path()), "--rounds", "1", "--json"]
    )

    assert told.exit_code == 0, told.output
    models = json.loads(told.stdout)["models"]
    assert set(models) == {"anatomy", "disc", "findings"}
    for runs in models.values():
        assert list(runs)[:2] == ["foreseye int8-cpu", "foreseye fp32"]
        assert {"torch eager", "torch channels_last", "torch bf16, channels_last"} <= set(runs)
        assert runs["torch.compile"] == {"missing_because": "not asked for"}
        assert all(run["wall_ms"] > 0 for run in runs.values() if "wall_ms" in run)
