"""Where things are in a registry that is made of files: `specs/registry.md#layout`."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mistpm.model.version import InvalidVersionError, Version, parse_version

REGISTRY_FILE: Final = "registry.yaml"
PACKAGES_FILE: Final = "index/packages.jsonl"
INDEX_FOLDER: Final = "index"
MODULE_SUFFIX: Final = ".mist-pack.wasm"
INDEX_SUFFIX: Final = ".jsonl"

SMALL_LIMIT: Final = 64 * 2**20
"""Bytes that an index file or a `registry.yaml` may have."""

MODULE_LIMIT: Final = 256 * 2**20
"""Bytes that a module may have, where no index line tells its size."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")


class ModuleFile(Struct, frozen=True, kw_only=True):
    """What the path of a module says."""

    group: str
    name: str
    version: Version

    @property
    def path(self) -> str:
        """Give `GROUP/NAME/NAME-VERSION.mist-pack.wasm`."""
        return f"{self.group}/{self.name}/{self.name}-{self.version}{MODULE_SUFFIX}"


def index_file(group: str, name: str) -> str:
    """Give `index/GROUP/NAME.jsonl`."""
    return f"{INDEX_FOLDER}/{group}/{name}{INDEX_SUFFIX}"


def is_name(text: str) -> bool:
    """Tell whether this can be a group or a name; such a text is safe in a path and in a URL."""
    return _NAME.fullmatch(text) is not None


def parse_index_file(path: str) -> tuple[str, str] | None:
    """Give group and name of an index file's path, None where it is none."""
    match path.split("/"):
        case [folder, group, file] if folder == INDEX_FOLDER and file.endswith(INDEX_SUFFIX):
            name = file.removesuffix(INDEX_SUFFIX)
        case _:
            return None
    return (group, name) if is_name(group) and is_name(name) else None


def parse_module_file(path: str) -> ModuleFile | None:
    """Give what a module's path says, None where it is not `GROUP/NAME/NAME-VERSION.mist-pack.wasm`."""
    match path.split("/"):
        case [group, name, file] if file.startswith(f"{name}-") and file.endswith(MODULE_SUFFIX):
            version = file[len(name) + 1 :].removesuffix(MODULE_SUFFIX)
        case _:
            return None
    if group == INDEX_FOLDER or not (is_name(group) and is_name(name)):
        return None
    try:
        return ModuleFile(group=group, name=name, version=parse_version(version))
    except InvalidVersionError:
        return None
