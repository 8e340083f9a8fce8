"""What is wrong with a command line, in the words that all errors have."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer

from mistpm.cli.commands import SECTIONS
from mistpm.errors import UsageError


def unknown_command(name: str, meant: str = "", *, above: str = "mistpm") -> UsageError:
    """Make the error for a command that does not exist; `meant` is the whole command it perhaps was."""
    hint = f"did you mean `{meant}`?" if meant else f"see `{above} --help`"
    return UsageError("unknown-command", f"there is no command `{name}`", hint=hint)


def is_help(error: typer.TyperException) -> bool:
    """Tell whether this is the help that a command without arguments shows, and no error."""
    return type(error).__name__ == "NoArgsIsHelpError"


def usage_error(error: typer.TyperException, arguments: Sequence[str]) -> UsageError:
    """Say what typer found wrong; `arguments` tell the command where typer does not."""
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else _command(arguments)
    hint = f"see `{where} --help`"
    if type(error).__name__ == "NoSuchOption":
        option = getattr(error, "option_name", "")
        close = getattr(error, "possibilities", None)
        meant = f"did you mean `{close[0]}`?" if close else hint
        return UsageError("usage", f"`{where}` has no option `{option}`", hint=meant)
    if extra := re.fullmatch(
        r"Got unexpected extra argument\(s\) \((.*)\)", error.format_message()
    ):
        return UsageError("usage", f"`{where}` takes no argument `{extra[1]}`", hint=hint)
    message = " ".join(re.sub(r"'([^']*)'", r"`\1`", error.format_message()).rstrip(".").split())
    return UsageError("usage", f"{message[:1].lower()}{message[1:]}", hint=hint)


def _command(arguments: Sequence[str]) -> str:
    known = {name for section in SECTIONS.values() for name in section}
    return f"mistpm {arguments[0]}" if arguments and arguments[0] in known else "mistpm"
