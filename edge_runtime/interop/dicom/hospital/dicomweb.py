"""A DICOMweb archive: STOW-RS takes objects, QIDO-RS lists them (PS3.18 sections 10.5, 10.6).

An object a request, streamed from its file with a stated length: one that is refused or too large
is its own failure, and an old server that loses chunked bodies loses nothing. No redirect is
followed, no proxy and no password of the environment's is used, and of an answer only codes and
UIDs are: what an archive says in words may name a patient.
"""

from __future__ import annotations

import json
import secrets
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.util import make_headers

from edge_runtime.interop.dicom.hospital.errors import (
    HospitalRefused,
    HospitalUnacquainted,
    HospitalUnclear,
    HospitalUnreachable,
    NotSendable,
)
from edge_runtime.interop.dicom.hospital.outgoing import Outgoing
from edge_runtime.interop.dicom.hospital.peers import Credentials, WebPeer, tls_failure

BLOCK_BYTES = 1_048_576
MAX_ANSWER_BYTES = 16_000_000
CONNECT_S = 10.0
TRIES = 3
FIRST_PAUSE_S = 1.0
PAGE = 200
MAX_PAGES = 500
BUSY = frozenset({429, 502, 503, 504})
NOT_THIS_ONE = frozenset({400, 409, 413, 415, 422})
SOP_INSTANCE_UID, FAILED, FAILURE_REASON = "00080018", "00081198", "00081197"
JSON = "application/dicom+json"


@dataclass(frozen=True)
class Answer:
    """What the archive answered."""

    status: int
    content_type: str
    content: bytes


