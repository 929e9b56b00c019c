"""A hostile ZIP gives a clear row for each of its entries, and the rest goes on."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import pytest

from edge_runtime.batch.listing import listed_exams
from edge_runtime.errors import InvalidField
from tests.edge_runtime.batch.bombs import named, packed, write_zip, zeros
from tests.edge_runtime.batch.small_folder import rows_of
from tests.edge_runtime.batch.tiny_runs import TinyRuns, tiny_runs
from tests.edge_runtime.cli.command_line import foreseye_afresh

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> TinyRuns:
    return tiny_runs(tmp_path_factory.mktemp("zip"))


def hostile(runs: TinyRuns, path: Path) -> Path:
    eye = (runs.folder / "000.jpg").read_bytes()
    link = zipfile.ZipInfo("link.jpg")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("眼/right.jpg", eye)
        file.writestr("folder/", "")
        file.writestr("../../outside.jpg", eye)
        file.writestr(link, "/etc/passwd")
        file.writestr("bomb.jpg", bytes(3_000_000))
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("眼/right.jpg", eye[:1000])
        file.writestr("=cmd|' /C calc'!A0.csv", "1,2")
        file.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    return path


def test_each_entry_has_its_row_and_nothing_leaves_the_archive(
    runs: TinyRuns, tmp_path: Path
) -> None:
    path = hostile(runs, tmp_path / "camera.zip")

    foreseye_afresh(
        "batch", path, "--out", tmp_path / "out", "--processes", "1",
        environment={**runs.environment, "FORESEYE_MAX_PHOTOGRAPH_BYTES": "2000000"},
    )  # fmt: skip

    refused = "ArchiveEntryRefused: This entry of the ZIP is not read: "
    assert [(row["path"], row["error"]) for row in rows_of(tmp_path / "out")][1:] == [
        ("../../outside.jpg", f"{refused}its name leads out of the archive."),
        ("link.jpg", f"{refused}it is a link."),
        ("bomb.jpg", "PhotographTooLarge: This photograph is too large."),
        ("眼/right.jpg", f"{refused}its name stands there twice."),
        ("=cmd|' /C calc'!A0.csv", "NotAPicture: This file is not a photograph that can be read."),
        ("inner.zip", "NotAPicture: This file is not a photograph that can be read."),
    ]
    assert {p.name for p in tmp_path.iterdir()} == {"camera.zip", "out"}


def test_an_eye_in_a_zip_is_screened_like_the_file(runs: TinyRuns, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as file:
        file.write(runs.folder / "000.jpg", "000.jpg")
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "000.jpg").write_bytes((runs.folder / "000.jpg").read_bytes())

    for source, out in ((tmp_path / "one.zip", "zipped"), (alone, "plain")):
        foreseye_afresh("batch", source, "--out", tmp_path / out, environment=runs.environment)

    assert rows_of(tmp_path / "zipped") == rows_of(tmp_path / "plain")
    assert rows_of(tmp_path / "zipped")[0]["photograph.sha256"]


def test_a_bomb_of_many_entries_has_its_rows_and_the_eye_behind_them_is_screened(
    runs: TinyRuns, tmp_path: Path
) -> None:
    bombs = named(zeros("a", 1_000_000), (f"{number}.jpg" for number in range(8)))
    eye = packed("eye.jpg", (runs.folder / "000.jpg").read_bytes())
    path = write_zip(tmp_path / "bomb.zip", [*bombs, eye])

    told = foreseye_afresh(
        "batch", path, "--out", tmp_path / "out", "--processes", "1", "--formats", "csv,parquet",
        environment={**runs.environment, "FORESEYE_ARCHIVE_LEEWAY_BYTES": "3000000"},
    )  # fmt: skip

    rows = rows_of(tmp_path / "out")
    beyond = "with it the ZIP inflates to more than 100 times its own size"
    assert told.code == 1
    assert [row["error"].partition(":")[0] for row in rows[:8]] == (
        ["NotAPicture"] * 3 + ["ArchiveEntryRefused"] * 5
    )
    assert rows[7]["error"].endswith(f"is not read: {beyond}.")
    assert (rows[8]["path"], rows[8]["status"]) == ("eye.jpg", "ok")


NFC, NFD = (unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD"))
STRANGE = [NFC, NFD, "CON.jpg", "Con.JPG", "a.jpg", "a.jpg ", "-rf.jpg", "~/a.jpg", "a\nb.jpg"]


def test_names_that_some_disk_takes_for_one_have_a_row_and_a_folder_each(
    runs: TinyRuns, tmp_path: Path
) -> None:
    eye = (runs.folder / "000.jpg").read_bytes()
    with zipfile.ZipFile(tmp_path / "strange.zip", "w") as file:
        for name in STRANGE:
            file.writestr(name, eye)
        file.writestr("GBKx.jpg", eye)
    raw = (tmp_path / "strange.zip").read_bytes()
    (tmp_path / "strange.zip").write_bytes(raw.replace(b"GBKx", "右眼".encode("gbk")))

    told = foreseye_afresh(
        "batch", tmp_path / "strange.zip", "--out", tmp_path / "out", "--pictures",
        "--formats", "csv,parquet", environment=runs.environment,
    )  # fmt: skip

    rows = rows_of(tmp_path / "out")
    assert told.code == 0
    assert [row["status"] for row in rows] == ["ok"] * (len(STRANGE) + 1)
    assert [row["path"] for row in rows] == [*STRANGE, r"\xd3\xd2\xd1\xdb.jpg"]
    folders = {path.name.casefold() for path in (tmp_path / "out" / "pictures").rglob("*/*")}
    assert {p.name for p in tmp_path.iterdir()} == {"strange.zip", "out"}
    assert len({unicodedata.normalize("NFC", name) for name in folders}) == len(folders)
    table = (tmp_path / "out" / "photographs.csv").read_text(encoding="utf-8")
    assert "\n'-rf.jpg," in table


def test_what_is_no_zip_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"Rar!" * 100)

    with pytest.raises(InvalidField, match="no ZIP"):
        list(listed_exams(tmp_path / "a.zip", tmp_path / "out"))
