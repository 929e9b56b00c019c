"""The HTTP service behind the phone's page: parts with offset and checksum in, words out.

It keeps no photograph: each part goes on to the screening service, which says how much it has.
Whatever is asked twice, because an answer was lost on the way, does nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import tomllib
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from edge_runtime.wire.client import (
    ForeseyeError,
    InvalidField,
    Overloaded,
    PhotographTooLarge,
    ScreeningClient,
    UploadPart,
)
from ui.language import HTML_LANG, Language, language_of, speaking
from ui.phone.desk import DESK, Desk, Phone, Refused
from ui.phone.exam import KEY, Invalid, PhoneExam, wanted_of
from ui.told import told
from ui.wording import WORDS, say

PAGE = Path(__file__).with_name("page")
FILES = {"": "index.html", "app.js": "app.js", "queue.js": "queue.js", "app.css": "app.css"}
MAX_PART_BYTES = 1 << 20
MAX_JSON_BYTES = 64 << 10
SHA256 = re.compile(r"[0-9a-f]{64}")

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'",
}


def routes(connect: Callable[[], ScreeningClient], desk: Desk = DESK) -> list[Route]:
    """Return the phone's routes; `connect` gives the client of the screening service."""
    api = _Api(connect, desk)
    return [
        *(Route(f"/phone/{path}", _file(name)) for path, name in FILES.items()),
        Route("/phone/sw.js", _file("sw.js")),
        Route("/phone/words.json", _words),
        Route("/phone/api/open", api.open, methods=["POST"]),
        Route("/phone/api/photographs/{key}", api.progress, methods=["GET"]),
        Route("/phone/api/photographs/{key}", api.part, methods=["PUT"]),
        Route("/phone/api/exam", api.exam, methods=["POST"]),
        Route("/phone/api/exam", api.result, methods=["GET"]),
    ]


def _file(name: str) -> Callable[[Request], Response]:
    def give(_: Request) -> Response:
        return FileResponse(PAGE / name, headers=HEADERS | {"Cache-Control": "no-cache"})

    return give


def _words(request: Request) -> Response:
    language = language_of(request.query_params.get("lang"))
    return JSONResponse(page_words(language), headers=HEADERS | {"Cache-Control": "no-cache"})


@cache
def page_words(language: Language) -> dict[str, str]:
    """Return the sentences of the phone's page in a language, by their keys."""
    table = tomllib.loads((WORDS / "phone.toml").read_text(encoding="utf-8"))
    ours = {key: words[language] for key, words in table.items()}
    shared = ("app.name", "app.use", "eye.OD", "eye.OS", "person.sex.F", "person.sex.M")
    return ours | {key: say(key, language) for key in shared} | {"lang": HTML_LANG[language]}