class DicomWebArchive:
    """Stores objects and lists them. One connection at a time."""

    def __init__(
        self,
        peer: WebPeer,
        credentials: Credentials,
        tls: ssl.SSLContext | None,
        timeout_s: float = 60.0,
    ) -> None:
        self._url = peer.url
        self._pool = urllib3.PoolManager(
            num_pools=1,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=timeout_s),
            ssl_context=tls,
        )
        self._shown = _authorization(credentials)

    @contextmanager
    def opened(self, objects: Sequence[Outgoing]) -> Iterator[DicomWebArchive]:
        """Yield itself; its connection is closed when the block ends.

        It asks before it sends: who does not know us gets no patient's data. Raises HospitalError.
        """
        try:
            self.listed(objects[:1])
            yield self
        finally:
            self._pool.clear()

    def store(self, outgoing: Outgoing) -> None:
        """Send one object. Raises HospitalError, NotSendable."""
        boundary = secrets.token_hex(20)
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Content-Length": str(len(head) + outgoing.num_bytes + len(tail)),
        }
        answer = self._asked("POST", "/studies", headers, lambda: _body(head, outgoing, tail))
        if answer.status in NOT_THIS_ONE:
            raise HospitalRefused(f"HTTP {answer.status}{_failure(answer)}")
        _check(answer, (200, 202))
        if failure := _failure(answer):
            raise HospitalRefused(f"HTTP {answer.status}{failure}")

    def listed(self, objects: Sequence[Outgoing]) -> set[str]:
        """Return which of these objects' instances the archive lists. Raises HospitalError."""
        wanted: dict[tuple[str, str], set[str]] = {}
        for one in objects:
            wanted.setdefault((one.study, one.series), set()).add(one.instance)
        found: set[str] = set()
        for (study, series), instances in wanted.items():
            found |= self._listed_of(study, series, instances)
        return found

    def _listed_of(self, study: str, series: str, instances: set[str]) -> set[str]:
        found: set[str] = set()
        for page in range(MAX_PAGES):
            question = f"?limit={PAGE}&offset={page * PAGE}"
            if len(instances) == 1:
                question += f"&SOPInstanceUID={next(iter(instances))}"
            answer = self._asked("GET", f"/studies/{study}/series/{series}/instances{question}")
            if answer.status in (204, 404):  # Some say so of a series that they do not have.
                break
            _check(answer, (200,))
            new = set(_instances(_parsed(answer))) - found
            found |= new
            if not new or instances <= found:
                break
        return found & instances

    def _asked(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: Any = lambda: None,
    ) -> Answer:
        """Return the answer, asking again where the archive is busy or the connection broke."""
        pause = FIRST_PAUSE_S
        for left in reversed(range(TRIES)):
            try:
                answer = self._asked_once(method, path, headers or {}, body())
            except HospitalUnreachable as error:
                if not left or tls_failure(error) is not None:
                    raise
            else:
                if answer.status not in BUSY:
                    return answer
                if not left:
                    raise HospitalUnreachable(f"HTTP {answer.status}, {TRIES} times")
            time.sleep(pause)
            pause *= 3.0
        raise AssertionError("the last try ends")

    def _asked_once(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer:
        try:
            response = self._pool.request(
                method,
                self._url + path,
                headers={"Accept": JSON, **self._shown, **headers},
                body=body,
                redirect=False,
                preload_content=False,
            )
            try:
                content = response.read(MAX_ANSWER_BYTES + 1)
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(error) from error
        if len(content) > MAX_ANSWER_BYTES:
            raise HospitalUnclear("an answer without an end")
        content_type = response.headers.get("Content-Type", "").lower()
        return Answer(response.status, content_type, content)


def _body(head: bytes, outgoing: Outgoing, tail: bytes) -> Iterator[bytes]:
    yield head
    left = outgoing.num_bytes
    with outgoing.path.open("rb") as file:
        while left and (block := file.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block
    if left:
        raise NotSendable("the file became shorter while it was sent")
    yield tail


def _authorization(credentials: Credentials) -> dict[str, str]:
    if credentials.token:
        return {"Authorization": f"Bearer {credentials.token}"}
    if credentials.user:
        basic = f"{credentials.user}:{credentials.password}"
        return {"Authorization": make_headers(basic_auth=basic)["authorization"]}
    return {}


def _check(answer: Answer, good: tuple[int, ...]) -> None:
    if answer.status in good:
        return
    if answer.status in (401, 403, 407):
        raise HospitalUnacquainted(f"HTTP {answer.status}: it asks for other credentials")
    if 300 <= answer.status < 400:
        raise HospitalUnclear(f"HTTP {answer.status}: it points elsewhere, which is not followed")
    if answer.status in (404, 405, 501):
        raise HospitalUnclear(f"HTTP {answer.status}: there is no DICOMweb at this URL")
    raise HospitalUnclear(f"HTTP {answer.status}")


def _parsed(answer: Answer) -> Any:
    if "json" not in answer.content_type:
        raise HospitalUnclear("its answer is no JSON")
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        raise HospitalUnclear("its answer is no JSON that can be read") from None


def _failure(answer: Answer) -> str:
    """Return the codes of what failed, empty where nothing did or nothing is said."""
    if "json" not in answer.content_type:
        return ""
    try:
        said = json.loads(answer.content)
        first = said[0] if isinstance(said, list) else said
        failed = first.get(FAILED, {}).get("Value", [])
        reasons = [item.get(FAILURE_REASON, {}).get("Value", [0])[0] for item in failed]
        codes = sorted({f"{int(reason):04X}H" for reason in reasons})
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        return ""
    return f", failure reason {', '.join(codes)}" if codes else ""


def _instances(said: Any) -> Iterator[str]:
    if not isinstance(said, list):
        raise HospitalUnclear("its list is none")
    for item in said:
        try:
            yield str(item[SOP_INSTANCE_UID]["Value"][0])
        except (KeyError, IndexError, TypeError):
            raise HospitalUnclear("an entry of its list names no instance") from None


def _unreachable(error: urllib3.exceptions.HTTPError) -> HospitalUnreachable:
    """Return why nobody answered, in words without a URL: urllib3's own hold the UIDs."""
    return HospitalUnreachable(tls_failure(error) or type(error).__name__)
