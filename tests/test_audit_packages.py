"""What the audit says of packages, on reports made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit_packages import licence_problems, main, undeclared

MIT = {"license": {"id": "MIT"}}


def component(name: str, *licences: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "licenses": list(licences)}


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ({"license": {"id": "GPL-3.0-only"}}, True),
        ({"expression": "MIT OR AGPL-3.0-or-later"}, True),
        ({"license": {"name": "License :: OSI Approved :: GNU General Public License v3"}}, True),
        ({"license": {"id": "LGPL-3.0-only"}}, False),
        ({"license": {"name": "GNU Lesser General Public License v3 (LGPLv3)"}}, False),
        (MIT, False),
    ],
)
def test_a_licence_that_would_bind_ours_is_refused(licence: dict[str, Any], refused: bool) -> None:
    sbom = {"components": [component("package", licence), component("other", MIT)]}

    assert bool(list(licence_problems(sbom))) is refused


def test_a_package_without_a_licence_is_named() -> None:
    assert undeclared({"components": [component("bare"), component("other", MIT)]}) == ["bare"]


CLEAN = {"name": "numpy", "version": "2.0", "vulns": []}
HOLE = {"id": "PYSEC-1", "fix_versions": ["2.1"]}


@pytest.mark.parametrize(
    ("dependencies", "code", "says"),
    [
        ([CLEAN], 0, "1 packages"),
        ([{**CLEAN, "vulns": [HOLE]}], 1, "numpy 2.0: PYSEC-1, mended in 2.1"),
        ([CLEAN, {"name": "odd", "skip_reason": "not found"}], 1, "NOT AUDITED"),
    ],
)
def test_holes_and_what_nobody_could_tell_are_no_clean_audit(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    dependencies: list[dict[str, Any]],
    code: int,
    says: str,
) -> None:
    sbom, advisories = tmp_path / "sbom.json", tmp_path / "advisories.json"
    sbom.write_text(json.dumps({"components": [component("numpy", MIT)]}), encoding="utf-8")
    advisories.write_text(json.dumps({"dependencies": dependencies}), encoding="utf-8")

    assert main(sbom, advisories) == code
    assert says in capsys.readouterr().out
