"""Reading JSONPath in kubectl's dialect: the part of it that leads to fields (`specs/readiness.md#jsonpath`).

No library for Python reads this dialect: in those for JSONPath braces are an error, a backslash does
not escape a dot, and filters are written otherwise.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final, NoReturn

from msgspec import Struct

_NAME: Final = re.compile(r"(?:[A-Za-z0-9_/-]|\\.)+")
_INDEX: Final = re.compile(r"\[\s*(-?\d+)\s*\]")
_EVERY: Final = re.compile(r"\[\s*\*\s*\]|\.\*")
_QUOTED: Final = re.compile(r"""\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]""")
_FILTER: Final = re.compile(r"\[\s*\?\(\s*@")
_OPERATOR: Final = re.compile(r"\s*(==|!=)\s*")
_LITERAL: Final = re.compile(
    r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(true|false|-?\d+(?:\.\d+)?)"""
)
_FILTER_END: Final = re.compile(r"\s*\)\s*\]")


class InvalidJsonPathError(ValueError):
    """A text is no JSONPath of the part that is read; the message says what is wrong."""


class Key(Struct, frozen=True):
    """A step to a field of a mapping."""

    name: str


class Index(Struct, frozen=True):
    """A step to one entry of a list, from its end where negative."""

    number: int


class Every(Struct, frozen=True):
    """A step to everything in a list or mapping."""


class Filter(Struct, frozen=True):
    """A step to those entries of a list that have a field, or have it with a value (or another one)."""

    keys: tuple[str, ...]
    operator: str = ""
    value: Any = None

    def admits(self, entry: Any) -> bool:
        """Tell whether an entry stays."""
        for key in self.keys:
            if not isinstance(entry, dict) or key not in entry:
                return False
            entry = entry[key]
        if not self.operator:
            return True
        same = type(entry) is type(self.value) and entry == self.value
        return same is (self.operator == "==")


Step = Key | Index | Every | Filter


class JsonPath(Struct, frozen=True):
    """A path that was read."""

    steps: tuple[Step, ...]

    def find(self, data: Any) -> list[Any]:
        """Give everything that the path leads to, in the document's order; nothing is raised."""
        found = [data]
        for step in self.steps:
            found = [each for value in found for each in _follow(step, value)]
        return found


@cache
def read_json_path(text: str) -> JsonPath:
    """Read `{.status.conditions[?(@.type=="Ready")].status}`; the braces may be left out.

    Raises `InvalidJsonPathError`.
    """
    inner = text.strip()
    if inner.startswith("{"):
        if not inner.endswith("}") or ("}" in inner[:-1] and "{" in inner[1:]):
            raise InvalidJsonPathError(f"`{text}` is not one expression in braces")
        inner = inner[1:-1].strip()
    return JsonPath(tuple(_Reader(inner).steps()))


def _follow(step: Step, value: Any) -> list[Any]:
    if isinstance(step, Key):
        return [value[step.name]] if isinstance(value, dict) and step.name in value else []
    if isinstance(step, Every):
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else []
    if not isinstance(value, list):
        return []
    if isinstance(step, Filter):
        return [entry for entry in value if step.admits(entry)]
    return [value[step.number]] if -len(value) <= step.number < len(value) else []


class _Reader:
    """Reads one path from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def steps(self) -> list[Step]:
        self._take(re.compile(r"\$"))
        steps = []
        while self._at < len(self._text):
            steps.append(self._step())
        if not steps:
            self._refuse("it leads nowhere")
        return steps

    def _step(self) -> Step:
        if self._take(_EVERY):
            return Every()
        if match := self._take(_INDEX):
            return Index(int(match[1]))
        if match := self._take(_QUOTED):
            quoted = match[1] if match[1] is not None else match[2]
            if re.search(r"(?<!\\)\.", quoted):
                self._refuse(rf"a dot in a name is written `\.`: `{quoted}`")
            return Key(_unescaped(quoted))
        if self._take(_FILTER):
            return self._filter()
        return self._key()

    def _key(self) -> Key:
        if self._text.startswith("..", self._at):
            self._refuse("`..` is not supported: a condition says where to look")
        if self._text.startswith("[", self._at):
            rest = self._text[self._at :]
            self._refuse(f"`{rest}` is none of `[0]`, `[*]`, `['name']`, `[?(@.name==\"value\")]`")
        if not self._take(re.compile(r"\.")) and self._at > 0:
            self._refuse(f"`{self._text[self._at :]}` does not begin with `.` or `[`")
        match = self._take(_NAME)
        if match is None:
            self._refuse("a name is missing after `.`")
        return Key(_unescaped(match[0]))

    def _filter(self) -> Step:
        keys: list[str] = []
        while self._text.startswith((".", "["), self._at):
            step = self._step()
            if not isinstance(step, Key):
                self._refuse('a filter looks at fields only: `?(@.name.other=="value")`')
            keys.append(step.name)
        operator = self._take(_OPERATOR)
        literal = self._take(_LITERAL)
        if operator is not None and literal is None:
            self._refuse("a filter compares with a text in quotes, a number, `true` or `false`")
        if self._take(_FILTER_END) is None:
            self._refuse("a filter is `[?(@.name)]`, or compares with `==` or `!=`")
        if operator is None or literal is None:
            if not keys:
                self._refuse('a filter names a field: `?(@.name=="value")`')
            return Filter(tuple(keys))
        return Filter(tuple(keys), operator[1], _value(literal))

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def _refuse(self, why: str) -> NoReturn:
        raise InvalidJsonPathError(why)


def _unescaped(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)


def _value(literal: re.Match[str]) -> Any:
    for quoted in (literal[1], literal[2]):
        if quoted is not None:
            return _unescaped(quoted)
    return json.loads(literal[3])
