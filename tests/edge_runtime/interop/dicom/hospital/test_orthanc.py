"""Where Orthanc is not installed its tests are skipped, and fail where it must be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge_runtime.interop.dicom.hospital import orthanc


@pytest.mark.parametrize(
    ("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)]
)
def test_a_missing_orthanc_is_told_of(
    required: str, outcome: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORESEYE_REQUIRE_ORTHANC", required)
    monkeypatch.setattr(orthanc, "NEEDED", (tmp_path / "Orthanc",))

    with pytest.raises(outcome, match="Debian orthanc"):
        orthanc.require_orthanc()
