"""The one door to the service: the cached client, and whether the service is there.

The channel is shared by all sessions (gRPC channels are made for that); nothing of a person is
ever cached here.
"""

from __future__ import annotations

import argparse
import sys
from typing import Literal

import streamlit as st

from edge_runtime.wire.client import (
    ForeseyeError,
    Overloaded,
    ScreeningClient,
    read_token,
)

ServiceState = Literal["ready", "starting", "away"]


ANSWER_WITHIN_S = 3.0
"""A service that takes longer to say that it is there counts as away."""


def _options() -> argparse.Namespace:
    """Return what `foreseye-ui` said behind `--`."""
    given = argparse.ArgumentParser(add_help=False)
    given.add_argument("--server", default="127.0.0.1:50051")
    for option in ("--tls-ca", "--token-file", "--client-cert", "--client-key", "--metrics"):
        given.add_argument(option, default=None)
    return given.parse_args(sys.argv[1:])


def metrics_url() -> str | None:
    """Return where the service shows its numbers; None where nobody said."""
    url: str | None = _options().metrics
    return url


def connect() -> ScreeningClient:
    """Return the client of the service that `foreseye-ui` named behind `--`."""
    options = _options()
    own = (options.token_file, options.client_cert, options.client_key)
    return _client(options.server, options.tls_ca, *own)


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
