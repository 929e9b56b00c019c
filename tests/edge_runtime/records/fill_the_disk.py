"""Keeps photographs until no file may grow any more, then goes on reading; prints what happened.

python -m tests.edge_runtime.records.fill_the_disk RECORDS
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from edge_runtime.domain import Eye, PhotographFile
from edge_runtime.records.errors import RecordsError
from edge_runtime.records.exam_reading import list_exams, read_exam
from edge_runtime.records.exams import add_photograph
from edge_runtime.records.kept import Wanted
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.vault import Vault
from tests.edge_runtime.records.clinic_of_tests import DOCTOR, MASTER, NURSE, a_key, a_new_exam

ALLOWED_BYTES = 600_000
PHOTOGRAPH_BYTES = 700_000
MOST_READINGS = 500


def main() -> None:
    vault = open_records(Place(Path(sys.argv[1])), MASTER)
    exam_id = a_new_exam(vault, {}).exam_id
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ALLOWED_BYTES, before[1]))
    told = {"photograph": refusal_of_a_photograph(vault, exam_id)}
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    pages = allow_pages(vault, 0)
    told["rows"] = refusal_of_rows(vault)
    readings = 0
    while not vault.unlogged_rows and readings < MOST_READINGS:
        told["read"] = str(len(list_exams(vault, DOCTOR, Wanted(page_size=1)).exams))
        readings += 1
    read_exam(vault, DOCTOR, exam_id)
    allow_pages(vault, 2 * pages + 1000)
    add_photograph(vault, NURSE, exam_id, photograph(), a_key())
    told["after"] = str(len(read_exam(vault, DOCTOR, exam_id).photographs))
    vault.close()
    sys.stdout.write(json.dumps(told))


def allow_pages(vault: Vault, pages: int) -> int:
    """Let SQLite meet a full disk (SQLITE_FULL) at `pages`; return how many it has."""
    with vault.database.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages or 1}")
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)


def photograph() -> PhotographFile:
    return PhotographFile("large.png", bytes(PHOTOGRAPH_BYTES), Eye.OD)


def refusal_of_a_photograph(vault: Vault, exam_id: str) -> str:
    try:
        add_photograph(vault, NURSE, exam_id, photograph(), a_key())
    except RecordsError as error:
        return f"{type(error).__name__}: {error.public_message}"
    return "kept"


def refusal_of_rows(vault: Vault) -> str:
    for _ in range(2000):
        try:
            a_new_exam(vault, {})
        except RecordsError as error:
            return type(error).__name__
    return "kept"


if __name__ == "__main__":
    main()
