"""The same value with something added to every text in it: what strangers say may be anything."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from mistpm import document
from mistpm.model.change import Change
from mistpm.model.presence import Api
from mistpm.model.resource import ResourceId

T = TypeVar("T")

_WORDS_OF_OURS: Final = frozenset({"kind", "action", "severity", "use", "reference"})
"""Fields that hold one of a few words, but in an identity, where `kind` is anybody's."""

_STATES: Final = frozenset({"before", "after"})
"""Of a change these are manifests: something added would make another document of them."""


def poisoned(value: T, poison: str) -> T:
    """Give a value with `poison` at the end of every text in it, deep in structs, tuples and mappings."""
    found: Any = _poisoned(value, poison)
    assert isinstance(found, type(value))
    return found


def poisoned_change(poison: str) -> Change:
    """Give a change whose manifests have the poison in a key and in values, as manifests can."""
    states = ({"data": {poison: 1, "key": text}} for text in (f"a{poison}", f"b{poison}"))
    before, after = (document.dump(state) for state in states)
    return Change(
        action="update",
        resource=ResourceId("", f"ConfigMap{poison}", "", poison),
        release=poison,
        place=poison,
        before=before,
        after=after,
    )


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
        is_identity = isinstance(value, ResourceId)
        ours = frozenset[str]() if is_identity else _WORDS_OF_OURS
        ours |= _STATES if isinstance(value, Change) else frozenset()
        changed = {
            name: _poisoned(getattr(value, name), poison)
            for name in value.__struct_fields__
            if name not in ours
        }
        return msgspec.structs.replace(value, **changed)
    return value
