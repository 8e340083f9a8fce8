"""Functions of Kubernetes' CEL beyond the language's own: those over texts and lists.

Source: "CEL extended strings library" and "Kubernetes list library" of Kubernetes' documentation.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Callable
from typing import Any


def functions() -> dict[str, Callable[..., Any]]:
    """Give the functions by name, for celpy; what is called on a value gets it as first argument."""
    return {
        "charAt": lambda text, index: _text(text[index : index + 1]),
        "indexOf": _index_of,
        "isCIDR": lambda text: _truth("/" in text and _reads(ipaddress.ip_interface, text)),
        "isIP": lambda text: _truth(_reads(ipaddress.ip_address, text)),
        "isSorted": lambda values: _truth(all(a <= b for a, b in itertools.pairwise(values))),
        "join": lambda values, separator="": _text(separator.join(values)),
        "lastIndexOf": _last_index_of,
        "lowerAscii": lambda text: _text(_ascii(text, str.lower)),
        "max": max,
        "min": min,
        "replace": lambda text, old, new, limit=-1: _text(text.replace(old, new, int(limit))),
        "split": _split,
        "substring": lambda text, start, end=None: _text(text[start:end]),
        "sum": lambda values: sum(values[1:], values[0]) if values else _number(0),
        "trim": lambda text: _text(text.strip()),
        "upperAscii": lambda text: _text(_ascii(text, str.upper)),
    }


def _text(value: str) -> Any:
    from celpy.celtypes import StringType

    return StringType(value)


def _number(value: int) -> Any:
    from celpy.celtypes import IntType

    return IntType(value)


def _truth(value: bool) -> Any:
    from celpy.celtypes import BoolType

    return BoolType(value)


def _split(text: str, separator: str, limit: int = -1) -> Any:
    from celpy.celtypes import ListType

    if limit in {0, 1}:
        pieces = [text][: int(limit)]
    elif separator:
        pieces = text.split(separator, max(int(limit) - 1, -1))
    else:
        pieces = list(text)
    return ListType([_text(piece) for piece in pieces])


def _index_of(value: Any, wanted: Any, start: int = 0) -> Any:
    if isinstance(value, str):
        return _number(value.find(wanted, start))
    return _number(next((i for i, each in enumerate(value) if each == wanted), -1))


def _last_index_of(value: Any, wanted: Any) -> Any:
    if isinstance(value, str):
        return _number(value.rfind(wanted))
    return _number(max((i for i, each in enumerate(value) if each == wanted), default=-1))


def _ascii(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(each) if each.isascii() else each for each in text)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
