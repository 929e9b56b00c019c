"""LogSettings: what the service writes into its log, changed while it runs."""

from __future__ import annotations

import logging
from typing import Any

from edge_runtime.service.open_inference.refused import invalid, not_offered
from edge_runtime.wire.open_inference import message

LEVELS = {"log_info": logging.INFO, "log_warning": logging.WARNING, "log_error": logging.ERROR}
VERBOSE = "log_verbose_level"
FIXED = {"log_file": "", "log_format": "default"}
"""Settings that are told but not changed over the network."""

_LogSettingsResponse = message("LogSettingsResponse")


class LogSwitches(logging.Filter):
    """Lets records through by Triton's switches. One for the whole process's service."""

    def __init__(self, logger: logging.Logger) -> None:
        """Switch the records of `logger`, from now on until `remove`."""
        super().__init__()
        self._logger = logger
        self._own_level = logger.level
        self._on = dict.fromkeys(LEVELS, True)
        self._verbose = 0
        logger.addFilter(self)

    def remove(self) -> None:
        """Leave the logger as it was."""
        self._logger.removeFilter(self)
        self._logger.setLevel(self._own_level)

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        for setting, level in LEVELS.items():
            if record.levelno == level:
                return self._on[setting]
        return True

    def change(self, settings: Any) -> None:
        """Change what a LogSettingsRequest asks for, all or nothing; settings that are not known
        have no effect, as with Triton. Raises InvalidField or NotOffered.
        """
        for name, value in settings.items():
            _check(name, value)
        for name, value in settings.items():
            if name in LEVELS:
                self._on[name] = value.bool_param
            elif name == VERBOSE:
                self._verbose = value.uint32_param
                self._logger.setLevel(logging.DEBUG if self._verbose else self._own_level)

    def told(self) -> Any:
        """Return the LogSettingsResponse of what is in force."""
        answer = _LogSettingsResponse()
        for name, on in self._on.items():
            answer.settings[name].bool_param = on
        answer.settings[VERBOSE].uint32_param = self._verbose
        for name, text in FIXED.items():
            answer.settings[name].string_param = text
        return answer


def _check(name: str, value: Any) -> None:
    kind = value.WhichOneof("parameter_choice")
    if name in LEVELS and kind != "bool_param":
        raise invalid("settings", f"expect boolean for '{name}'")
    if name == VERBOSE and kind != "uint32_param":
        raise invalid("settings", f"expect unsigned integer for '{name}'")
    if name in FIXED:
        what = "log file location" if name == "log_file" else "log format"
        raise not_offered(f"{what} can not be updated through network protocol")
