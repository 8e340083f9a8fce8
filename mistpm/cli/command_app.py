"""The settings that all commands share."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from mistpm.cli.usage import unknown_command

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Group(TyperGroup):
    """A command that consists of commands; tells which one was perhaps meant."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; raises `UsageError` where there is no such command."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            above = ctx.command_path
            _, _, group = above.partition(" ")
            raise unknown_command(
                f"{group} {args[0]}".strip(), f"{above} {close[0]}" if close else "", above=above
            )
        return super().resolve_command(ctx, args)


def command_app(**settings: Any) -> typer.Typer:
    """Make the application of one command, or of a group of them: plain help, no traceback of its own."""
    return typer.Typer(
        **{"cls": Group, **settings},
        rich_markup_mode=None,
        add_completion=False,
        context_settings=CONTEXT,
        pretty_exceptions_enable=False,
    )
