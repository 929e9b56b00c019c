"""A batch as FHIR: one NDJSON file a shard, one exam's Bundle a line.

A file is written whole or not at all, and again where its shard was screened again after it.
"""

from __future__ import annotations

from pathlib import Path

from edge_runtime.batch.screened_exams import screened_exams
from edge_runtime.batch.shards import EXAMS, shard_name, shard_path
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.durable import written_whole
from edge_runtime.interop.fhir.exam_bundle import exam_bundle, ndjson_line

FOLDER = "fhir"


def write_fhir(out: Path, num_shards: int, bundle: BundleManifest) -> int:
    """Write fhir/part-00000.ndjson and its neighbours; return how many were written now.

    An exam of which no photograph could be read has no line: its rows stand in the tables.
    Raises OutputError.
    """
    written = 0
    for number in range(num_shards):
        path = out / FOLDER / f"{shard_name(number)}.ndjson"
        if _stands(path, shard_path(out, EXAMS, number)):
            continue
        with written_whole(path) as partial, partial.open("w", encoding="utf-8") as file:
            for exam in screened_exams(out, number, bundle):
                if exam.photographs:
                    file.write(ndjson_line(exam_bundle(exam)) + "\n")
        written += 1
    return written


def _stands(path: Path, shard: Path) -> bool:
    return path.exists() and path.stat().st_mtime_ns >= shard.stat().st_mtime_ns
