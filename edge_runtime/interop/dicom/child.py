"""The process that parses DICOM files for another, and that may die of one.

    python -m edge_runtime.interop.dicom.child

Each request is 8 bytes of length and a file's bytes; each answer is 8 bytes of length and a JSON
object, then the pictures whose lengths it gives. It may take so much memory and processor time a
file and no more, writes no file and leaves no core. Over the limits it dies or answers with an
error; the parent starts another.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from typing import BinaryIO

from edge_runtime.errors import PhotographError, PhotographTooLarge
from edge_runtime.interop.dicom.reading import DicomContent, read_dicom

WORK_BYTES = 768_000_000
"""Memory for one file beyond what the imports took: 64 MB held, parsed and laid out."""
CPU_SECONDS = 20


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    _limit_memory()
    while head := requests.read(8):
        (length,) = struct.unpack(">Q", head)
        _limit_time()
        answer, pictures = _answered(requests.read(length))
        text = json.dumps(answer).encode()
        answers.write(struct.pack(">Q", len(text)) + text)
        for picture in pictures:
            answers.write(picture)
        answers.flush()


def _answered(content: bytes) -> tuple[dict[str, object], list[bytes]]:
    try:
        found: DicomContent = read_dicom(content)
    except PhotographError as error:
        return {"error": type(error).__name__, "text": str(error)}, []
    except MemoryError:
        return {"error": PhotographTooLarge.__name__, "text": "DICOM: not enough memory"}, []
    lengths = [len(picture) for picture in found.pictures]
    return {"lengths": lengths, "said": found.said}, found.pictures


def _limit_memory() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
        now = int(file.read().split()[0]) * resource.getpagesize()
    most = now + WORK_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _limit_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
