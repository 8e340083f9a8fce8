"""A package's file: its bytes pinned by digest, its descriptor, its assets."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from msgspec import Struct

from mistpm import document
from mistpm.errors import DocumentError, PackageError, Problem
from mistpm.model.descriptor import Descriptor
from mistpm.package.sections import ASSETS_SECTION, DESCRIPTOR_SECTION, find_section, find_sections
from mistpm.package.specifier import require_this_mistpm

MOST_BYTES: Final = 256 * 1024 * 1024
"""Bytes of a file that is read at all; what is run is smaller (`specs/host-abi.md`, the limit `module`)."""

MOST_DESCRIPTOR: Final = 1024 * 1024
"""Bytes of a descriptor; those of the largest packages, with all their inputs, have some 200 KB."""

_DEEPEST: Final = 100


class PackageFile(Struct, frozen=True, kw_only=True):
    """A package as it lies on the disk.

    `digest` is `sha256:` and 64 hexadecimal digits over all bytes, `descriptor` is None for a
    Mistletoe package, `assets` are texts by their relative path.
    """

    path: Path
    digest: str
    size: int
    descriptor: Descriptor | None
    assets: dict[str, str]


def read_module(path: Path) -> bytes:
    """Read a module's bytes, whatever they are; raises `PackageError` (`unreadable-file`, `module-too-large`)."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PackageError(
            "unreadable-file", f"`{path}` cannot be read: {error.strerror or error}"
        ) from None
    if len(data) > MOST_BYTES:
        raise PackageError(
            "module-too-large",
            f"`{path}` has more than {MOST_BYTES:,} bytes",
            hint="check whether it is a package",
        )
    return data


def read_package(path: Path) -> PackageFile:
    """Read a package without running it; costs hashing the file.

    Raises what `read_descriptor` and `read_module` raise.
    """
    data, source = read_module(path), str(path)
    found = find_sections(data, (DESCRIPTOR_SECTION, ASSETS_SECTION), source=source)
    return PackageFile(
        path=path,
        digest="sha256:" + hashlib.sha256(data).hexdigest(),
        size=len(data),
        descriptor=_descriptor(found[DESCRIPTOR_SECTION], source=source),
        assets=_assets(found[ASSETS_SECTION], source=source),
    )


def read_descriptor(data: bytes, *, source: str) -> Descriptor | None:
    """Read the descriptor in a module; None where there is none, as in Mistletoe's packages.

    `source` names the file in messages.  Raises `PackageError` where the bytes are no module
    (`mistpm.package.sections`) or where it is for another mistpm (`mistpm-too-old`), `DocumentError`
    (`invalid-descriptor`) with all problems.
    """
    return _descriptor(find_section(data, DESCRIPTOR_SECTION, source=source), source=source)


def _descriptor(payload: bytes | None, *, source: str) -> Descriptor | None:
    if payload is None:
        return None
    if len(payload) > MOST_DESCRIPTOR:
        raise PackageError(
            "descriptor-too-large",
            f"the descriptor of `{source}` has {len(payload):,} bytes; there may be {MOST_DESCRIPTOR:,}",
            hint="put what makes it large into its assets",
        )
    try:
        descriptor = document.from_json(
            payload, Descriptor, file=source, reference="invalid-descriptor"
        )
    except DocumentError:
        require_this_mistpm(_specifier(payload), source=source)
        raise
    require_this_mistpm(descriptor.mistpm, source=source)
    _require_flat(descriptor, source)
    return descriptor


def _require_flat(descriptor: Descriptor, source: str) -> None:
    """Refuse data within data within data: what reads it goes down into each."""
    fixed = [each.with_ for each in descriptor.dependencies.values()]
    if document.is_deep([descriptor.inputs, descriptor.outputs, fixed], _DEEPEST):
        message = f"more than {_DEEPEST} mappings and lists stand in each other"
        raise document.refusal(
            "invalid-descriptor", source, [Problem(file=source, message=message)]
        )


def read_assets(data: bytes, *, source: str) -> dict[str, str]:
    """Read a module's assets, texts by relative path; raises as `read_descriptor` does."""
    return _assets(find_section(data, ASSETS_SECTION, source=source), source=source)


def _assets(payload: bytes | None, *, source: str) -> dict[str, str]:
    if payload is None:
        return {}
    return document.from_json(payload, dict[str, str], file=source, reference="invalid-assets")


def _specifier(payload: bytes) -> str:
    """Give the `mistpm` of a descriptor that cannot be read: it may be a newer mistpm's."""
    try:
        found = document.load(payload.decode(), file="")
    except (DocumentError, UnicodeDecodeError):
        return ""
    specifier = found.get("mistpm") if isinstance(found, dict) else None
    return specifier if isinstance(specifier, str) else ""
