"""The options of `foreseye serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.service.logs import LogFormat

BundleOption = Annotated[
    Path | None,
    typer.Option(
        "--bundle", metavar="DIR", help="The model bundle; the reference one if left out."
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one."
    ),
]
CertificateOption = Annotated[
    str | None, typer.Option("--tls-cert", metavar="PEM", help="The server's certificate.")
]
KeyOption = Annotated[str | None, typer.Option("--tls-key", metavar="PEM", help="Its private key.")]
ClientAuthorityOption = Annotated[
    str | None,
    typer.Option(
        "--client-ca", metavar="PEM", help="Only clients that this authority signed may call."
    ),
]
AnywhereOption = Annotated[
    bool,
    typer.Option(
        "--insecure-listen-anywhere",
        help="Listen without TLS where other machines reach it. Photographs cross in the clear.",
    ),
]
TokensOption = Annotated[
    str | None,
    typer.Option(
        "--tokens",
        metavar="FILE",
        help="Callers must show a token of this file (`foreseye token create`).",
    ),
]
OpenInferenceOption = Annotated[
    bool,
    typer.Option(
        "--open-inference",
        help="Also serve the bare models to stock Triton and KServe clients. This goes around the "
        "quality gate: for operators.",
    ),
]
RecordsOption = Annotated[
    Path | None,
    typer.Option(
        "--records",
        metavar="DIR",
        help="Keep exams in these records (`foreseye records init`); else nothing is kept.",
    ),
]
WorklistOption = Annotated[
    str | None,
    typer.Option(
        "--worklist",
        metavar="TITLE@HOST:PORT",
        help="The hospital's worklist server: the kiosk shows whom it expects today. How to get "
        "there (TLS, our title, the camera's) is in FORESEYE_WORKLIST_...",
    ),
]
MetricsOption = Annotated[
    str | None,
    typer.Option("--metrics", metavar="HOST:PORT", help="Serve Prometheus metrics at /metrics."),
]
TracesOption = Annotated[
    str | None,
    typer.Option(
        "--traces",
        metavar="URL",
        help="Send spans of calls, stages and model runs to an OpenTelemetry collector (OTLP).",
    ),
]
LogOption = Annotated[
    LogFormat | None,
    typer.Option("--log-format", help="How the log's lines look: for people, or JSON."),
]
