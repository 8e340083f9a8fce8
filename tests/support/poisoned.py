"""The same value with something added to every text in it: what strangers say may be anything."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from mistpm.model.presence import Api

T = TypeVar("T")

_WORDS_OF_OURS: Final = frozenset({"kind", "action", "severity", "use", "reference"})
"""Fields that hold one of a few words, but in an identity, where `kind` is anybody's."""


def poisoned(value: T, poison: str) -> T:
    """Give a value with `poison` at the end of every text in it, deep in structs, tuples and mappings."""
    found: Any = _poisoned(value, poison)
    return found  # type: ignore[no-any-return]


def _poisoned(value: Any, poison: str) -> Any:
    if isinstance(value, str):
        return value + poison
    if isinstance(value, tuple | list):
        return type(value)(_poisoned(each, poison) for each in value)
    if isinstance(value, dict):
        return {_poisoned(key, poison): _poisoned(each, poison) for key, each in value.items()}
    if isinstance(value, Api):
        return Api(value.group + poison, value.version + poison, value.kind + poison)
    if isinstance(value, msgspec.Struct):
        ours = () if "namespace" in value.__struct_fields__ else _WORDS_OF_OURS
        changed = {
            name: _poisoned(getattr(value, name), poison)
            for name in value.__struct_fields__
            if name not in ours
        }
        return msgspec.structs.replace(value, **changed)
    return value
