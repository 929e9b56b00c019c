"""A refusal on its way between processes: an error itself may not cross, its class and text do."""

from __future__ import annotations

from dataclasses import dataclass

from edge_runtime import errors
from edge_runtime.errors import ForeseyeError, InferenceFailed


@dataclass(frozen=True)
class Refused:
    """The other side cannot go on."""

    error: str
    """The name of the error's class."""
    text: str
    """Private."""

    @classmethod
    def of(cls, error: ForeseyeError) -> Refused:
        """Return an error as it crosses."""
        return cls(type(error).__name__, str(error))

    def as_error(self) -> ForeseyeError:
        """Return the error that it was; InferenceFailed for one that cannot be made again."""
        kind = getattr(errors, self.error, InferenceFailed)
        try:
            error = kind(self.text)
        except TypeError:  # a class that takes more than a text
            error = InferenceFailed(f"{self.error}: {self.text}")
        assert isinstance(error, ForeseyeError)
        return error
