"""Commands in what is said: where the user named the environment's file, or the target, they name it too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise

_ELSEWHERE = frozenset({"apply", "cache", "completion", "init", "inspect", "pack"})
"""Commands that work on no environment's file, or are told it in another way."""

_WITHOUT_TARGET = frozenset({"add", "info", "registry", "remove", "rename", "search"})
"""Commands that work on the environment's file alone."""

_FILE = "-e"
_OPTIONS = {
    "-e": _FILE,
    "--environment": _FILE,
    "-t": "-t",
    "--target": "-t",
    "--context": "--context",
    "--as": "--as",
    "--state-namespace": "--state-namespace",
}
"""Options that say what is worked on, and how they are repeated."""
_SAY_WHERE = ("-t", "--target", "--context")

_COMMAND = re.compile(r"`mistpm (?P<command>[a-z][a-z-]*)(?P<rest>[^`]*)`")
_named: ContextVar[dict[str, str]] = ContextVar("what the command line names")


@contextmanager
def working_on(arguments: Sequence[str]) -> Iterator[None]:
    """Let `same_environment` know the command line."""
    token = _named.set(_options(arguments))
    try:
        yield
    finally:
        _named.reset(token)


def same_environment(text: str) -> str:
    """Give a text whose commands (`mistpm …` in backticks) work on the file and the target that the user named.

    A command that names a file or a target itself is left as it is.
    """
    named = _named.get({})

    def completed(found: re.Match[str]) -> str:
        if found["command"] in _ELSEWHERE:
            return found[0]
        words = found["rest"].split()
        more = ""
        for option, value in named.items():
            if option == _FILE and "--all" in words:
                continue  # every environment, whoever has its file
            is_said = option in words or (option != _FILE and bool({*_SAY_WHERE} & {*words}))
            has_it = option == _FILE or found["command"] not in _WITHOUT_TARGET
            if has_it and not is_said:
                more += f" {option} {shlex.quote(value)}"
        return f"{found[0][:-1]}{more}`"

    return _COMMAND.sub(completed, text) if named else text


def _options(arguments: Sequence[str]) -> dict[str, str]:
    """Give the options of a command line that say what is worked on."""
    named = {}
    for argument, following in pairwise((*arguments, "")):
        option, equals, value = argument.partition("=")
        if option in _OPTIONS and (equals or argument == option):
            named[_OPTIONS[option]] = value if equals else following
    return {option: value for option, value in named.items() if value}
