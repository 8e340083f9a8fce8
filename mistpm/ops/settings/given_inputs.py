"""Inputs from the command line: a file, and settings that win over it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from mistpm import document
from mistpm.errors import DocumentError, UsageError

_SOURCES = frozenset(("fromEnv", "fromFile", "fromSecret", "generate"))
"""What an input that is a secret names one of."""

_QUOTED = re.compile(r"\"(?:\\.|[^\"])*\"|'[^']*'")
_WITHOUT_VALUE = re.compile(r"([^\s,:{}\[\]]+)\s*:\s*(?=[,}])")
_HELM = re.compile(r"([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)=([^=,]*)")


class GivenInputs(Struct, frozen=True, kw_only=True):
    """What the command line says of a release's inputs: a file's, and settings that win over it.

    A `null` in a setting takes an input away, so that the package's default holds again; in the file it is
    a value, as in `mistpm.yaml`.
    """

    file: dict[str, Any] = {}
    settings: tuple[dict[str, Any], ...] = ()

    def upon(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Give `inputs` as they are then: the file's laid upon them, then each setting in order."""
        given = merge(inputs, self.file)
        for setting in self.settings:
            given = _patched(given, setting)
        return given

    def idle(self, inputs: dict[str, Any]) -> tuple[str, ...]:
        """Tell which inputs would be taken away that neither `inputs` nor the file have, in lines."""
        given = merge(inputs, self.file)
        return tuple(
            f"inputs.{path}: it is not set, so there is nothing to take away"
            for setting in self.settings
            for path in _not_there(given, setting)
        )


def read_given_inputs(file: Path | None, settings: Sequence[str]) -> GivenInputs:
    """Read a file of inputs, and settings (`key: value, other: value`).

    A setting is a YAML flow mapping, with or without its braces.  Raises `UsageError` or `DocumentError`.
    """
    inputs: dict[str, Any] = {}
    if file is not None:
        inputs = _mapping(_text(file), title="standard input" if str(file) == "-" else str(file))
    return GivenInputs(file=inputs, settings=tuple(map(_setting, settings)))


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Give `base` with `over` laid upon it; mappings are merged, everything else is replaced.

    So is a secret's source by another one: `{generate: 24}` upon `{fromEnv: NAME}` is not both.
    """
    merged = dict(base)
    for key, value in over.items():
        merged[key] = merge(_below(merged, key, value), value) if isinstance(value, dict) else value
    return merged


def _below(base: dict[str, Any], key: str, value: dict[str, Any]) -> dict[str, Any]:
    """Give the mapping that `value` is laid upon; empty where it stands in the place of another value."""
    below = base.get(key)
    if not isinstance(below, dict):
        return {}
    are_sources = len(below) == len(value) == 1 and {*below, *value} <= _SOURCES
    return {} if are_sources and below.keys() != value.keys() else below


def _patched(base: dict[str, Any], setting: dict[str, Any]) -> dict[str, Any]:
    """Lay a setting upon inputs as a JSON merge patch (RFC 7396): `null` takes away what it names.

    A mapping that is left empty by that goes too, as if nothing had ever been set in it.
    """
    patched = dict(base)
    for key, value in setting.items():
        if value is None:
            patched.pop(key, None)
        elif not isinstance(value, dict):
            patched[key] = value
        elif (inner := _patched(_below(patched, key, value), value)) or not value:
            patched[key] = inner
        else:
            patched.pop(key, None)
    return patched


def _not_there(base: dict[str, Any], setting: dict[str, Any]) -> Iterator[str]:
    for key, value in setting.items():
        below = base.get(key)
        if value is None and key not in base:
            yield key
        elif isinstance(value, dict):
            inner = _not_there(below if isinstance(below, dict) else {}, value)
            yield from (f"{key}.{path}" for path in inner)


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
    braced = bare if bare[:1] == "{" and bare[-1:] == "}" else "{" + bare + " }"
    try:
        given = _mapping(braced, title="--set")
    except DocumentError as error:
        raise _not_inputs(
            text, tuple(problem.message for problem in error.problems) or (error.message,)
        ) from error
    # YAML reads `replicas:2` as a key without a value
    lonely = [key for key in given if not re.search(re.escape(key) + r"[\"']?\s*:", bare)]
    # and nothing as null, which takes an input away: but a variable of the shell is empty by mistake
    lonely += _WITHOUT_VALUE.findall(_QUOTED.sub("''", braced))
    if lonely:
        raise _not_inputs(text, tuple(f"`{key}` has no value" for key in lonely))
    return given


def _not_inputs(text: str, context: tuple[str, ...]) -> UsageError:
    return UsageError(
        "invalid-set",
        f"`-s {shlex.quote(text)}` is not a list of inputs",
        context=context,
        hint=_as_yaml(text)
        or 'write -s "key: value, other: value"; a space follows each colon, and null takes an input away',
    )


def _as_yaml(text: str) -> str:
    """Translate what is written as for Helm, `key=value,outer.inner=value`; empty where it is not."""
    pairs = [_HELM.fullmatch(part.strip()) for part in text.split(",")]
    written = []
    for pair in pairs:
        if pair is None:
            return ""
        *outer, key = pair[1].split(".")
        value = pair[2].strip() or '""'
        written.append(
            "".join(f"{each}: {{" for each in outer) + f"{key}: {value}" + "}" * len(outer)
        )
    return f"write -s {shlex.quote(', '.join(written))}"


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
