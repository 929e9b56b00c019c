"""A batch as DICOM objects and reports on paper: a folder an exam, made from the tables.

    documents/part-00000/012/report-en.pdf   documents/part-00000/012/dicom/*.dcm
    documents/part-00000.json                which exams of the part have theirs, and why others not

They need each photograph again, so its file is opened again and must have the hash that was
screened; and its pictures, so `--pictures` is implied. A part whose JSON stands is not made again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.batch.plan import ShardTask, WorkPlan, shard_tasks
from edge_runtime.batch.record import BatchRecord
from edge_runtime.batch.screened_exams import placed_exams
from edge_runtime.batch.shards import EXAMS, shard_name, shard_path
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import ForeseyeError, OutputError
from edge_runtime.exam_files import ListedExam, ReadContent, open_exam
from edge_runtime.interop.dicom.photographs import PatientPolicy, files_read
from edge_runtime.interop.exam_exports import export_exam, with_contents
from edge_runtime.interop.screened import ScreenedExam
from edge_runtime.names import shown_name

FOLDER, STEM = "documents", "exam"
DOCUMENTS = ("dicom", "pdf")


@dataclass(frozen=True)
class Documents:
    """What is made of each exam."""

    formats: tuple[str, ...]
    languages: tuple[str, ...]

    def write(self, plan: WorkPlan, record: BatchRecord, bundle: BundleManifest) -> int:
        """Make what is not there yet; return how many exams could not have theirs.

        Raises OutputError when the disk refuses.
        """
        failed = 0
        with files_read(PatientPolicy(plan.dicom_patient)) as read:
            for task in shard_tasks(plan.out, record.exams_per_shard):
                told = plan.out / FOLDER / f"{shard_name(task.number)}.json"
                if not self._stands(told, shard_path(plan.out, EXAMS, task.number)):
                    _remove(plan.out, task)
                    reasons = dict(self._shard(plan, task, bundle, read))
                    content = {"formats": sorted(self.formats), "failed": reasons}
                    write_whole(told, json.dumps(content, indent=1) + "\n")
                failed += len(json.loads(told.read_text(encoding="utf-8"))["failed"])
        return failed

    def _stands(self, told: Path, shard: Path) -> bool:
        if not told.exists() or told.stat().st_mtime_ns < shard.stat().st_mtime_ns:
            return False
        formats = json.loads(told.read_text(encoding="utf-8"))["formats"]
        return bool(formats == sorted(self.formats))

    def _shard(
        self, plan: WorkPlan, task: ShardTask, bundle: BundleManifest, read: ReadContent
    ) -> Iterator[tuple[str, str]]:
        """Yield the path and the reason of each exam that cannot have its documents."""
        listed = task.exams(plan.out)
        for place, exam in placed_exams(plan.out, task.number, bundle):
            folder = plan.out / FOLDER / shard_name(task.number) / f"{place:03d}"
            try:
                self._exam(plan, listed[place], exam, folder, read)
            except OutputError:
                raise
            except ForeseyeError as error:
                path = shown_name(listed[place].photographs[0].path)
                yield path, f"{type(error).__name__}: {error.public_message}"

    def _exam(
        self,
        plan: WorkPlan,
        listed: ListedExam,
        exam: ScreenedExam,
        folder: Path,
        read: ReadContent,
    ) -> None:
        if not exam.photographs:
            return
        opened = open_exam(listed, plan.root, plan.settings.limits, read)
        files = opened.exam.photographs if opened.exam else ()
        whole = with_contents(exam, (file.content for file in files))
        export_exam(whole, make_folder(folder), STEM, self.formats, self.languages)


def wanted_documents(formats: Collection[str], languages: tuple[str, ...]) -> Documents | None:
    """Return what documents were asked for; None for none."""
    wanted = tuple(name for name in DOCUMENTS if name in formats)
    return Documents(wanted, languages) if wanted else None


def _remove(out: Path, task: ShardTask) -> None:
    shutil.rmtree(out / FOLDER / shard_name(task.number), ignore_errors=True)
