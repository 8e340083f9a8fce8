"""Holding a module against what is pinned, and against what its registry says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from mistpm import document
from mistpm.errors import DigestError, RegistryError
from mistpm.model.descriptor import Descriptor
from mistpm.package import read_descriptor, solving_part
from mistpm.registry.module import module_of
from mistpm.registry.place import Place
from mistpm.registry.protocol import Pin
from mistpm.registry.store import digest_of

_LONGEST_SHOWN: Final = 80


def require_pinned(data: bytes, pin: Pin, place: Place) -> None:
    """Raise `DigestError` unless these are the pinned bytes; `data` may stop after one too many."""
    if len(data) > pin.size:
        found = f"more than {pin.size} bytes"
    elif len(data) < pin.size:
        found = f"{len(data)} bytes"
    else:
        found = digest_of(data)
    if found != pin.digest:
        raise DigestError(
            "digest-mismatch",
            f"`{pin.package}@{pin.version}` is not the file that it must be; it is not used",
            context=(
                f"expected {pin.digest}, {pin.size} bytes",
                f"found    {found}",
                f"from {place.address}",
            ),
            note="a published version never changes: it was replaced there, or damaged on its way here",
            hint="ask the registry's keeper which one is right",
        )


def require_honest(data: bytes, pin: Pin, index: Descriptor | None, place: Place) -> None:
    """Raise `RegistryError` (`registry-lies`) when a module is not what the index says of it.

    Compared is what decides a solution.  There is nothing to compare where the index says nothing
    (`None`), or the module: Mistletoe's have no descriptor.  Raises `PackageError` for no module.
    """
    own = read_descriptor(data, source=module_of(pin).path)
    if index is None or own is None:
        return
    said, is_so = (document.to_builtins(solving_part(each)) for each in (index, own))
    differences = tuple(_differences(said, is_so, ""))
    if differences:
        raise RegistryError(
            "registry-lies",
            f"the registry `{place.alias}` says of `{pin.package}@{pin.version}` what the module itself does not",
            context=(f"address: {place.address}", *differences),
            hint="do not use it; tell the registry's keeper: `mistpm registry index DIR --check` shows what is wrong",
        )


def _differences(said: Any, own: Any, path: str) -> Iterator[str]:
    if isinstance(said, dict) and isinstance(own, dict):
        for key in sorted({*said, *own}):
            below = f"{path}.{key}" if path else key
            yield from _differences(said.get(key), own.get(key), below)
    elif said != own:
        yield f"{path}: the index says {_shown(said)}, the module says {_shown(own)}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"`{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'}`"
