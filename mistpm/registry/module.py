"""What a module says of itself, and where it lies."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.model.descriptor import Descriptor
from mistpm.package import read_descriptor
from mistpm.registry.layout import ModuleFile
from mistpm.registry.protocol import Pin


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


def module_of(pin: Pin) -> ModuleFile:
    """Give the file that a pin means."""
    return ModuleFile(group=pin.package.group, name=pin.package.name, version=pin.version)
