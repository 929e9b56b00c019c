"""`foreseye doctor` as an operator runs it, on the reference bundle."""

from __future__ import annotations

from pathlib import Path

from tests.edge_runtime.cli.command_line import foreseye


def test_a_sound_box_leaves_with_0_and_each_check_is_told() -> None:
    told = foreseye("doctor", "--address", "127.0.0.1:0", "--json")

    assert (told.code, told.json["well"]) == (0, True), told.out
    checks = [finding["check"] for finding in told.json["findings"]]
    assert {"clock", "memory", "package onnxruntime", "bundle and engines"} <= set(checks)


def test_what_is_wrong_is_said_with_advice_and_leaves_with_1(tmp_path: Path) -> None:
    told = foreseye("doctor", "--address", "0.0.0.0:0", "--tokens", tmp_path / "none.json")

    assert told.code == 1
    assert "Other machines reach it, and there is no certificate." in told.out
    assert "cannot be read" in told.out
    assert "foreseye token create" in told.out
