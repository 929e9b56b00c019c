"""Proves ID tokens of the clinic's accounts (OpenID Connect Core 3.1.3.7), whoever brings them.

The screen signs people in with the issuer and hands the token on; nothing that the screen says of
it is believed. Each token is taken once, and only while it is fresh and younger than this service,
so that one that was overheard opens nothing.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import jwt
from jwt.exceptions import PyJWKClientConnectionError

from edge_runtime.errors import SettingsError
from edge_runtime.records.accounts import Account
from edge_runtime.records.errors import AccountNotProved, AccountsUnreachable
from edge_runtime.settings import Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures by a private key alone: neither none, nor a secret that the screen knows too."""

NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")
MAX_TOKEN_CHARACTERS = 16_384
MAX_CLAIM_CHARACTERS = 255
MAX_DOCUMENT_BYTES = 1_000_000
LEEWAY_S = 30
"""How far two clocks may be apart."""

FRESH_S = 300
"""A token is made when somebody signs in, and is here a moment later."""

ANSWER_WITHIN_S = 10.0
LOOK_AGAIN_S = 1.0
"""Keys are asked for at most so often when a token names one that is not known."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Issuer:
    """Who issues the clinic's accounts. Safe to share between threads."""

    def __init__(
        self, issuer: str, client_id: str, ca: str = "", clock_s: Callable[[], float] = time.time
    ) -> None:
        """Ask for nothing yet. Raises SettingsError for an address that anybody could answer."""
        _check_address(issuer, "oidc_issuer")
        if not client_id:
            raise SettingsError("oidc_issuer needs oidc_client_id beside it")
        self._issuer, self._client_id, self._clock_s = issuer, client_id, clock_s
        try:
            self._tls = ssl.create_default_context(cafile=ca or None)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"the certificates {ca} cannot be read: {error}") from None
        self._started_s = clock_s()
        self._keys: jwt.PyJWKClient | None = None
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def account_of(self, id_token: str) -> Account:
        """Return whose token it is. Raises AccountNotProved or AccountsUnreachable."""
        if len(id_token) > MAX_TOKEN_CHARACTERS or not id_token.isascii():
            raise AccountNotProved("a token that is too long, or none")
        claims = self._proved(id_token)
        self._check(claims)
        self._use_up(claims["nonce"], float(claims["exp"]))
        # Addresses that the issuer has not proved are whatever somebody typed there.
        email = claims.get("email") if claims.get("email_verified") is True else ""
        return Account(self._issuer, claims["sub"], email if isinstance(email, str) else "")

    def _proved(self, id_token: str) -> dict[str, Any]:
        try:
            key = self._client().get_signing_key_from_jwt(id_token)
            return dict(
                jwt.decode(
                    id_token,
                    key,
                    algorithms=list(ALGORITHMS),
                    audience=self._client_id,
                    issuer=self._issuer,
                    leeway=LEEWAY_S,
                    options={"require": list(NEEDED)},
                )
            )
        except (PyJWKClientConnectionError, ValueError) as error:
            raise AccountsUnreachable(f"the issuer's keys: {error}") from None
        except jwt.PyJWTError as error:
            raise AccountNotProved(f"{type(error).__name__}: {error}") from None

    def _check(self, claims: dict[str, Any]) -> None:
        for name in ("sub", "nonce"):
            value = claims[name]
            if not isinstance(value, str) or not 0 < len(value) <= MAX_CLAIM_CHARACTERS:
                raise AccountNotProved(f"a token whose {name} is none")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise AccountNotProved("a token that was made for another program")
        issued_s = float(claims["iat"])
        if issued_s < self._clock_s() - FRESH_S - LEEWAY_S:
            raise AccountNotProved("a token that was made too long ago")
        if issued_s < int(self._started_s):
            raise AccountNotProved("a token that is older than this service")

    def _use_up(self, nonce: str, until_s: float) -> None:
        with self._lock:
            now_s = self._clock_s()
            self._used = {n: s for n, s in self._used.items() if s + LEEWAY_S > now_s}
            if nonce in self._used:
                raise AccountNotProved("a token that was used before")
            self._used[nonce] = until_s

    def _client(self) -> jwt.PyJWKClient:
        with self._lock:
            if self._keys is None:
                self._keys = jwt.PyJWKClient(
                    self._where_keys_are(),
                    timeout=ANSWER_WITHIN_S,
                    ssl_context=self._tls,
                    cooldown_duration=LOOK_AGAIN_S,
                )
            return self._keys

    def _where_keys_are(self) -> str:
        address = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            asked = urllib.request.Request(address, headers={"Accept": "application/json"})
            with urllib.request.urlopen(
                asked, timeout=ANSWER_WITHIN_S, context=self._tls
            ) as answer:
                told = json.loads(answer.read(MAX_DOCUMENT_BYTES))
            if told["issuer"] != self._issuer:
                raise ValueError("it is another issuer's")
            where = str(told["jwks_uri"])
            _check_address(where, "jwks_uri")
        except (OSError, ValueError, KeyError, TypeError, SettingsError) as error:
            raise AccountsUnreachable(f"{address}: {type(error).__name__}: {error}") from None
        return where


def issuer_of(settings: Settings) -> Issuer | None:
    """Return who issues accounts, None where nobody said. Raises SettingsError."""
    if not settings.oidc_issuer:
        return None
    return Issuer(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_ca)


def _check_address(address: str, name: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise SettingsError(f"{name} must be an https address, not {address!r}")
