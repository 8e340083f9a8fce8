"""What is wrong with a command line, in the words that all errors have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import typer

from mistpm.cli.commands import SECTIONS
from mistpm.errors import UsageError

_DRY: Final = "`mistpm plan` shows what would be done, and changes nothing"
_VALUES: Final = "`--inputs FILE` (`-f`) gives inputs from a file, `--set` (`-s`) one by one"
_ELSEWHERE: Final = {
    "--all-namespaces": "an environment is shown whole, in all its namespaces",
    "-A": "an environment is shown whole, in all its namespaces",
    "--create-namespace": "namespaces that are missing are made",
    "--debug": "`-v` tells more of what is going on",
    "--dry": _DRY,
    "--dry-run": _DRY,
    "--force": "what is dangerous has an option of its own, named for what it does: see `--help`",
    "--kube-context": "`--context NAME` names a context of the kubeconfig",
    "--kubeconfig": "the variable `KUBECONFIG` names the file",
    "--repo": "`mistpm registry add NAME WHERE` adds a registry, and packages begin with its name",
    "--revision": "a revision's number stands behind the command: `mistpm history 7`, `mistpm rollback 7`",
    "--set-file": _VALUES,
    "--set-string": _VALUES,
    "--values": _VALUES,
    "--version": "a version stands behind the package: `-p PACKAGE:VERSION`",
    "--wait": "waiting until everything is ready is the default; `--no-wait` does not",
}
"""Options of other package managers, and what does their work here."""
_DANGEROUS: Final = ("--adopt", "--allow-", "--delete-", "--force-", "--remove-", "--yes")
"""What nobody should be talked into by a typing mistake."""


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
        possible = getattr(error, "possibilities", None) or ()
        risky = any(each.startswith(_DANGEROUS) for each in possible)
        meant = f"did you mean `{possible[0]}`?" if possible and not risky else hint
        meant = _ELSEWHERE.get(option, meant)
        if where == "mistpm" and (command := _known(arguments)):
            meant = f"options stand behind the command: `mistpm {command} {option}`"
        return UsageError("usage", f"`{where}` has no option `{option}`", hint=meant)
    if extra := re.fullmatch(
        r"Got unexpected extra argument\(s\) \((.*)\)", error.format_message()
    ):
        return UsageError("usage", f"`{where}` takes no argument `{extra[1]}`", hint=hint)
    message = " ".join(re.sub(r"'([^']*)'", r"`\1`", error.format_message()).rstrip(".").split())
    message = message.replace("a valid int", "a whole number")
    return UsageError("usage", f"{message[:1].lower()}{message[1:]}", hint=hint)


def _command(arguments: Sequence[str]) -> str:
    known = _known(arguments[:1])
    return f"mistpm {known}" if known else "mistpm"


def _known(arguments: Sequence[str]) -> str:
    """Give the first of these words that is a command, empty where none is."""
    known = {name for section in SECTIONS.values() for name in section}
    return next((each for each in arguments if each in known), "")
