"""A group of commands one of which need not be named: `foreseye bench eye.jpg`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

PHOTO = "photo"
"""The command that is meant when none is named."""


class DefaultsToPhoto(TyperGroup):
    """Reads whatever is no command of the group as the arguments of PHOTO."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the arguments with the command's name before them."""
        asks_for_help = bool(args) and args[0] in ctx.help_option_names
        if not asks_for_help and (not args or args[0] not in self.commands):
            args = [PHOTO, *args]
        return super().parse_args(ctx, args)
