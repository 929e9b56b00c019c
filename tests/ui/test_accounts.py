"""The parts of the way in by an account: its file, its cookies, what waits for its owner."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ui.accounts.configured import Accounts, read_accounts, secrets_of
from ui.accounts.cookies import FAILED, OnePage
from ui.accounts.shelf import WAITS_S, Shelf
from ui.launch import command

KNOWN = {
    "issuer": "https://accounts.example",
    "client_id": "foreseye",
    "client_secret": "hidden",
    "screen": "https://kiosk.example:8501/",
}


def a_file(folder: Path, mode: int = 0o600, **changed: str | None) -> Path:
    told = {name: value for name, value in {**KNOWN, **changed}.items() if value is not None}
    path = folder / "accounts.toml"
    path.touch(mode)
    path.write_text("".join(f'{name} = "{value}"\n' for name, value in told.items()))
    path.chmod(mode)
    return path


def test_a_file_says_who_issues_accounts(tmp_path: Path) -> None:
    assert read_accounts(a_file(tmp_path)) == Accounts(**KNOWN)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"issuer": None}, "must say issuer"),
        ({"client_secret": ""}, "each a text"),
        ({"prompt": "none"}, "nothing else"),
        ({"issuer": "http://accounts.example"}, "issuer must be an https address"),
        ({"screen": "kiosk"}, "screen must be an https address"),
    ],
)
def test_a_file_that_says_something_else_is_bad_usage(
    tmp_path: Path, changed: dict[str, str | None], says: str
) -> None:
    path = a_file(tmp_path, **changed)
    with pytest.raises(ValueError, match=says):
        read_accounts(path)
    told = CliRunner().invoke(command, ["--oidc", str(path)])
    assert told.exit_code == 2
    assert "hidden" not in told.output


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="chmod 600"):
        read_accounts(a_file(tmp_path, 0o644))


def test_who_signs_in_is_asked_each_time_and_only_the_id_token_is_handed_on() -> None:
    auth = secrets_of(Accounts(**KNOWN))["auth"]

    assert auth["redirect_uri"] == "https://kiosk.example:8501/oauth2callback"
    assert auth["client_kwargs"] == {"scope": "openid email", "prompt": "login"}
    assert auth["expose_tokens"] == ["id"]
    assert auth["cookie_secret"] != secrets_of(Accounts(**KNOWN))["auth"]["cookie_secret"]


def answered(scope: dict[str, Any], message: dict[str, Any]) -> list[str]:
    """The cookies that an answer of the pages sets when it has come through."""
    sent: list[Any] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        await send(message)

    async def send(each: Any) -> None:
        sent.append(each)

    # In a thread of its own: Playwright's loop runs in this one once a browser was started.
    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, OnePage(app)(scope, None, send)).result()  # type: ignore[arg-type]
    return [value.decode() for name, value in sent[0].get("headers", []) if name == b"set-cookie"]


def test_the_handshake_that_reads_an_account_deletes_it() -> None:
    cookies = b"_streamlit_xsrf=2; _streamlit_user=a; _streamlit_user_tokens=b"
    cookies += b"; _streamlit_user_tokens_1=c; foreseye_account=failed"
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"cookie", cookies)]}

    deleted = answered(scope, {"type": "websocket.accept", "subprotocol": "streamlit"})

    names = [cookie.partition("=")[0] for cookie in deleted]
    assert names == [
        "_streamlit_user",
        "_streamlit_user_tokens",
        "_streamlit_user_tokens_1",
        "foreseye_account",
    ]
    assert all("Max-Age=0" in cookie for cookie in deleted)


@pytest.mark.parametrize(
    ("path", "given", "is_told"),
    [
        ("/oauth2callback", [], True),
        ("/oauth2callback", [b'_streamlit_user=""; Max-Age=0; Path=/'], True),
        ("/oauth2callback", [b"_streamlit_user=abc; Max-Age=2592000; Path=/"], False),
        ("/", [], False),
    ],
)
def test_a_way_back_that_brought_nobody_is_told_to_the_page(
    path: str, given: list[bytes], is_told: bool
) -> None:
    headers = [(b"set-cookie", cookie) for cookie in given]
    start = {"type": "http.response.start", "status": 302, "headers": headers}

    cookies = answered({"type": "http", "path": path, "headers": []}, start)

    assert any(cookie.startswith(f"{FAILED}=failed") for cookie in cookies) is is_told


class Clock:
    s = 100.0

    def __call__(self) -> float:
        return self.s


def test_what_waits_is_for_the_same_person_in_the_same_browser_once() -> None:
    shelf = Shelf(Clock())
    shelf.put("zhang", "browser", {"person": 1})

    assert shelf.take("zhang", "another browser") == {}
    assert shelf.take("zhang", "browser") == {"person": 1}
    assert shelf.take("zhang", "browser") == {}


def test_whoever_else_comes_in_ends_what_waits() -> None:
    shelf = Shelf(Clock())
    shelf.put("zhang", "browser", {"person": 1})

    assert shelf.take("wang", "browser") == {}
    assert shelf.take("zhang", "browser") == {}


def test_nothing_waits_for_ever_or_for_a_browser_without_a_name() -> None:
    clock = Clock()
    shelf = Shelf(clock)
    shelf.put("zhang", "", {"person": 1})
    shelf.put("zhang", "browser", {"person": 1})
    clock.s += WAITS_S

    assert shelf.take("zhang", "") == {}
    assert shelf.take("zhang", "browser") == {}
