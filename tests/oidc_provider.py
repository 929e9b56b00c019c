"""An OpenID provider for tests, a process of its own: `python -m tests.oidc_provider PORT`.

Discovery, authorization code with PKCE (S256), token, keys. `/control` makes the next tokens wrong
in one way or rotates the key; `/mint` signs a token with any claims.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.ui.driving import PATIENCE_S, ROOT, free_port

CLIENT_ID, CLIENT_SECRET = "foreseye-screen", "a secret of tests"
PAGE = """<!doctype html><title>Accounts</title><form method=post>
<label>Account <input name=who autofocus></label><button>Go on</button>{hidden}</form>"""


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig"})


class Provider:
    """What the provider knows."""

    def __init__(self, issuer: str) -> None:
        self.issuer, self.key, self.fault = issuer, _key(), ""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []

    def claims(self, who: str, nonce: str) -> dict[str, Any]:
        now_s = int(time.time())
        return {
            "iss": self.issuer,
            "sub": f"sub-of-{who}",
            "aud": CLIENT_ID,
            "iat": now_s,
            "exp": now_s + 300,
            "nonce": nonce,
            "email": f"{who}@clinic.example",
            "email_verified": not who.startswith("unverified"),
        }

    def token(self, claims: dict[str, Any]) -> str:
        now_s = int(time.time())
        wrong: dict[str, dict[str, Any]] = {
            "expired": {"iat": now_s - 4000, "exp": now_s - 3600},
            "audience": {"aud": "another-program"},
            "issuer": {"iss": "https://elsewhere.example"},
            "nonce": {"nonce": "another"},
        }
        claims = claims | wrong.get(self.fault, {})
        if self.fault == "none":
            return ".".join(map(_part, ({"alg": "none"}, claims))) + "."
        if self.fault == "hmac":
            public = self.key.as_pem(private=False)
            return _hmac({"alg": "HS256", "kid": self.key.kid}, claims, public)
        key = _key() if self.fault == "key" else self.key
        kid = self.key.kid if self.fault == "key" else key.kid
        return jwt.encode({"alg": "RS256", "kid": kid}, claims, key)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _hmac(header: dict[str, Any], claims: dict[str, Any], key: bytes) -> str:
    signed = ".".join(map(_part, (header, claims)))
    mac = hmac.digest(key, signed.encode(), "sha256")
    return f"{signed}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


class Endpoints:
    """What the provider answers."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    async def discovery(self, _: Request) -> Response:
        issuer = self.provider.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.provider.key.as_dict(private=False)]})

    async def asks(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.provider.asked.append(asked)
        hidden = "".join(
            f'<input type=hidden name="{html.escape(k)}" value="{html.escape(v)}">'
            for k, v in asked.items()
        )
        return HTMLResponse(PAGE.format(hidden=hidden))

    async def sends_back(self, request: Request) -> Response:
        form = await _form(request)
        code = secrets.token_urlsafe(16)
        self.provider.codes[code] = form
        back = urlencode({"code": code, "state": form["state"]})
        return RedirectResponse(f"{form['redirect_uri']}?{back}", status_code=303)

    async def token(self, request: Request) -> Response:
        form, provider = await _form(request), self.provider
        begun = provider.codes.pop(form.get("code", ""), {})
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        told = (challenge, form.get("redirect_uri"), request.headers.get("authorization"))
        if told != (begun.get("code_challenge"), begun.get("redirect_uri"), f"Basic {basic}"):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        id_token = provider.token(provider.claims(begun["who"], begun["nonce"]))
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        return JSONResponse({**answer, "expires_in": 300, "id_token": id_token})

    async def control(self, request: Request) -> Response:
        told = await request.json()
        self.provider.fault = told.get("fault", "")
        if told.get("rotate"):
            self.provider.key = _key()
        return JSONResponse({"asked": self.provider.asked})

    async def mint(self, request: Request) -> Response:
        told = await request.json()
        claims = self.provider.claims(told["who"], secrets.token_hex(8)) | told.get("claims", {})
        kept = {name: value for name, value in claims.items() if value is not None}
        return JSONResponse({"token": self.provider.token(kept)})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks", self.jwks),
                Route("/authorize", self.asks, methods=["GET"]),
                Route("/authorize", self.sends_back, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/control", self.control, methods=["POST"]),
                Route("/mint", self.mint, methods=["POST"]),
            ]
        )


async def _form(request: Request) -> dict[str, str]:
    return {key: str(value) for key, value in (await request.form()).items()}


class LiveProvider:
    """A running provider."""

    client_id, client_secret = CLIENT_ID, CLIENT_SECRET

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def control(self, fault: str = "", rotate: bool = False) -> list[dict[str, str]]:
        """Make the next tokens wrong, or right again; return what it was asked for so far."""
        asked: list[dict[str, str]] = self._post("control", fault=fault, rotate=rotate)["asked"]
        return asked

    def mint(self, who: str, **claims: Any) -> str:
        """A token of somebody; a claim that is None is left out."""
        return str(self._post("mint", who=who, claims=claims)["token"])

    def _post(self, path: str, **told: Any) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.issuer}/{path}", json.dumps(told).encode())
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return dict(json.loads(answer.read()))


@contextmanager
def live_provider() -> Iterator[LiveProvider]:
    """A provider on loopback, in a process of its own."""
    port = free_port()
    line = [sys.executable, "-m", "tests.oidc_provider", str(port)]
    with subprocess.Popen(line, cwd=ROOT) as program:
        try:
            live, deadline = LiveProvider(f"http://127.0.0.1:{port}"), time.monotonic() + PATIENCE_S
            while True:
                try:
                    live.control()
                    break
                except OSError:
                    assert program.poll() is None
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
            yield live
        finally:
            program.terminate()


if __name__ == "__main__":
    served = int(sys.argv[1])
    issuer = Provider(f"http://127.0.0.1:{served}")
    uvicorn.run(Endpoints(issuer).app(), port=served, log_level="warning")
