"""The document that a module gets, in a form that every reader of JSON or YAML takes alike.

JSON is nearly a part of YAML, and Mistletoe's packages read with a YAML parser.  What they would
refuse or misread is escaped or refused here: see `specs/rendering.md`, "The envelope".
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

from mistpm.errors import RenderError
from mistpm.model.data_path import DataPath, show_path

DEEPEST = 100
"""How many mappings and lists may stand in each other; YAML readers in use give up at 128."""

LONGEST_KEY = 1000
"""Bytes of a key as written; YAML's readers look for the colon within 1024."""

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_SEQUENCES = (list, tuple)
_DELETE = b"\x7f"
_MISREAD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def encode(document: dict[str, Any]) -> bytes:
    """Write a document as JSON that YAML readers understand alike; the same bytes for equal documents.

    Raises `RenderError` (`invalid-input`) naming the place of what cannot be written: a number out
    of range, half a surrogate pair, a key that is too long or no text, too many levels.
    """
    check(document)
    return write(document)


def write(document: dict[str, Any]) -> bytes:
    """Write a document that has been checked, as `encode` does; `msgspec.Raw` in it is copied as it is."""
    data = msgspec.json.encode(document, order="sorted", enc_hook=_plain)
    if data.isascii() and _DELETE not in data:
        return data
    return _MISREAD.sub(_escaped, data.decode()).encode()


def _plain(value: Any) -> Any:
    """Give what is a text or a mapping with more to it, such as a package's identity, without that."""
    return dict(value) if isinstance(value, dict) else str(value)


def check(value: Any, path: DataPath = ()) -> None:
    """Raise `RenderError` for the first thing in `value` that `encode` cannot write."""
    if not _is_plain(value, len(path)):
        _look_closely(value, path)


def _is_plain(value: Any, depth: int) -> bool:
    """Say whether `value` is as nearly all are; keeps no paths, which takes a fifth of the time."""
    level = [value]
    while level:
        if depth >= DEEPEST:
            return False
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is dict:
                if not all(map(_is_plain_key, item)):
                    return False
                below += item.values()
            elif kind in _SEQUENCES:
                below += item
            elif not (item.isascii() if kind is str else _is_plain_scalar(item)):
                return False
        level, depth = below, depth + 1
    return True


def _is_plain_key(key: Any) -> bool:
    return type(key) is str and key.isascii() and len(key) * 6 <= LONGEST_KEY


def _is_plain_scalar(item: Any) -> bool:
    return (
        item is None or type(item) is bool or (type(item) is int and _SMALLEST <= item <= _LARGEST)
    )


def _look_closely(value: Any, path: DataPath) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict | list | tuple):
        if len(path) >= DEEPEST:
            what = f"more than {DEEPEST} mappings and lists stand in each other here"
            raise _refused(path[:3], what)
        if isinstance(value, dict):
            for key, item in value.items():
                _check_key(key, path)
                _look_closely(item, (*path, key))
        else:
            for index, item in enumerate(value):
                _look_closely(item, (*path, index))
    elif value is not None and not isinstance(value, bool):
        _check_number(value, path)


def _check_number(value: Any, path: DataPath) -> None:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(path, f"`{value}` is not a value that JSON knows")
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        raise _refused(path, "the number does not fit in 64 bits", "write it in quotes")


def _check_key(key: Any, path: DataPath) -> None:
    if not isinstance(key, str):
        raise _refused(path, f"the key `{key}` is not a text", "write it in quotes")
    _check_text(key, path)
    if len(key) * 6 > LONGEST_KEY:
        written = _MISREAD.sub(_escaped, json.dumps(key, ensure_ascii=False)).encode()
        if len(written) > LONGEST_KEY:
            raise _refused((*path, key), f"a key may have {LONGEST_KEY} bytes at most")


def _check_text(text: str, path: DataPath) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(text[error.start]):04X}"
        raise _refused(path, f"the text holds {half}, half of a surrogate pair") from None


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _refused(path: DataPath, what: str, hint: str = "") -> RenderError:
    if path[:1] == ("data",):
        path = ("inputs", *path[1:])  # as whoever gave them knows them
    return RenderError("invalid-input", f"`{show_path(path)}`: {what}", hint=hint)
