"""What opening mends after a stop, and what it says about the clock."""

from __future__ import annotations

from sqlalchemy import select, update

from edge_runtime.records import tables
from edge_runtime.records.audit import last_row
from edge_runtime.records.vault import THE_OPERATOR, Vault, log, told_as_full
from edge_runtime.records.words import ExamState

CLOCK_TOLERANCE_MS = 60_000


def after_a_stop(vault: Vault) -> tuple[str, ...]:
    """Return sentences about what was found: exams that were being screened go back to capturing,
    files that no row names are swept, a clock that was set back is written down.
    """
    notices = []
    stopped = _interrupted(vault)
    if stopped:
        notices.append(f"{stopped} exams were being screened when the service stopped")
    behind_s = _clock_behind_ms(vault) // 1000
    if behind_s:
        notices.append(
            f"the clock is {behind_s} s behind the last entry; order is kept by number, not by time"
        )
    with vault.reading() as connection:
        named = set(connection.execute(select(tables.photograph.c.file_id)).scalars())
        named |= set(connection.execute(select(tables.picture.c.file_id)).scalars())
    with told_as_full():
        swept = vault.files.sweep(named)
    if swept:
        notices.append(f"{swept} files without an entry were removed")
    for notice in notices:
        log.warning("records: %s", notice)
    return tuple(notices)


def _interrupted(vault: Vault) -> int:
    analysing = tables.exam.c.state == ExamState.ANALYSING.value
    with vault.reading() as connection:
        count = len(connection.execute(select(tables.exam.c.number).where(analysing)).all())
    if count:
        with vault.changing(THE_OPERATOR, "screening_stopped", detail=str(count)) as connection:
            connection.execute(
                update(tables.exam)
                .where(analysing)
                .values(state=ExamState.CAPTURING.value, version=tables.exam.c.version + 1)
            )
    return count


def _clock_behind_ms(vault: Vault) -> int:
    with vault.reading() as connection:
        last = last_row(connection)
    behind_ms = 0 if last is None else last.at_ms - vault.clock_ms()
    if behind_ms <= CLOCK_TOLERANCE_MS:
        return 0
    with vault.changing(THE_OPERATOR, "clock_set_back", detail=f"{behind_ms // 1000} s"):
        return behind_ms
