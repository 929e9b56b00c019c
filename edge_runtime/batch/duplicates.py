"""`duplicates.csv`: photographs whose bytes came more than once, so that no eye is counted twice.

Each still has its own row in the tables: which of them is to count is not ours to say.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.batch.csv_tables import csv_cell
from edge_runtime.batch.shards import table_rows
from edge_runtime.batch.spool import spool
from edge_runtime.durable import remove, written_whole

DUPLICATES_FILE = "duplicates.csv"
COLUMNS = ["photograph.sha256", "path", "set"]


@dataclass(frozen=True)
class Repeated:
    """How much came more than once."""

    contents: int = 0
    """Different contents that did."""
    photographs: int = 0
    """Photographs beyond the first of each content."""


def write_duplicates(path: Path, photographs: Sequence[Path]) -> Repeated:
    """Write one row for each photograph that is not alone with its bytes, the equal ones together.

    Where there are none, there is no file. Frames of one DICOM file have bytes of their own. The
    memory does not grow with the rows. Raises OutputError.
    """
    contents, beyond = 0, 0
    with spool() as by_content:
        for place, row in enumerate(table_rows(photographs, COLUMNS)):
            if row["photograph.sha256"] is not None:
                key = bytes.fromhex(str(row["photograph.sha256"]))
                by_content.add(key, place, json.dumps([row[name] for name in COLUMNS]))
        with written_whole(path) as partial, partial.open("w", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for group in by_content.groups(at_least=2):
                contents, beyond = contents + 1, beyond + len(group) - 1
                for _, text in group:
                    writer.writerow([csv_cell(cell) for cell in json.loads(text)])
    if contents == 0:
        remove(path)
    return Repeated(contents, beyond)
