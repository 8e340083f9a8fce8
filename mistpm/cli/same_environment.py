"""Commands in what is said: where the user named the environment's file, they name it too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise

_ELSEWHERE = frozenset({"apply", "cache", "completion", "init", "inspect", "pack"})
"""Commands that work on no environment's file, or are told it in another way."""

_COMMAND = re.compile(r"`mistpm (?P<command>[a-z][a-z-]*)(?P<rest>[^`]*)`")
_named: ContextVar[str] = ContextVar(
    "the environment's file as the command line names it", default=""
)


@contextmanager
def working_on(arguments: Sequence[str]) -> Iterator[None]:
    """Let `same_environment` know the command line."""
    token = _named.set(_named_file(arguments))
    try:
        yield
    finally:
        _named.reset(token)


def same_environment(text: str) -> str:
    """Give a text whose commands (`mistpm …` in backticks) work on the file that the user named."""
    file = _named.get()

    def completed(found: re.Match[str]) -> str:
        if found["command"] in _ELSEWHERE or " -e " in found["rest"]:
            return found[0]
        return f"{found[0][:-1]} -e {shlex.quote(file)}`"

    return _COMMAND.sub(completed, text) if file else text


def _named_file(arguments: Sequence[str]) -> str:
    for argument, following in pairwise((*arguments, "")):
        if argument in {"-e", "--environment"}:
            return following
        if argument.startswith("--environment="):
            return argument.partition("=")[2]
    return ""
