"""Installed packages that break each other without a word."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import distributions

from edge_runtime.service.doctor.finding import Finding, well, wrong

ONE_OF: dict[str, tuple[str, ...]] = {
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "opencv": (
        *("opencv-python-headless", "opencv-python"),
        *("opencv-contrib-python", "opencv-contrib-python-headless"),
    ),
}
"""Packages that install the same folder: with two, files of one lie over those of the other."""


def installed() -> dict[str, str]:
    """Return the versions of all packages by name, in small letters with dashes."""
    found = {}
    for each in distributions():
        name = each.metadata["Name"]
        if name:
            found[name.lower().replace("_", "-")] = each.version
    return found


def packages(versions: Mapping[str, str]) -> list[Finding]:
    """Return what is wrong with a set of installed packages."""
    return [*(_one_of(what, versions) for what in ONE_OF), _protobuf(versions), _tensorrt(versions)]


def _one_of(what: str, versions: Mapping[str, str]) -> Finding:
    check = f"package {what}"
    there = [name for name in ONE_OF[what] if name in versions]
    if not there:
        wanted = "foreseye[cpu]" if what == "onnxruntime" else ONE_OF[what][0]
        return wrong(check, "None is installed.", f"pip install '{wanted}'")
    if len(there) > 1:
        both = " and ".join(there)
        return wrong(
            check,
            f"{both} are installed and overwrite each other's files.",
            f"pip uninstall -y {' '.join(there)}, then install the one that you want.",
        )
    return well(check, f"{there[0]} {versions[there[0]]}.")


def _protobuf(versions: Mapping[str, str]) -> Finding:
    version = versions.get("protobuf", "none")
    if _major(version) != 6:
        return wrong("package protobuf", f"It is {version}.", "pip install 'protobuf>=6.33.5,<7'")
    return well("package protobuf", f"{version}.")


def _tensorrt(versions: Mapping[str, str]) -> Finding:
    check = "package tensorrt"
    there = {name: v for name, v in versions.items() if name.startswith("tensorrt")}
    if not there:
        return well(check, "Not installed; only the engine tensorrt needs it.")
    name, version = next(iter(there.items()))
    if _major(version) >= 11 and "onnxruntime-gpu" in versions:
        return wrong(
            check,
            f"{name} {version} beside onnxruntime-gpu, which was built for TensorRT 10.",
            "pip install 'tensorrt-cu13>=10.13,<11'",
        )
    return well(check, f"{name} {version}.")


def _major(version: str) -> int:
    head = version.partition(".")[0]
    return int(head) if head.isdecimal() else 0
