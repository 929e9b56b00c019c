"""Coming in by an account in a real browser: an issuer, a service and a screen as processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_runtime.records.kept import User
from edge_runtime.records.opening import Place, open_records
from edge_runtime.records.words import Role
from edge_runtime.settings import Settings
from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.records.clinic_of_tests import MASTER
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import live_server
from tests.oidc_provider import LiveProvider, live_provider
from tests.ui.driving import PATIENCE_S, WALL, Visit, free_port, screen_for
from tests.ui.kept_clinic import SECRET, staffed
from tests.ui.test_access import faults
from tests.ui.test_languages import english_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUTTON = "Sign in with the clinic's account"
UNKNOWN = "With this account nobody may sign in here."
FAILED = "The sign-in with the clinic's account was not finished."


@dataclass(frozen=True)
class Clinic:
    port: int
    provider: LiveProvider
    records: RecordsClient

    def keep(self, name: str, **changed: object) -> None:
        """Make somebody who has an account and no secret."""
        user = User("", name, name.title(), (Role.TECHNICIAN,), email=f"{name}@clinic.example")
        kept = {**vars(user), **changed}
        self.records.sign_in("administrator", SECRET).keep_user(User(**kept))  # type: ignore[arg-type]


def accounts_file(folder: Path, provider: LiveProvider, port: int) -> Path:
    path = folder / "accounts.toml"
    path.touch(0o600)
    path.write_text(
        f'issuer = "{provider.issuer}"\nclient_id = "{provider.client_id}"\n'
        f'client_secret = "{provider.client_secret}"\nscreen = "http://127.0.0.1:{port}"\n'
    )
    return path


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    folder, port = tmp_path_factory.mktemp("accounts"), free_port()
    vault = open_records(Place(staffed(folder / "records")), MASTER)
    with live_provider() as provider:
        known = Settings(oidc_issuer=provider.issuer, oidc_client_id=provider.client_id)
        accounts = accounts_file(folder, provider, port)
        with (
            live_server(HeldScreener(a_bundle(folder)), known, vault=vault) as live,
            RecordsClient(live.address, timeout_s=PATIENCE_S) as records,
            screen_for(live.address, "--oidc", str(accounts), port=port),
        ):
            made = Clinic(port, provider, records)
            made.keep("zhang")
            made.keep("disabled", may_sign_in=False)
            yield made


@pytest.fixture(autouse=True)
def right_tokens(clinic: Clinic) -> Iterator[None]:
    yield
    clinic.provider.control()


def go_to_the_issuer_as(seen: Visit, who: str) -> None:
    """Sign in at the issuer, and come back to the page."""
    seen.page.locator(".st-key-account button").click()
    seen.page.locator("input[name=who]").fill(who)
    seen.page.get_by_role("button", name="Go on").click()
    seen.page.wait_for_selector(".fs-head")
    seen.settle()


def test_a_person_comes_in_locks_comes_back_and_leaves(
    visit: Callable[..., Visit], clinic: Clinic
) -> None:
    seen = visit(clinic.port, WALL)
    seen.page.get_by_role("button", name=BUTTON).wait_for()
    seen.settle()
    seen.shot("sign-in-account")
    assert faults(seen) == []
    go_to_the_issuer_as(seen, "zhang")
    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()
    assert "Zhang" in seen.page.locator(".fs-who").inner_text()
    (asked,) = clinic.provider.control()[-1:]
    assert asked["prompt"] == "login"  # whoever was here before is not taken for this person
    assert (asked["code_challenge_method"], bool(asked["nonce"])) == ("S256", True)
    # Nothing of the account stays in the browser.
    cookies = {cookie["name"] for cookie in seen.page.context.cookies()}
    assert not [name for name in cookies if name.startswith("_streamlit_user")]
    kept = seen.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "zhang" not in kept.lower()
    assert "zhang" not in seen.page.url

    seen.page.get_by_role("button", name="Lock").click()
    seen.page.get_by_role("heading", name="This screen is locked").wait_for()
    seen.settle()
    assert faults(seen) == []
    go_to_the_issuer_as(seen, "zhang")
    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()

    seen.page.get_by_role("button", name="Sign out").click()
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    seen.page.reload()
    seen.page.get_by_role("heading", name="Sign in").wait_for()
    seen.settle()
    assert "Zhang" not in " ".join(seen.words())


@pytest.mark.parametrize("who", ["nobody", "disabled", "unverified.zhang"])
def test_whom_the_records_do_not_know_is_told_so_and_sees_nothing_else(
    visit: Callable[..., Visit], clinic: Clinic, who: str
) -> None:
    seen = visit(clinic.port, WALL)
    go_to_the_issuer_as(seen, who)

    seen.page.get_by_text(UNKNOWN).wait_for()
    assert seen.page.get_by_role("heading", name="Sign in").count() == 1
    assert seen.page.locator(".fs-who").count() == 0


@pytest.mark.parametrize("fault", ["expired", "audience", "issuer", "none", "nonce", "key"])
def test_a_token_that_is_wrong_lets_nobody_in(
    visit: Callable[..., Visit], clinic: Clinic, fault: str
) -> None:
    seen = visit(clinic.port, WALL)
    clinic.provider.control(fault)
    go_to_the_issuer_as(seen, "zhang")

    seen.page.get_by_text(FAILED).wait_for()
    assert seen.page.locator(".fs-who").count() == 0


def test_a_key_that_was_changed_keeps_nobody_out(
    visit: Callable[..., Visit], clinic: Clinic
) -> None:
    clinic.provider.control(rotate=True)
    seen = visit(clinic.port, WALL)
    go_to_the_issuer_as(seen, "zhang")

    seen.page.get_by_role("heading", name="Photograph both eyes").wait_for()


def test_the_way_in_by_an_account_holds_no_english_in_chinese(
    visit: Callable[..., Visit], clinic: Clinic
) -> None:
    seen = visit(clinic.port, WALL, "zh")
    seen.page.get_by_role("button", name="使用统一身份登录").wait_for()
    seen.settle()
    assert english_on(seen) == []
    go_to_the_issuer_as(seen, "nobody")
    seen.page.get_by_text("以此统一身份不可在此登录").wait_for()
    assert english_on(seen) == []
