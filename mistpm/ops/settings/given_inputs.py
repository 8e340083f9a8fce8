"""Inputs from the command line: a file, and settings that win over it."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Any

from mistpm import document
from mistpm.errors import DocumentError, UsageError


def read_given_inputs(file: Path | None, settings: list[str]) -> dict[str, Any]:
    """Put inputs together: the file's, then each of `settings` (`key: value, other: value`).

    A setting is a YAML flow mapping, with or without its braces; nested mappings are merged.  Raises
    `UsageError` or `DocumentError`.
    """
    inputs: dict[str, Any] = {}
    if file is not None:
        inputs = _mapping(_text(file), title="standard input" if str(file) == "-" else str(file))
    for setting in settings:
        inputs = merge(inputs, _setting(setting))
    return inputs


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Give `base` with `over` laid upon it; mappings are merged, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = merge(below, value) if both and below is not None else value
    return merged


def parse_bindings(bindings: list[str]) -> dict[str, str]:
    """Read `ALIAS=RELEASE` pairs; raises `UsageError`."""
    bind: dict[str, str] = {}
    for text in bindings:
        alias, equals, release = text.partition("=")
        if not (alias and equals and release):
            raise UsageError(
                "invalid-binding",
                f"`--bind {text}` is not a binding",
                hint="write --bind ALIAS=RELEASE, such as --bind db=shop-db",
            )
        bind[alias] = release
    return bind


def _setting(text: str) -> dict[str, Any]:
    bare = text.strip()
    braced = bare if bare[:1] == "{" and bare[-1:] == "}" else "{" + bare + "}"
    try:
        given = _mapping(braced, title="--set")
    except DocumentError as error:
        raise _not_inputs(
            text, tuple(problem.message for problem in error.problems) or (error.message,)
        ) from error
    # YAML reads `replicas:2` as a key without a value
    if lonely := [key for key in given if not re.search(re.escape(key) + r"[\"']?\s*:", bare)]:
        raise _not_inputs(text, tuple(f"`{key}` has no value" for key in lonely))
    return given


def _not_inputs(text: str, context: tuple[str, ...]) -> UsageError:
    return UsageError(
        "invalid-set",
        f"`-s {shlex.quote(text)}` is not a list of inputs",
        context=context,
        hint='write -s "key: value, other: value"; a space follows each colon',
    )


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError("inputs-unreadable", f"`{file}` cannot be read: {reason}") from error


def _mapping(text: str, *, title: str) -> dict[str, Any]:
    given = document.load(text, file=title) if text.strip() else {}
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        raise UsageError(
            "invalid-inputs", f"`{title}` is not a mapping of inputs", hint="write key: value"
        )
    return given
