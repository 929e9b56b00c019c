"""What Streamlit's sign-in leaves in the browser is taken away again at once.

Streamlit hands the identity from its callback to the page in two cookies that it keeps for thirty
days. A clinic's screen is shared, so they last for one page: the handshake of the page's websocket,
which reads them, deletes them. A sign-in that failed leaves a word for the page instead, which
would otherwise say nothing.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.accounts.configured import CALLBACK

IDENTITY = "_streamlit_user"
FAILED = "foreseye_account"
"""Cookie: the last sign-in with an account failed."""

GONE = "; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
A_MOMENT = "; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"


class OnePage:
    """ASGI middleware: cookies of a sign-in last for one page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the pages do, with the cookies changed."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def changed(message: Message) -> None:
            if message["type"] == "websocket.accept":
                message["headers"] = [*message.get("headers", []), *_deleted(scope)]
            elif message["type"] == "http.response.start" and scope["path"] == CALLBACK:
                _tell_a_failure(message)
            await send(message)

        await self._app(scope, receive, changed)


def _deleted(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers that delete what a sign-in left, chunks of a long cookie too."""
    sent = Headers(scope=scope).get("cookie", "")
    names = [part.partition("=")[0].strip() for part in sent.split(";")]
    ours = [name for name in names if name.startswith(IDENTITY) or name == FAILED]
    return [(b"set-cookie", f"{name}={GONE}".encode("latin-1")) for name in ours]


def _tell_a_failure(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    given = headers.getlist("set-cookie")
    if not any(each.startswith(f"{IDENTITY}=") and "Max-Age=0" not in each for each in given):
        headers.append("set-cookie", f"{FAILED}=failed{A_MOMENT}")
