"""Pins the wheels of the Jetson image, each by its hash: requirements-jetpack6.txt and -7.txt.

    python deploy/jetson/pin_wheels.py            # asks the package index; run it to renew the pins

The wheels are those for aarch64 of the runtime's dependencies and of ONNX Runtime's CPU build;
nothing is built from source on the device. With `--for-this-machine` they are those of this
machine's processor instead, to prove an image's Python steps without a Jetson.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import tomllib

HERE = Path(__file__).parent
PYPROJECT = HERE.parents[1] / "pyproject.toml"

JETPACKS = {6: ("3.10", 35), 7: ("3.12", 39)}
"""JetPack to the Python and the glibc 2.x of its Ubuntu."""

OLDEST_GLIBC = 17


def pinned(python: str, glibc: int, processor: str) -> Iterator[str]:
    """Yield a line for each wheel that the runtime needs on that Python and processor."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["cpu"]]
    versions = [f"manylinux_2_{minor}_{processor}" for minor in range(OLDEST_GLIBC, glibc + 1)]
    platforms = [f"--platform={name}" for name in (f"manylinux2014_{processor}", *versions)]
    asked = [
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"),
        *("--report=-", "--target=unused", "--only-binary=:all:", f"--python-version={python}"),
        *platforms,
        *wanted,
    ]
    answer = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True)
    for one in sorted(json.loads(answer.stdout)["install"], key=_name):
        sha256 = one["download_info"]["archive_info"]["hashes"]["sha256"]
        version = one["metadata"]["version"]
        yield f"{_name(one)}=={version} \\\n    --hash=sha256:{sha256}\n"


def _name(one: dict[str, dict[str, str]]) -> str:
    return one["metadata"]["name"].lower().replace("_", "-")


def main() -> None:
    """Write both files."""
    here = "--for-this-machine" in sys.argv[1:]
    processor = platform.machine() if here else "aarch64"
    for jetpack, (python, glibc) in JETPACKS.items():
        suffix = f".{processor}" if here else ""
        path = HERE / f"requirements-jetpack{jetpack}{suffix}.txt"
        head = f"# JetPack {jetpack}, Python {python}, {processor}. Made by pin_wheels.py.\n"
        path.write_text(head + "".join(pinned(python, glibc, processor)), encoding="ascii")


if __name__ == "__main__":
    main()
