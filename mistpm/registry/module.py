"""What a module says of itself, held against what a registry says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from mistpm import document
from mistpm.model.descriptor import Descriptor
from mistpm.package import read_descriptor, solving_part
from mistpm.registry.layout import ModuleFile

_LONGEST_SHOWN: Final = 80


def descriptor_of(data: bytes, module: ModuleFile) -> Descriptor:
    """Read a module's descriptor; a Mistletoe package has none, so its path says what it is.

    Raises `PackageError` or `DocumentError`.
    """
    found = read_descriptor(data, source=module.path)
    return found or Descriptor(
        api_version="mistpm.dev/v1",
        kind="Package",
        group=module.group,
        name=module.name,
        version=module.version,
    )


def misplaced(own: Descriptor, module: ModuleFile) -> Iterator[str]:
    """Give what a descriptor says otherwise than the path it lies at."""
    for key in ("group", "name", "version"):
        here, there = getattr(own, key), getattr(module, key)
        if here != there:
            yield f"the descriptor's `{key}` is `{here}`, the path says `{there}`"


def differences(index: Descriptor, own: Descriptor) -> tuple[str, ...]:
    """Give what decides a solution and differs between an index line and the module's descriptor."""
    said, is_so = (document.to_builtins(solving_part(each)) for each in (index, own))
    return tuple(_differences(said, is_so, ""))


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
