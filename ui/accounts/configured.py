"""Who issues the clinic's accounts: the file that `foreseye-ui --oidc` names.

    issuer = "https://accounts.clinic.example"
    client_id = "foreseye"
    client_secret = "..."
    screen = "https://kiosk.clinic.example:8501"

`screen` is where browsers reach this screen; the issuer sends them back to `screen`/oauth2callback.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

import tomllib

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CALLBACK = "/oauth2callback"


@dataclass(frozen=True)
class Accounts:
    """Where people sign in with their account, and how this screen is known there."""

    issuer: str
    client_id: str
    client_secret: str
    screen: str


def read_accounts(path: Path) -> Accounts:
    """Return what a file says. Raises ValueError with a sentence that names the fault."""
    try:
        if path.stat().st_mode & 0o077:
            raise ValueError(f"{path} holds a secret: let its owner alone read it (chmod 600)")
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    names = [field.name for field in fields(Accounts)]
    if sorted(told) != sorted(names) or not all(isinstance(v, str) and v for v in told.values()):
        raise ValueError(f"{path} must say {', '.join(names)}, each a text, and nothing else")
    found = Accounts(**told)
    for name in ("issuer", "screen"):
        if not _is_safe(getattr(found, name)):
            raise ValueError(f"{path}: {name} must be an https address")
    return found


def secrets_of(accounts: Accounts) -> dict[str, dict[str, object]]:
    """Return what Streamlit's sign-in needs to know.

    Who signs in is asked for a password each time: a clinic's screen is shared, and the issuer may
    still know whoever was here before. Cookies of an earlier start of this screen are void.
    """
    return {
        "auth": {
            "redirect_uri": accounts.screen.rstrip("/") + CALLBACK,
            "cookie_secret": secrets.token_urlsafe(48),
            "client_id": accounts.client_id,
            "client_secret": accounts.client_secret,
            "server_metadata_url": accounts.issuer.rstrip("/")
            + "/.well-known/openid-configuration",
            "expose_tokens": ["id"],
            "client_kwargs": {"scope": "openid email", "prompt": "login"},
        }
    }


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
