"""What export refuses, on the project's one error tree."""

from __future__ import annotations

from edge_runtime.errors import ForeseyeError


class ExportError(ForeseyeError):
    """No bundle is written; the message says why."""

    public_message = "The bundle was not made."


class ParityError(ExportError):
    """The exported graph does not do what the trained network does."""


class OutputNameError(ParityError):
    """The graph's inputs or outputs have other names, types or axes than the contract."""


class ShapeError(ParityError):
    """The graph gives another shape than the network."""


class ToleranceError(ParityError):
    """A value differs by more than the stated tolerance."""


class WeightsError(ExportError):
    """A bundle's graph is not that of this version's network, so no weights are read from it."""


class SigningKeyError(ExportError):
    """The signing key is missing or is no Ed25519 key."""
