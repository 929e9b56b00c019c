"""Every knob of the runtime, as frozen records read from the environment once, at the door.

Nothing else in `edge_runtime` reads the environment. Each field `x` of a record is set by the
variable FORESEYE_X; an unknown FORESEYE_ variable is refused, so that a typing mistake is not
silently ignored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from edge_runtime.errors import SettingsError

OUTSIDE_THE_RUNTIME = {
    "FORESEYE_DATA",
    "FORESEYE_SIGNING_KEY",
    "FORESEYE_SCREENSHOTS",
    "FORESEYE_REQUIRE_BROWSER",
    "FORESEYE_REQUIRE_ORTHANC",
}
"""Variables of the other wings and of the tests; the runtime leaves them alone."""


@dataclass(frozen=True)
class Limits:
    """What a photograph may cost before it is refused."""

    max_photograph_bytes: int = 64_000_000
    """Encoded size, 64 MB."""

    max_photograph_pixels: int = 60_000_000
    """Width x height as the header states, 60 MP; checked before anything is decoded."""

    min_photograph_side_px: int = 160
    """Below this no vessel of an eye is wider than a pixel."""

    max_photographs_per_exam: int = 16


@dataclass(frozen=True)
class Settings:
    """The whole runtime's settings."""

    bundle: str = ""
    """Folder of the model bundle; empty for the reference bundle inside the package."""

    trusted_keys: str = ""
    """Ed25519 public keys (hex), separated by commas, whose bundles are trusted."""

    backends: str = "onnxruntime-cpu"
    """Engines in order of preference, separated by commas. One that is not listed is never used."""

    precisions: str = "int8-cpu,fp16,fp32"
    """Precisions in order of preference, separated by commas. Of those that the bundle holds and
    the engine runs, the first whose golden samples come out right on this machine is used; one
    that is not listed is never used."""

    engines: str = ""
    """Folder of the TensorRT engines that were built on this device, writable by its owner alone;
    empty where TensorRT is not used."""

    engine_workspace_mb: int = 1024
    """Memory that TensorRT may use for scratch, while it builds and while it runs."""

    threads: int = 0
    """Threads for one model; 0 means the processors that this process may use."""

    address: str = "127.0.0.1:50051"

    tokens: str = ""
    """File of the tokens that callers must show; empty: none is asked for."""

    log_format: str = "text"
    """Of the server: text, or json for one object a line."""

    traces: str = ""
    """URL of the OpenTelemetry collector that gets the server's spans (OTLP/gRPC); empty: none."""

    max_queued_exams: int = 8
    """Exams that wait in the server before the next is told to come back."""

    exam_workers: int = 0
    """Exams worked on at a time; 0 means the processors that this process may use."""

    max_queued_bytes: int = 512_000_000
    """Of all exams that wait or run, and of the requests that wait for one model, each."""

    max_queued_inferences: int = 64
    """Requests of the Open Inference Protocol that wait for one model."""

    max_batch_size: int = 8
    """Requests that share a run of a model, where that changes no bit and saves time."""

    max_batch_delay_us: int = 0
    """How long a request waits for others to share its run."""

    max_upload_bytes: int = 256_000_000
    """Of all photographs that were sent in chunks and wait for their exam."""

    max_kept_bytes: int = 24_000_000
    """Of all answers that are kept for callers who ask again with their idempotency key.

    Some 80 exams with pictures: a quarter of an hour in a clinic, some minutes under full load.
    """

    min_free_memory_mb: int = 256
    """What the machine must keep free; below it nothing new is admitted."""

    max_client_calls_at_once: int = 32
    """Of one client that is not the box itself; 0: no limit."""

    max_client_calls_per_minute: int = 6_000
    """As above; a minute's worth may come at once."""

    max_client_mb_per_minute: int = 6_000
    """As above, in megabytes of requests."""

    records_keys: str = ""
    """Folder of the records' key store; empty for `keys` inside the records' own folder."""

    records_database: str = ""
    """SQLAlchemy URL of PostgreSQL; empty for SQLite in the records' folder."""

    master_key_file: str = ""
    """File that holds the records' master key, 64 hexadecimal digits."""

    master_key: str = field(default="", repr=False)
    """The records' master key itself, 64 hexadecimal digits."""

    master_passphrase: str = field(default="", repr=False)
    """A passphrase in the master key's place, 12 characters or more."""

    archive_user: str = ""
    """Whom the hospital's DICOMweb archive knows us as (HTTP Basic)."""

    archive_password: str = field(default="", repr=False)
    """That user's password."""

    archive_token: str = field(default="", repr=False)
    """A bearer token for the archive, in the place of user and password."""

    worklist: str = ""
    """The hospital's worklist server, TITLE@HOST:PORT; empty: nobody is asked whom it expects."""

    worklist_title: str = "FORESEYE"
    """Our own application entity title there."""

    worklist_station: str = ""
    """The camera's title in the schedule; empty: all of them."""

    worklist_modality: str = "OP"
    """OP: ophthalmic photography. Empty: any."""

    worklist_tls: int = 0
    """1: the worklist server speaks TLS. A file below says so, too."""

    worklist_tls_ca: str = ""
    """PEM file: who signs the worklist server's certificate; empty: whom this machine trusts."""

    worklist_client_cert: str = ""
    """PEM file: our own certificate, where the worklist server asks for one."""

    worklist_client_key: str = ""
    """PEM file: its private key."""

    worklist_insecure_no_tls: int = 0
    """1: ask a worklist server on another machine without TLS, for all on the way to read."""

    worklist_timeout_s: int = 10
    """Seconds that the whole answer may take."""

    oidc_issuer: str = ""
    """Who issues the clinic's accounts (OpenID Connect), as its tokens say it; empty: nobody."""

    oidc_client_id: str = ""
    """What the screen is called there: tokens made for anything else are refused."""

    oidc_ca: str = ""
    """Certificates (PEM) that prove the issuer; empty for those of the machine."""

    session_idle_s: int = 600
    """A person's session locks when no call came for so long."""

    session_s: int = 43_200
    """A person's session ends after so long in any case, 12 hours."""

    max_request_bytes: int = 160_000_000
    """All photographs of one request together, 160 MB; a larger one is refused unread."""

    max_photograph_bytes: int = 64_000_000
    max_photograph_pixels: int = 60_000_000
    min_photograph_side_px: int = 160
    max_photographs_per_exam: int = 16

    max_archive_bytes: int = 2_000_000_000_000
    """What all entries of a ZIP together may inflate to, 2 TB."""

    max_archive_ratio: int = 100
    """How many times its packed bytes a ZIP may inflate to; camera files hardly shrink at all."""

    archive_leeway_bytes: int = 1_000_000_000
    """What its entries together may have beyond that ratio: a few blank pictures are honest."""

    @property
    def limits(self) -> Limits:
        """The limits on photographs."""
        return Limits(**{f.name: getattr(self, f.name) for f in fields(Limits)})

    @property
    def bundle_path(self) -> Path | None:
        """The bundle's folder, or None for the reference bundle."""
        return Path(self.bundle) if self.bundle else None

    @property
    def tokens_path(self) -> Path | None:
        """The file of tokens, or None where none is asked for."""
        return Path(self.tokens) if self.tokens else None

    @property
    def exam_worker_count(self) -> int:
        """Exams worked on at a time: as set, or the processors that this process may use."""
        return self.exam_workers or len(os.sched_getaffinity(0))

    @property
    def thread_count(self) -> int:
        """Threads for one model: as set, or the processors that this process may use."""
        return self.threads or len(os.sched_getaffinity(0))


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment.

    Raises SettingsError for an unknown FORESEYE_ variable or a value of the wrong type.
    """
    known = {f"FORESEYE_{f.name.upper()}": f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith("FORESEYE_") or variable in OUTSIDE_THE_RUNTIME:
            continue
        if variable not in known:
            raise SettingsError(f"unknown variable {variable}; known: {', '.join(sorted(known))}")
        values[known[variable].name] = _value(variable, text, known[variable].type)
    return Settings(**values)


def _value(variable: str, text: str, kind: object) -> Any:
    if kind != "int":
        return text
    try:
        number = int(text)
    except ValueError:
        raise SettingsError(f"{variable} must be a whole number, got {text!r}") from None
    if number < 0:
        raise SettingsError(f"{variable} must not be negative, got {number}")
    return number
