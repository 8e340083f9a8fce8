"""Mistletoe's packages: without a descriptor, so theirs is made of what they say when they are run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mistpm.errors import PackageError
from mistpm.model.descriptor import Descriptor
from mistpm.model.version import InvalidVersionError, Version, parse_version

SUFFIX: Final = ".mist-pack.wasm"
GROUP_LABEL: Final = "mistletoe.dev/group"
DEFAULT_GROUP: Final = "mistletoe"
"""The group of a package that names none."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")
_UNFIT: Final = re.compile(r"[^a-z0-9.-]+")
_LONGEST: Final = 63
_RULE: Final = "names are lower-case letters, digits, `-` and `.`, 63 at most"


def mistletoe_descriptor(info: Mapping[str, Any], file_name: str) -> Descriptor:
    """Make a descriptor of the `MistPackage` that `__mistletoe_info` gives and the file's name.

    Name and group are `metadata.name` and the label `mistletoe.dev/group`; the version is the file
    name's (`NAME-VERSION.mist-pack.wasm`), `0.0.0` where it has none.  Such a package depends on
    nothing and works on any Kubernetes.  One that does not say its name has its file's (`name_after`).
    Raises `PackageError` (`invalid-info`, `unfit-file-name`).
    """
    version = split_file_name(file_name)[1]
    metadata = _mapping(info, "metadata")
    name = metadata["name"] if "name" in metadata else name_after(file_name)
    group = _mapping(metadata, "labels").get(GROUP_LABEL, DEFAULT_GROUP)
    for what, text in (("name", name), ("group", group)):
        if not isinstance(text, str) or not _NAME.fullmatch(text):
            raise PackageError(
                "invalid-info",
                f"`{file_name}` says that its {what} is `{text}`",
                note=_RULE,
                hint="tell the package's author",
            )
    return Descriptor(
        api_version="mistpm.dev/v1",
        kind="Package",
        group=group,
        name=name,
        version=version,
    )


def name_after(file_name: str) -> str:
    """Give the name of a package that does not say it: its file's, in lower case, `-` for what no name has.

    Compilers name files as their languages name things: `my_tool.wasm` is `my-tool`.  Raises `PackageError`
    (`unfit-file-name`) where nothing remains.
    """
    stem = split_file_name(file_name)[0]
    name = _UNFIT.sub("-", stem.lower()).strip("-.")[:_LONGEST].rstrip("-.")
    if not name:
        raise PackageError(
            "unfit-file-name",
            f"`{file_name}` does not say its name, and its file's is none for a package",
            note=_RULE,
            hint="rename the file",
        )
    return name


def split_file_name(file_name: str) -> tuple[str, Version]:
    """Give name and version of `NAME-VERSION.mist-pack.wasm`: the first dash that a version follows."""
    stem = file_name.removesuffix(".wasm").removesuffix(".mist-pack")
    for dash in re.finditer("-", stem):
        try:
            return stem[: dash.start()], parse_version(stem[dash.end() :])
        except InvalidVersionError:
            continue
    return stem, parse_version("0.0.0")


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}
