"""Tokens: made, kept as hashes, shown, revoked while the server runs, and guessed at."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import (
    InvalidField,
    NotAllowed,
    NotIdentified,
    QuotaExceeded,
    SettingsError,
)
from edge_runtime.service.access import token_file
from edge_runtime.service.access.roles import Role
from edge_runtime.service.access.token_file import create_token, read_tokens, revoke_token
from edge_runtime.service.access.tokens import WRONG_PER_MINUTE, Tokens
from edge_runtime.service.listening import Listen
from edge_runtime.settings import Settings
from edge_runtime.wire.client import ExamDone, ScreeningClient, read_token
from edge_runtime.wire.uploading import CHUNK_BYTES
from tests.edge_runtime.service.held_screener import HeldScreener, an_exam
from tests.edge_runtime.service.live_server import LiveServer, live_server

pytestmark = pytest.mark.slow

UPLOAD_KEY = "0123456789abcdef"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


@pytest.fixture
def kiosk(file: Path) -> str:
    return create_token(file, "kiosk-2", (Role.SCREEN,), days=1)[0]


@pytest.fixture
def live(screener: HeldScreener, file: Path, kiosk: str) -> Iterator[LiveServer]:
    with live_server(screener, replace(Settings(), tokens=str(file))) as live:
        yield live


def wrong(number: int = 0) -> str:
    return f"fsy_{number:08x}_{'A' * 43}"


def test_the_file_keeps_no_token_and_only_its_owner_reads_it(file: Path, kiosk: str) -> None:
    content = file.read_text(encoding="ascii")

    assert kiosk.split("_", 2)[2] not in content
    assert "$argon2id$" in content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [record.name for record in read_tokens(file).tokens] == ["kiosk-2"]


def test_a_machine_with_its_token_screens(live: LiveServer, kiosk: str) -> None:
    with ScreeningClient(live.address, token=kiosk) as client:
        assert isinstance(list(client.screen(an_exam()))[-1], ExamDone)
        client.upload(b"1" * (3 * CHUNK_BYTES), UPLOAD_KEY)
        assert client.describe_bundle().name == "drawn"
        with pytest.raises(NotAllowed):
            client.roll_back_bundle()


def test_a_machine_without_one_gets_nothing_but_whether_we_serve(
    live: LiveServer, screener: HeldScreener
) -> None:
    for token in (None, wrong()):
        with ScreeningClient(live.address, token=token) as client:
            assert client.is_ready()
            with pytest.raises(NotIdentified) as raised:
                list(client.screen(an_exam()))
            assert raised.value.public_message == NotIdentified.public_message
    assert screener.exams == []


def test_a_refused_exam_is_not_read(screener: HeldScreener, file: Path, kiosk: str) -> None:
    settings = replace(Settings(), tokens=str(file), max_request_bytes=10_000)
    with (
        live_server(screener, settings) as live,
        ScreeningClient(live.address) as client,
        # Read, it would be RequestTooLarge.
        pytest.raises(NotIdentified),
    ):
        list(client.screen(an_exam(b"1" * 20_000)))


def test_a_token_that_is_revoked_while_the_server_runs_holds_no_more(
    live: LiveServer, file: Path, kiosk: str
) -> None:
    with ScreeningClient(live.address, token=kiosk) as client:
        client.describe_bundle()

        revoke_token(file, kiosk.split("_")[1])

        with pytest.raises(NotIdentified):
            client.describe_bundle()


def test_a_token_that_is_made_while_the_server_runs_holds_at_once(
    live: LiveServer, file: Path
) -> None:
    phone = create_token(file, "phone", (Role.READ,), days=None)[0]

    with ScreeningClient(live.address, token=phone) as client:
        client.describe_bundle()


def test_when_the_file_cannot_be_read_any_more_nobody_gets_through(
    live: LiveServer, file: Path, kiosk: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ScreeningClient(live.address, token=kiosk) as client:
        client.describe_bundle()
        content = file.read_bytes()
        file.write_text("{", encoding="ascii")

        with pytest.raises(NotIdentified):
            client.describe_bundle()
        assert "no token holds until its file can be read" in caplog.text

        file.write_bytes(content)
        client.describe_bundle()


def test_two_tokens_are_two_clients(live: LiveServer, file: Path, kiosk: str) -> None:
    other = create_token(file, "phone", (Role.SCREEN,), days=1)[0]
    with (
        ScreeningClient(live.address, token=kiosk) as first,
        ScreeningClient(live.address, token=other) as second,
    ):
        first.upload(b"1234", UPLOAD_KEY)

        assert isinstance(list(first.screen(an_exam(), upload_keys=[UPLOAD_KEY]))[-1], ExamDone)
        with pytest.raises(InvalidField):
            list(second.screen(an_exam(), upload_keys=[UPLOAD_KEY]))


def test_the_log_names_the_machine_and_never_the_token(
    live: LiveServer, file: Path, kiosk: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ScreeningClient(live.address, token=kiosk) as client, pytest.raises(NotAllowed):
        client.roll_back_bundle()
    with ScreeningClient(live.address, token=wrong()) as client, pytest.raises(NotIdentified):
        client.describe_bundle()

    assert "kiosk-2" in caplog.text
    assert kiosk not in caplog.text
    assert kiosk.split("_", 2)[2] not in caplog.text
    assert wrong() not in caplog.text


def test_argon2_is_paid_once_and_not_by_every_call(file: Path, kiosk: str) -> None:
    tokens = Tokens(file)

    async def seconds(calls: int) -> float:
        started = time.process_time()
        for _ in range(calls):
            await tokens.holder_of(f"Bearer {kiosk}", "127.0.0.1")
        return time.process_time() - started

    async def both() -> tuple[float, float]:
        return await seconds(1), await seconds(100)

    first, hundred = asyncio.run(both())
    # A hundred verifications would take a hundred times the first.
    assert hundred < 10 * first


def test_whoever_guesses_must_wait_while_known_tokens_hold(file: Path, kiosk: str) -> None:
    tokens = Tokens(file)

    async def guess() -> None:
        await tokens.holder_of(f"Bearer {kiosk}", "10.0.0.7")
        for number in range(WRONG_PER_MINUTE + 1):
            with pytest.raises(NotIdentified):
                await tokens.holder_of(f"Bearer {wrong(number)}", "10.0.0.7")
        with pytest.raises(QuotaExceeded) as raised:
            await tokens.holder_of(f"Bearer {wrong(99)}", "10.0.0.7")
        assert 0 < raised.value.retry_after_ms <= 60_000 / WRONG_PER_MINUTE + 1

        assert (await tokens.holder_of(f"Bearer {kiosk}", "10.0.0.7")).name == "kiosk-2"
        with pytest.raises(NotIdentified):
            await tokens.holder_of(f"Bearer {wrong(99)}", "10.0.0.8")

    asyncio.run(guess())


def test_a_token_of_anothers_id_is_wrong(file: Path, kiosk: str) -> None:
    other = create_token(file, "phone", (Role.READ,), days=1)[0]
    mixed = f"fsy_{other.split('_')[1]}_{kiosk.split('_', 2)[2]}"

    with pytest.raises(NotIdentified):
        asyncio.run(Tokens(file).holder_of(f"Bearer {mixed}", "127.0.0.1"))


def test_a_token_ends_with_its_days(
    file: Path, kiosk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = read_tokens(file).tokens[0]
    assert record.ends is not None

    assert record.holds(record.made)
    assert not record.holds(record.ends)


def test_changes_at_the_same_time_lose_nothing(file: Path) -> None:
    with ThreadPoolExecutor(4) as makers:
        made = list(
            makers.map(lambda n: create_token(file, f"phone {n}", (Role.SCREEN,), 1)[1], range(8))
        )
        list(makers.map(lambda record: revoke_token(file, record.id), made[:4]))

    kept = read_tokens(file).tokens
    assert {record.id for record in kept} == {record.id for record in made}
    assert sum(record.revoked is not None for record in kept) == 4


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"schema": "foreseye.tokens/2"}', '{"tokens": [{"id": "1"}]}']
)
def test_a_server_does_not_start_on_a_file_that_is_none_of_tokens(
    screener: HeldScreener, file: Path, content: str
) -> None:
    file.write_text(content, encoding="ascii")

    with (
        pytest.raises(SettingsError, match="is no file of tokens"),
        live_server(screener, replace(Settings(), tokens=str(file))),
    ):
        pass


def test_what_is_wrong_with_a_file_is_told_without_its_hashes(file: Path, kiosk: str) -> None:
    content = json.loads(file.read_bytes())
    content["tokens"][0]["id"] = content["tokens"][0]["hash"]
    file.write_text(json.dumps(content), encoding="ascii")

    with pytest.raises(SettingsError) as raised:
        read_tokens(file)
    assert "argon2id" not in str(raised.value)


def test_a_token_crosses_no_network_in_the_clear(file: Path, kiosk: str) -> None:
    with pytest.raises(SettingsError, match="over TLS alone"):
        ScreeningClient("192.168.1.4:50051", token=kiosk)
    ScreeningClient("127.0.0.1:50051", token=kiosk).close()


def test_a_token_is_read_from_its_file(tmp_path: Path, kiosk: str) -> None:
    saved = tmp_path / "kiosk.token"
    saved.write_text(kiosk + "\n", encoding="ascii")
    assert read_token(saved) == kiosk

    for content in (b"", b"two words", b"\xff"):
        saved.write_bytes(content)
        with pytest.raises(SettingsError):
            read_token(saved)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_token(tmp_path / "none")


def test_the_hash_is_argon2ids_with_at_least_owasps_cost() -> None:
    assert token_file.HASHER.memory_cost >= 19_456
    assert token_file.HASHER.time_cost >= 2
    assert token_file.HASHER.type.name == "ID"


def test_a_missing_file_of_tokens_keeps_the_server_from_starting(
    screener: HeldScreener, tmp_path: Path
) -> None:
    settings = replace(Settings(), tokens=str(tmp_path / "none.json"))
    with (
        pytest.raises(SettingsError, match="cannot be read"),
        live_server(screener, settings, Listen("localhost:0")),
    ):
        pass
