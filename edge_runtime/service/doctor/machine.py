"""The machine: memory, disk, clock, and who runs the program."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import edge_runtime
from edge_runtime.service.doctor.finding import Finding, warning, well, wrong
from edge_runtime.service.memory_floor import available_bytes
from edge_runtime.settings import Settings

MB = 1_000_000
SCARCE_MEMORY_MB = 1_000
LEAST_DISK_MB, SCARCE_DISK_MB = 100, 1_000
SCARCE_FILES = 0.02
"""Share of a disk's inodes."""

TIME_SYNC = Path("/run/systemd/timesync")


def memory(settings: Settings) -> Finding:
    """Whether the server would admit anything."""
    free = available_bytes()
    if free is None:
        return warning("memory", "How much is free cannot be told.", "Look at /proc/meminfo.")
    says = f"{free // MB} MB can be had; below {settings.min_free_memory_mb} nothing is admitted."
    if free < settings.min_free_memory_mb * MB:
        return wrong("memory", says, "End other programs, or set FORESEYE_MIN_FREE_MEMORY_MB.")
    if free < SCARCE_MEMORY_MB * MB:
        return warning("memory", says, "A large photograph may be told to come back.")
    return well("memory", says)


def disk(folder: Path) -> Finding:
    """Whether a folder's disk has room, in bytes and in files."""
    check = f"disk of {folder}"
    try:
        usage, files = shutil.disk_usage(folder), os.statvfs(folder)
    except OSError as error:
        return wrong(check, f"It cannot be read: {error.strerror}.", "Is it mounted?")
    says = f"{usage.free // MB} MB of {usage.total // MB} are free."
    if usage.free < LEAST_DISK_MB * MB:
        return wrong(check, says, "Make room: updates and records need it.")
    if files.f_files and files.f_favail < SCARCE_FILES * files.f_files:
        return warning(check, "It has room for few more files.", "Remove small files.")
    if usage.free < SCARCE_DISK_MB * MB:
        return warning(check, says, "Make room before it is full.")
    return well(check, says)


def clock(now: datetime, time_sync: Path = TIME_SYNC) -> Finding:
    """Whether the clock may be right: it cannot be before this program was installed."""
    installed = datetime.fromtimestamp(Path(edge_runtime.__file__).stat().st_mtime, now.tzinfo)
    says = f"It says {now:%Y-%m-%d %H:%M} UTC"
    if now < installed:
        then = f"{installed:%Y-%m-%d %H:%M}"
        return wrong(
            "clock",
            f"{says}, and this program was installed on {then}.",
            "Set it: a box whose clock has no battery starts in the past. Certificates and tokens "
            "do not hold until then.",
        )
    if time_sync.is_dir() and not (time_sync / "synchronized").exists():
        return warning("clock", f"{says}; no time server has confirmed it.", "See `timedatectl`.")
    return well("clock", f"{says}.")


def user() -> Finding:
    """Whether the program has more rights than it needs."""
    if os.geteuid() == 0:
        return warning("user", "This is root.", "Run the server as a user of its own.")
    return well("user", f"Not root (user {os.geteuid()}).")
