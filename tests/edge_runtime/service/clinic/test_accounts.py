"""Signing in by an account: the service believes the issuer's signature and nobody's word.

The issuer is a process of its own; tokens come over real sockets to a real service.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import InvalidField, NotAllowed, NotOffered, SettingsError
from edge_runtime.records.errors import (
    AccountNotProved,
    AccountsUnreachable,
    AccountUnknown,
    NotSignedIn,
)
from edge_runtime.records.kept import AuditWanted, User
from edge_runtime.records.opening import Place, make_records
from edge_runtime.records.staff import keep_user
from edge_runtime.records.vault import THE_OPERATOR
from edge_runtime.records.words import Role
from edge_runtime.service.clinic.accounts import FRESH_S, LEEWAY_S, LOOK_AGAIN_S, Issuer
from edge_runtime.settings import Settings
from edge_runtime.wire.records_client import RecordsClient
from tests.edge_runtime.records.clinic_of_tests import MASTER
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle
from tests.edge_runtime.service.live_server import live_server
from tests.oidc_provider import LiveProvider, live_provider

pytestmark = pytest.mark.slow

SECRET = "correct horse 7"


@pytest.fixture(scope="module")
def provider() -> Iterator[LiveProvider]:
    with live_provider() as running:
        yield running


@pytest.fixture(scope="module")
def client(
    provider: LiveProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RecordsClient]:
    folder = tmp_path_factory.mktemp("accounts")
    vault = make_records(Place(folder / "records"), MASTER)
    for name, role in (("chief", Role.ADMINISTRATOR), ("auditor", Role.AUDITOR)):
        user = User("", name, name.title(), (role,))
        keep_user(vault, THE_OPERATOR, user, SECRET, must_change=False)
    known = Settings(oidc_issuer=provider.issuer, oidc_client_id=provider.client_id)
    with (
        live_server(HeldScreener(a_bundle(folder)), known, vault=vault) as live,
        RecordsClient(live.address, timeout_s=60.0) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def right_tokens(provider: LiveProvider) -> Iterator[None]:
    yield
    provider.control()


def made(client: RecordsClient, name: str, **changed: object) -> User:
    """Somebody whom the administrator makes, without a secret."""
    user = User("", name, name.title(), (Role.DOCTOR,), email=f"{name}@clinic.example")
    return client.sign_in("chief", SECRET).keep_user(replace(user, **changed))  # type: ignore[arg-type]


def test_a_verified_address_lets_its_person_in_with_the_roles_of_the_records(
    client: RecordsClient, provider: LiveProvider
) -> None:
    made(client, "zhang", roles=(Role.GRADER,))

    clinic = client.sign_in_account(provider.mint("zhang"))

    session = clinic.read_session()
    assert (session.name, session.roles) == ("zhang", (Role.GRADER,))
    assert not session.must_change_secret
    with pytest.raises(NotAllowed):
        clinic.users()
    clinic.sign_out()
    with pytest.raises(NotSignedIn):
        clinic.read_session()


def test_from_the_first_time_on_the_number_counts_and_no_longer_the_address(
    client: RecordsClient, provider: LiveProvider
) -> None:
    made(client, "wang")
    client.sign_in_account(provider.mint("wang"))

    # The address was given to somebody else: another number.
    with pytest.raises(AccountUnknown):
        client.sign_in_account(provider.mint("wang", sub="somebody else"))
    # Its person got another address: the same number.
    moved = provider.mint("wang", email="li@clinic.example")
    assert client.sign_in_account(moved).session.name == "wang"


def test_a_number_that_the_administrator_wrote_down_needs_no_address(
    client: RecordsClient, provider: LiveProvider
) -> None:
    known = {"email": "", "issuer": provider.issuer, "subject": "sub-of-unverified.chen"}
    made(client, "chen", **known)

    assert client.sign_in_account(provider.mint("unverified.chen")).session.name == "chen"


@pytest.mark.parametrize("changed", [{"email_verified": False}, {"email_verified": None}])
def test_an_address_that_nobody_verified_lets_nobody_in(
    client: RecordsClient, provider: LiveProvider, changed: dict[str, object]
) -> None:
    made(client, "sun" if changed["email_verified"] is None else "hu")
    with pytest.raises(AccountUnknown):
        client.sign_in_account(provider.mint("sun", **changed))


def test_whom_nobody_made_and_who_was_shut_out_does_not_come_in(
    client: RecordsClient, provider: LiveProvider
) -> None:
    gone = made(client, "zhou")
    inside = client.sign_in_account(provider.mint("zhou"))
    kept = next(u for u in client.sign_in("chief", SECRET).users() if u.name == "zhou")
    client.sign_in("chief", SECRET).keep_user(replace(kept, may_sign_in=False))

    with pytest.raises(NotSignedIn):
        inside.read_session()
    for who in ("zhou", "nobody"):
        with pytest.raises(AccountUnknown) as refused:
            client.sign_in_account(provider.mint(who))
        assert "nobody may sign in here" in refused.value.public_message
    wanted = AuditWanted(actor=gone.user_id, outcome="refused")
    (row,) = client.sign_in("auditor", SECRET).read_audit(wanted).rows
    assert (row.action, row.detail) == ("sign_in", "account_refused")


@pytest.mark.parametrize("fault", ["expired", "audience", "issuer", "none", "hmac", "key"])
def test_a_token_that_is_wrong_in_one_way_is_refused(
    client: RecordsClient, provider: LiveProvider, fault: str
) -> None:
    provider.control(fault)
    with pytest.raises(AccountNotProved) as refused:
        client.sign_in_account(provider.mint("chief"))
    assert "sign in again" in refused.value.public_message


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": None},
        {"nonce": ""},
        {"nonce": ["a"]},
        {"sub": None},
        {"sub": ""},
        {"exp": None},
        {"iat": None},
        {"aud": None},
        {"iss": None},
        {"azp": "another-program"},
        {"aud": ["foreseye-screen", "another-program"]},
        {"iat": int(time.time()) - FRESH_S - 2 * LEEWAY_S - 1},
        {"iat": int(time.time()) + 3600},
    ],
    ids=str,
)
def test_a_token_that_leaves_out_or_bends_a_claim_is_refused(
    client: RecordsClient, provider: LiveProvider, claims: dict[str, object]
) -> None:
    with pytest.raises(AccountNotProved):
        client.sign_in_account(provider.mint("chief", **claims))


@pytest.mark.parametrize("token", ["x", "a.b.c", "é.b.c", "." * 100, "a" * 20_000])
def test_what_is_no_token_is_refused(client: RecordsClient, token: str) -> None:
    with pytest.raises(AccountNotProved):
        client.sign_in_account(token)


def test_a_token_is_taken_once(client: RecordsClient, provider: LiveProvider) -> None:
    made(client, "feng")
    token = provider.mint("feng")
    client.sign_in_account(token)

    with pytest.raises(AccountNotProved):
        client.sign_in_account(token)


def test_a_key_that_was_changed_is_found_and_the_old_one_opens_nothing(
    client: RecordsClient, provider: LiveProvider
) -> None:
    made(client, "gao")
    before = provider.mint("gao")
    provider.control(rotate=True)
    after = provider.mint("gao")
    time.sleep(LOOK_AGAIN_S)  # the keys are asked for no more often

    assert client.sign_in_account(after).session.name == "gao"
    with pytest.raises(AccountNotProved):
        client.sign_in_account(before)


def test_a_token_that_is_older_than_the_service_is_refused(provider: LiveProvider) -> None:
    token = provider.mint("chief")
    issuer = Issuer(provider.issuer, provider.client_id, clock_s=lambda: time.time() + 5)

    with pytest.raises(AccountNotProved):
        issuer.account_of(token)


def test_an_issuer_that_is_away_or_another_one_is_told_so(provider: LiveProvider) -> None:
    token = provider.mint("chief")
    for address in ("http://127.0.0.1:9", f"{provider.issuer}/"):
        with pytest.raises(AccountsUnreachable):
            Issuer(address, provider.client_id).account_of(token)


@pytest.mark.parametrize("address", ["http://accounts.example", "ftp://127.0.0.1", "accounts"])
def test_an_issuer_whom_anybody_could_play_is_bad_usage(address: str) -> None:
    with pytest.raises(SettingsError):
        Issuer(address, "foreseye-screen")


def test_where_nobody_issues_accounts_there_is_no_such_way_in(
    provider: LiveProvider, tmp_path: Path
) -> None:
    vault = make_records(Place(tmp_path / "records"), MASTER)
    with (
        live_server(HeldScreener(a_bundle(tmp_path)), Settings(), vault=vault) as live,
        RecordsClient(live.address, timeout_s=60.0) as client,
        pytest.raises(NotOffered),
    ):
        client.sign_in_account(provider.mint("chief"))


def test_who_has_an_account_and_no_secret_does_not_come_in_with_an_empty_one(
    client: RecordsClient,
) -> None:
    made(client, "tang")
    for secret in ("", "anything at all"):
        with pytest.raises(NotSignedIn):
            client.sign_in("tang", secret)


def test_an_account_belongs_to_one_person(client: RecordsClient, provider: LiveProvider) -> None:
    made(client, "lin", issuer=provider.issuer, subject="7")
    for taken in ({"email": "LIN@clinic.example"}, {"issuer": provider.issuer, "subject": "7"}):
        with pytest.raises(InvalidField, match="taken"):
            made(client, "lin2", **taken)
    with pytest.raises(InvalidField):
        made(client, "lin2", email="no address")


def test_another_address_lets_go_of_the_number_that_was_bound(
    client: RecordsClient, provider: LiveProvider
) -> None:
    made(client, "deng")
    client.sign_in_account(provider.mint("deng"))
    chief = client.sign_in("chief", SECRET)
    bound = next(user for user in chief.users() if user.name == "deng")
    assert bound.subject == "sub-of-deng"

    kept = chief.keep_user(replace(bound, email="deng.new@clinic.example"))

    assert (kept.subject, kept.issuer) == ("", "")
    with pytest.raises(AccountUnknown):
        client.sign_in_account(provider.mint("deng"))
