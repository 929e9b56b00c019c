"""A PostgreSQL server of a test's own, in a folder of its own, as a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DEBIANS = Path("/usr/lib/postgresql")
NOBODY_USER = "nobody"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(DEBIANS.glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database; skips, saying why, without PostgreSQL."""
    bin_folder = programs()
    if bin_folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    data, sockets = folder / "data", folder / "sockets"
    for each in (data, sockets):
        each.mkdir(parents=True)
    user = _somebody_else(folder, data, sockets) if os.geteuid() == 0 else None
    who = user or pwd.getpwuid(os.geteuid()).pw_name

    def run(*command: str) -> None:
        program = [str(bin_folder / command[0]), *command[1:]]
        done = subprocess.run(program, capture_output=True, text=True, user=user, cwd=folder)
        assert done.returncode == 0, done.stderr

    run("initdb", "-D", str(data), "-A", "trust", "-U", who, "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={sockets} -c fsync=off"
    log = str(folder / "log")
    run("pg_ctl", "-D", str(data), "-o", options, "-l", log, "-w", "start")
    try:
        yield f"postgresql+psycopg://{who}@/postgres?host={sockets}"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


def _somebody_else(*folders: Path) -> str:
    """Give folders to a user who is not root, for PostgreSQL refuses to run as root."""
    user = pwd.getpwnam(NOBODY_USER)
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
        folder.chmod(0o700)
    return user.pw_name