class _Api:
    """The four things that a phone asks."""

    def __init__(self, connect: Callable[[], ScreeningClient], desk: Desk) -> None:
        self._connect, self._desk = connect, desk

    async def open(self, request: Request) -> Response:
        """Let a phone in by its one-time token."""
        language = language_of(request.headers.get("accept-language"))
        try:
            phone = self._desk.open(_bearer(request), _own_name(request))
        except Invalid:
            return _answer(400, {"error": say("phone.invalid", language)})
        except Refused as refused:
            return _answer(403, {"error": say(refused.key, language)})
        return _answer(200, {"session": phone.session, "lang": phone.language})

    async def progress(self, request: Request) -> Response:
        """Say how much of a photograph has arrived."""
        return await self._for_phone(request, self._progress)

    async def part(self, request: Request) -> Response:
        """Take a part of a photograph."""
        content = await _body(request, MAX_PART_BYTES)
        return await self._for_phone(request, lambda r, p: self._part(r, p, content))

    async def exam(self, request: Request) -> Response:
        """Screen what was sent; asked again it says the same."""
        content = await _body(request, MAX_JSON_BYTES)
        return await self._for_phone(request, lambda _, p: self._exam(p, content))

    async def result(self, request: Request) -> Response:
        """Say how far the exam is, and its result once it has one."""
        return await self._for_phone(request, lambda _, p: _told(p))

    async def _for_phone(
        self, request: Request, work: Callable[[Request, Phone], Response]
    ) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            phone = self._desk.phone(_bearer(request))
        except Refused as refused:
            return _answer(403, {"error": say(refused.key, language)})
        return await run_in_threadpool(_spoken, phone, request, work)

    def _progress(self, request: Request, phone: Phone) -> Response:
        key = phone.upload_key(_key(request))
        arrived = self._connect().upload_progress(key)
        return _answer(200, {"received": arrived.received_bytes, "complete": arrived.complete})

    def _part(self, request: Request, phone: Phone, content: bytes | None) -> Response:
        if content is None:
            return _answer(413, {"error": say("phone.part_too_large")})
        if hashlib.sha256(content).hexdigest() != request.headers.get("part-sha256"):
            return _answer(422, {"error": say("phone.part_damaged")})
        whole = request.headers.get("upload-sha256", "")
        if not SHA256.fullmatch(whole):
            raise Invalid("upload-sha256")
        arrived = self._connect().upload_part(
            UploadPart(
                key=phone.upload_key(_key(request)),
                total_bytes=_count(request, "upload-length"),
                sha256=whole,
                offset=_count(request, "upload-offset"),
                content=content,
            )
        )
        return _answer(200, {"received": arrived.received_bytes, "complete": arrived.complete})

    def _exam(self, phone: Phone, content: bytes | None) -> Response:
        try:
            wanted = wanted_of(json.loads(content or b""))
        except ValueError as error:
            raise Invalid(str(error)) from None
        with phone.lock:
            failed = phone.exam is not None and phone.exam.run.progress().error is not None
            if phone.exam is None or failed:
                keys = tuple(phone.upload_key(each.key) for each in wanted.photographs)
                client = self._connect()
                if not all(client.upload_progress(key).complete for key in keys):
                    return _answer(409, {"error": say("phone.not_all_arrived")})
                phone.exam = PhoneExam(wanted, keys, client, phone.keeping)
            elif phone.exam.wanted.key != wanted.key:
                return _answer(409, {"error": say("phone.other_exam")})
        return _answer(202, {"exam": wanted.key})


def _told(phone: Phone) -> Response:
    if phone.exam is None:
        return _answer(404, {"error": say("phone.no_exam")})
    return _answer(200, phone.exam.told())


def _spoken(phone: Phone, request: Request, work: Callable[[Request, Phone], Response]) -> Response:
    """Return the answer in the phone's language; what the service refuses, in its public words."""
    with speaking(phone.language):
        try:
            return work(request, phone)
        except Invalid:
            return _answer(400, {"error": say("phone.invalid")})
        except PhotographTooLarge as error:
            return _answer(413, {"error": told(error.public_message)})
        except InvalidField as error:
            return _answer(409, {"error": told(error.public_message)})
        except Overloaded as error:
            return _answer(503, {"error": told(error.public_message)})
        except ForeseyeError as error:
            return _answer(502, {"error": told(error.public_message)})


def _answer(status: int, content: dict[str, object]) -> Response:
    return JSONResponse(content, status, headers=HEADERS)


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _own_name(request: Request) -> str:
    name = request.headers.get("phone-name", "")
    if not KEY.fullmatch(name):
        raise Invalid("phone-name")
    return name


def _key(request: Request) -> str:
    key = str(request.path_params["key"])
    if not KEY.fullmatch(key):
        raise Invalid("key")
    return key


def _count(request: Request, header: str) -> int:
    try:
        count = int(request.headers.get(header, ""))
    except ValueError:
        raise Invalid(header) from None
    if count < 0:
        raise Invalid(header)
    return count


async def _body(request: Request, most: int) -> bytes | None:
    """Return the body, None for one that is longer than `most` bytes (and is read no further)."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            return None
    return bytes(found)
