"""The tables come up from nothing, as the program means them, and old ones are never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from edge_runtime.errors import SettingsError
from edge_runtime.records.database import (
    MIGRATIONS,
    PRAGMAS,
    check_sqlite_file,
    database_at,
    error_of,
    migrate,
    revision_of,
    sqlite_url,
)
from edge_runtime.records.errors import RecordsDamaged, RecordsFull, RecordsUnavailable
from edge_runtime.records.tables import METADATA


def test_the_migrations_make_the_tables_that_the_program_means(quick_disk: Path) -> None:
    database = database_at(sqlite_url(quick_disk / "a.sqlite"))
    assert revision_of(database) is None

    migrate(database)
    migrate(database)

    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert revision_of(database) == "0002"
    database.close()
    check_sqlite_file(quick_disk / "a.sqlite", thorough=True)


def test_people_of_records_without_accounts_have_none_and_stay(quick_disk: Path) -> None:
    database = database_at(sqlite_url(quick_disk / "a.sqlite"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO staff (user_id, name, shown_name, roles, secret_hash, "
            "must_change_secret, may_sign_in, failures, locked_until_ms) "
            "VALUES ('1', 'wang', 'Wang', 'doctor', 'x', 0, 1, 0, 0)"
        )

    migrate(database)

    with database.reading() as connection:
        row = connection.exec_driver_sql("SELECT name, email, issuer, subject FROM staff").one()
    assert tuple(row) == ("wang", "", "", "")
    database.close()


def test_a_migration_that_fails_leaves_no_half_of_it(
    quick_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = database_at(sqlite_url(quick_disk / "a.sqlite"))
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE consent (x)")

    with pytest.raises(RecordsUnavailable, match="already exists"):
        migrate(database)

    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["consent"]
    database.close()


def test_sqlite_keeps_what_was_committed_through_a_power_cut(quick_disk: Path) -> None:
    database = database_at(sqlite_url(quick_disk / "a.sqlite"))

    with database.reading() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }

    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    assert len(PRAGMAS) == 5
    database.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "oracle://x"])
def test_another_kind_of_database_is_bad_usage(url: str) -> None:
    with pytest.raises(SettingsError):
        database_at(url)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database or disk is full", RecordsFull),
        ("could not extend file: No space left on device", RecordsFull),
        ("database disk image is malformed", RecordsDamaged),
        ("invalid page in block 7 of relation base/1/2", RecordsDamaged),
        ("database is locked", RecordsUnavailable),
        ("connection refused", RecordsUnavailable),
    ],
)
def test_a_database_s_words_become_ours(words: str, kind: type[Exception]) -> None:
    assert type(error_of(words)) is kind
