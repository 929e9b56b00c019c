"""What the screen's one port serves: Streamlit's pages, and beside them what needs no websocket.

`streamlit run` finds `app` here by its name and its class. One port, one certificate.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from ui import gateway
from ui.accounts.configured import read_accounts, secrets_of
from ui.accounts.cookies import OnePage
from ui.phone.routes import routes as phone_routes

STATIC = Path(__file__).with_name("static")
A_YEAR = "public, max-age=31536000"


async def chinese_font(_: Request) -> Response:
    """Return the letters of our Chinese sentences, for a kiosk that has no Chinese font."""
    return FileResponse(
        STATIC / "fonts" / "chinese.woff",
        media_type="font/woff",
        headers={"Cache-Control": A_YEAR},
    )


def _accounts() -> dict[str, Any]:
    """Return what the app needs so that people can come in by an account; nothing where none is."""
    path = gateway.accounts_file()
    if path is None:
        return {}
    known = secrets_of(read_accounts(Path(path)))
    return {"secrets": known, "middleware": [Middleware(OnePage)]}


app = App(
    Path(__file__).with_name("app.py"),
    routes=[Route("/foreseye/chinese.woff", chinese_font), *phone_routes(gateway.connect)],
    **_accounts(),
)
