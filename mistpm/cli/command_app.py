"""The settings that all commands share."""

from __future__ import annotations

from typing import Any

import typer

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def command_app(**settings: Any) -> typer.Typer:
    """Make the application of one command, or of a group of them: plain help, no traceback of its own."""
    return typer.Typer(
        rich_markup_mode=None,
        add_completion=False,
        context_settings=CONTEXT,
        pretty_exceptions_enable=False,
        **settings,
    )
