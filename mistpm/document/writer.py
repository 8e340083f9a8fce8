"""Writing YAML: block style, keys in the order given, the same bytes for the same data.

What YAML 1.1 or 1.2, or kubectl, would read as something else than a text is quoted.  PyYAML's own
emitter takes eight times as long, and quotes by YAML 1.1 only.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

from mistpm.document.scalars import NotInJsonError, core, kubectl

_PLAIN_START: Final = re.compile(r"(?!\.\.\.)[\w./^$(~=+]")
_NOT_PLAIN: Final = re.compile(r": | #|[: ]$")
_NOT_IN_BLOCK: Final = re.compile(r"\A[ \t\n]|^[ \t]+$|[^\t\n\x20-\x7e\xa0-\ud7ff]", re.MULTILINE)
_FLOW: Final = re.compile(r"[,\[\]{}]|:$|:[,\[\]{}]")
_LOOSE_NUMBER: Final = re.compile(r"(?=[-+.0-9])[-+]?[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9_]+)?")
_ESCAPED: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LONGEST_KEY: Final = 1000  # a key may have 1024 characters, quotes and escapes included


def dump(data: Any) -> str:
    """Write JSON-like data as one YAML document; some 3 ms for 1000 lines."""
    out: list[str] = []
    if not data or not isinstance(data, dict | list | tuple):
        out.append(_leaf(data, "") + "\n")
    else:
        _collection(data, "", out)
    return "".join(out)


def dump_inline(data: Any) -> str:
    """Write JSON-like data within one line, as it may stand inside of `{}` and `[]`."""
    if isinstance(data, dict):
        entries = (f"{dump_inline(key)}: {dump_inline(value)}" for key, value in data.items())
        return "{" + ", ".join(entries) + "}"
    if isinstance(data, list | tuple):
        return "[" + ", ".join(map(dump_inline, data)) + "]"
    if not isinstance(data, str):
        return _leaf(data, "")
    plain = _line(data)
    return (
        plain
        if plain[:1] == '"' or not _FLOW.search(plain)
        else json.dumps(data, ensure_ascii=False)
    )


def _collection(data: Any, indent: str, out: list[str]) -> None:
    """Write what is in a mapping or list; the first line's indent is there already."""
    inner = indent + "  "
    lead = ""
    if isinstance(data, dict):
        for key, value in data.items():
            out.append(lead + _key(key, indent))
            lead = indent
            if value and isinstance(value, list | tuple):
                out.append("\n" + indent)
                _collection(value, indent, out)
            elif value and isinstance(value, dict):
                out.append("\n" + inner)
                _collection(value, inner, out)
            else:
                out.append(f" {_leaf(value, inner)}\n")
        return
    for value in data:
        out.append(lead + "- ")
        lead = indent
        if value and isinstance(value, dict | list | tuple):
            _collection(value, inner, out)
        else:
            out.append(_leaf(value, inner) + "\n")


def _key(key: str, indent: str) -> str:
    text = _line(key)
    return f"{text}:" if len(text) <= _LONGEST_KEY else f"? {text}\n{indent}:"


def _leaf(value: Any, indent: str) -> str:
    """Write a scalar or an empty collection behind a key or dash."""
    if isinstance(value, str):
        if "\n" in value and not _NOT_IN_BLOCK.search(value):
            return _block(value, indent or "  ")
        return _line(value)
    if isinstance(value, float):
        text = json.dumps(value, allow_nan=False)
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    return "[]" if isinstance(value, tuple) else json.dumps(value)


def _block(text: str, indent: str) -> str:
    """Write a text of several lines as they are."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = [f"{indent}{line}" if line else "" for line in body.split("\n")]
    return f"|{chomping}\n" + "\n".join(lines) + "\n" * max(ends - 1, 0)


@lru_cache(maxsize=10_000)
def _line(text: str) -> str:
    """Write a text within one line, in quotes where it needs them."""
    if (
        _PLAIN_START.match(text)
        and text.isprintable()
        and not _NOT_PLAIN.search(text)
        and not _is_ambiguous(text)
    ):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _is_ambiguous(text: str) -> bool:
    """Tell whether some reader of YAML takes an unquoted text for something else."""
    import yaml

    try:
        if not isinstance(core(text), str) or not isinstance(kubectl(text), str):
            return True
    except NotInJsonError:
        return True
    if _LOOSE_NUMBER.fullmatch(text):  # some readers are not strict about where `_` may be
        return True
    legacy = yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ())
    return any(pattern.match(text) for _, pattern in legacy)
