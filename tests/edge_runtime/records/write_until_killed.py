"""Opens exams and keeps photographs until it is killed; says each one that is kept.

python -m tests.edge_runtime.records.write_until_killed RECORDS
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from edge_runtime.records.decisions import sign_exam
from edge_runtime.records.exams import add_photograph
from edge_runtime.records.opening import Place, open_records
from tests.edge_runtime.records.clinic_of_tests import (
    DOCTOR,
    MASTER,
    NURSE,
    a_file,
    a_key,
    a_new_exam,
    screened,
)


def main() -> None:
    vault = open_records(Place(Path(sys.argv[1])), MASTER)
    say("open")
    for seed in count(1):
        exam = a_new_exam(vault, {})
        kept = add_photograph(vault, NURSE, exam.exam_id, a_file(seed), a_key())
        say(f"photograph {exam.exam_id} {kept.photograph_id} {seed}")
        screened_exam = screened(vault, exam.exam_id)
        signed = sign_exam(vault, DOCTOR, exam.exam_id, screened_exam.version)
        say(f"signed {exam.exam_id} {signed.signatures[0].audit_head}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
