"""`foreseye token` as an operator uses it."""

from __future__ import annotations

from pathlib import Path

from edge_runtime.service.access.token_file import SHAPE
from tests.edge_runtime.cli.command_line import foreseye_afresh


def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    file = tmp_path / "box.json"

    made = foreseye_afresh("token", "create", "kiosk-2", "--role", "screen", "--tokens", file)
    assert made.code == 0
    assert SHAPE.fullmatch(made.out.strip())
    assert "kiosk-2 (screen), id" in made.err

    listed = foreseye_afresh("token", "list", "--tokens", file, "--json").json["tokens"]
    assert [(t["name"], t["roles"], t["holds"]) for t in listed] == [("kiosk-2", ["screen"], True)]
    assert "hash" not in listed[0]

    revoked = foreseye_afresh("token", "revoke", listed[0]["id"], "--tokens", file)
    assert "revoked on" in revoked.out
    assert "revoked on" in foreseye_afresh("token", "list", "--tokens", file).out


def test_the_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    environment = {"FORESEYE_TOKENS": str(tmp_path / "box.json")}

    made = foreseye_afresh(
        *("token", "create", "ops", "--role", "operate", "--role", "read", "--days", "0", "--json"),
        environment=environment,
    )

    assert made.json["roles"] == ["operate", "read"]
    assert made.json["ends"] is None


def test_bad_usage_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "box.json"
    cases = [
        (("create", "a/b", "--role", "screen", "--tokens", file), "name"),
        (("create", "a", "--role", "screen", "--days", "-1", "--tokens", file), "days"),
        (("create", "a", "--role", "god", "--tokens", file), "god"),
        (("create", "a", "--role", "screen"), "--tokens"),
        (("revoke", "00000000", "--tokens", file), "cannot be read"),
        (("list", "--tokens", file), "cannot be read"),
    ]
    for arguments, named in cases:
        told = foreseye_afresh("token", *arguments)
        assert (told.code, named in told.err) == (2, True), told
