"""A small folder of everything that a batch may meet, and the rows that came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq

from edge_runtime.domain import Eye
from tests.edge_runtime.cli.command_line import sample_eye

GOOD = ("a_right.jpg", "b_left.jpg", "z_last.jpg")
NOT_AN_EYE = ("c_card.png",)
UNREADABLE = ("d_notes.txt", "e_cut.jpg", "f_empty.jpg", "sub/=cmd.csv")
EVERYTHING = sorted(GOOD + NOT_AN_EYE + UNREADABLE)


def small_folder(folder: Path) -> Path:
    """Eight files: three eyes, a grey card, and four that are no photographs."""
    (folder / "sub").mkdir(parents=True)
    (folder / "a_right.jpg").write_bytes(sample_eye(Eye.OD))
    (folder / "b_left.jpg").write_bytes(sample_eye(Eye.OS))
    (folder / "z_last.jpg").write_bytes(sample_eye(Eye.OD))
    cv2.imwrite(str(folder / "c_card.png"), np.full((300, 400, 3), 127, np.uint8))
    (folder / "d_notes.txt").write_text("Not a photograph.\n")
    (folder / "e_cut.jpg").write_bytes(sample_eye(Eye.OD)[:20_000])
    (folder / "f_empty.jpg").write_bytes(b"")
    (folder / "sub" / "=cmd.csv").write_text("a,b\n1,2\n")
    return folder


def rows_of(out: Path, table: str = "photographs") -> list[dict[str, Any]]:
    """All rows of a table, in order, without the columns that tell of time."""
    parts = sorted((out / table).glob("part-*.parquet"))
    rows = [row for part in parts for row in pq.ParquetFile(part).read().to_pylist()]
    return [
        {name: value for name, value in row.items() if not name.startswith("timings_ms.")}
        for row in rows
    ]
