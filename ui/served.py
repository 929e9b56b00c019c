"""What the screen's one port serves: Streamlit's pages, and beside them what needs no websocket.

`streamlit run` finds `app` here by its name and its class. One port, one certificate.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from ui import gateway
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


app = App(
    Path(__file__).with_name("app.py"),
    routes=[Route("/foreseye/chinese.woff", chinese_font), *phone_routes(gateway.connect)],
)
