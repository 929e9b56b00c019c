"""The one door to the service: the cached client, and whether the service is there.

The channel is shared by all sessions (gRPC channels are made for that); nothing of a person is
ever cached here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Literal

import streamlit as st

from edge_runtime.wire.client import (
    ForeseyeError,
    Overloaded,
    ScreeningClient,
    read_token,
    records_client,
)
from ui.accounts.configured import read_accounts

ServiceState = Literal["ready", "starting", "away"]


ANSWER_WITHIN_S = 3.0
"""A service that takes longer to say that it is there counts as away."""


KEEP_WITHIN_S = 60.0
"""A photograph of 60 MB has to reach the records' disk."""

ASK_EVERY_S = 5.0
"""How long it is believed what the service said of its records."""


def _options() -> argparse.Namespace:
    """Return what `foreseye-ui` said behind `--`."""
    given = argparse.ArgumentParser(add_help=False)
    given.add_argument("--server", default="127.0.0.1:50051")
    named = ("--tls-ca", "--token-file", "--client-cert", "--client-key", "--metrics", "--oidc")
    for option in named:
        given.add_argument(option, default=None)
    return given.parse_args(sys.argv[1:])


def metrics_url() -> str | None:
    """Return where the service shows its numbers; None where nobody said."""
    url: str | None = _options().metrics
    return url


def accounts_file() -> str | None:
    """Return the file that says who issues the clinic's accounts; None where nobody said."""
    path: str | None = _options().oidc
    return path


def issuer() -> str:
    """Return who issues the clinic's accounts; empty where nobody does."""
    path = accounts_file()
    return "" if path is None else read_accounts(Path(path)).issuer


def accounts_offered() -> bool:
    """Return whether one can come in by an account of the clinic's."""
    return accounts_file() is not None


def connect() -> ScreeningClient:
    """Return the client of the service that `foreseye-ui` named behind `--`."""
    options = _options()
    own = (options.token_file, options.client_cert, options.client_key)
    return _client(options.server, options.tls_ca, *own)


def records() -> records_client.RecordsClient:
    """Return the client of the same service's records."""
    options = _options()
    own = (options.token_file, options.client_cert, options.client_key)
    return _records(options.server, options.tls_ca, *own)


def records_offered() -> bool:
    """Return whether the service keeps records, as it last said; False where it never answered.

    Until it has answered there is nothing of anybody to be seen.
    """
    return _last_said(_options().server, "records").asked(lambda: records().is_offered())


def worklist_offered() -> bool:
    """Return whether the service knows a hospital to ask whom it expects, as it last said."""
    return _last_said(_options().server, "worklist").asked(lambda: connect().offers_worklist())


class _LastSaid:
    def __init__(self) -> None:
        self.offered = False
        self.asked_s = float("-inf")
        self._asking = Lock()

    def asked(self, ask: Callable[[], bool]) -> bool:
        """Return what the service last said, once it was asked again where that is long ago.

        Pages that come while it is being asked wait for what it says: without it a kiosk would
        stand open that has a door.
        """
        with self._asking:
            now_s = time.monotonic()
            if now_s - self.asked_s >= ASK_EVERY_S:
                # Away: what it said before still holds.
                with suppress(ForeseyeError):
                    self.offered = ask()
                self.asked_s = time.monotonic()
            return self.offered


@st.cache_resource(show_spinner=False)
def _last_said(address: str, what: str) -> _LastSaid:
    del address, what  # one for each service and each thing that it may offer
    return _LastSaid()


@st.cache_resource(show_spinner=False, on_release=records_client.RecordsClient.close)
def _records(
    address: str,
    tls_ca: str | None,
    token_file: str | None,
    certificate: str | None,
    key: str | None,
) -> records_client.RecordsClient:
    return records_client.RecordsClient(
        address,
        tls_ca=tls_ca,
        tls_certificate=certificate,
        tls_key=key,
        token=None if token_file is None else read_token(token_file),
        timeout_s=KEEP_WITHIN_S,
    )


@st.cache_resource(show_spinner=False, on_release=ScreeningClient.close)
def _client(
    address: str,
    tls_ca: str | None,
    token_file: str | None,
    certificate: str | None,
    key: str | None,
) -> ScreeningClient:
    return ScreeningClient(
        address,
        tls_ca=tls_ca,
        tls_certificate=certificate,
        tls_key=key,
        token=None if token_file is None else read_token(token_file),
        timeout_s=ANSWER_WITHIN_S,
    )


def state_of(client: ScreeningClient) -> ServiceState:
    """Return whether the service answers, and whether its models are loaded and warm."""
    if client.is_ready():
        return "ready"
    try:
        client.describe_bundle()
    except Overloaded:
        return "starting"
    except ForeseyeError:
        return "away"
    return "ready"
