"""Which texts a field of Kubernetes' own kinds may have, from the constants in its Go module.

Kubernetes marks a type whose constants are all there is with `+enum`, since 1.23; what is marked in any version is
taken as such in all, with the constants that each version has.  (The OpenAPI documents had these only in some years.)
A type of which a constant is computed from others is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from scripts.lifecycle import MODULES
from scripts.packages import go_module

API: Final = "k8s.io/api"
VERSIONS: Final = ("v0.16.15", "v0.17.17", "v0.18.19", *MODULES[API])

IMPORT: Final = re.compile(r'^\t(?:(\w+) )?"k8s\.io/api/(\w+/(\w+))"$', re.MULTILINE)
MARKED: Final = re.compile(r"^// \+enum\n(?:// .*\n|//\n)*type (\w+) string$", re.MULTILINE)
ALIAS: Final = re.compile(r"^type (\w+) = ([\w.]+)$", re.MULTILINE)
CONSTANT: Final = re.compile(
    r'^\s+\w+\s+(\w+)\s+= "(.*)"|^\s+\w+\s+= (\w+)\("(.*)"\)', re.MULTILINE
)
COMPUTED: Final = re.compile(r'^\s+\w+\s+= (\w+)\([^"\n]*\)$', re.MULTILINE)
STRUCT: Final = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD: Final = re.compile(r'^\t(?:\w+\s+)?([\w.*\[\]]+)\s+`json:"([^"]*)"', re.MULTILINE)

Type: TypeAlias = tuple[str, str]
"""A folder of the module, such as `core/v1`, and the name of a type in it."""


class Field(NamedTuple):
    """A field of a struct: its name in JSON, empty for what is taken in whole, and its type."""

    name: str
    type: Type


class Source(NamedTuple):
    """What one version of the module declares."""

    marked: set[Type]
    computed: set[Type]
    constants: dict[Type, set[str]]
    structs: dict[Type, list[Field]]


def enumerations(minor: int) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give the texts that fields may have at a minor, by definition (`io.k8s.api.core.v1.Pod`) and name."""
    marked = {each for version in VERSIONS for each in source(version).marked}
    marked -= {each for version in VERSIONS for each in source(version).computed}
    version = next(each for each in VERSIONS if each.startswith(f"v0.{minor}."))
    constants, structs = source(version).constants, source(version).structs
    return {
        (f"io.k8s.api.{folder.replace('/', '.')}.{name}", field.name): tuple(
            sorted(constants[field.type])
        )
        for folder, name in structs
        for field in flat_fields(structs, (folder, name))
        if field.type in marked and field.type in constants
    }


def flat_fields(structs: dict[Type, list[Field]], struct: Type) -> Iterator[Field]:
    """Give the fields of a struct, with those of the structs that it takes in."""
    for field in structs.get(struct, ()):
        if field.name:
            yield field
        else:
            yield from flat_fields(structs, field.type)


@cache
def source(version: str) -> Source:
    """Read one version of the module."""
    found = Source(set(), set(), {}, {})
    aliases: dict[Type, Type] = {}
    root = go_module(API, version)
    for file in sorted(root.glob("*/*/*.go")):
        if not file.name.startswith("zz_") and not file.name.endswith(("_test.go", ".pb.go")):
            read(file, file.parent.relative_to(root).as_posix(), found, aliases)
    for struct, fields in found.structs.items():
        found.structs[struct] = [
            field._replace(type=aliases.get(field.type, field.type)) for field in fields
        ]
    return found


def read(file: Path, folder: str, found: Source, aliases: dict[Type, Type]) -> None:
    """Add what one file declares."""
    text = file.read_text(encoding="utf-8")
    folders = {alias or last: path for alias, path, last in IMPORT.findall(text)}

    def type_of(written: str) -> Type:
        package, _, name = written.lstrip("*[]").rpartition(".")
        return (folders.get(package, "") if package else folder), name

    found.marked.update((folder, name) for name in MARKED.findall(text))
    found.computed.update((folder, name) for name in COMPUTED.findall(text))
    aliases.update(((folder, name), type_of(target)) for name, target in ALIAS.findall(text))
    for name, value, other_name, other_value in CONSTANT.findall(text):
        found.constants.setdefault((folder, name or other_name), set()).add(value or other_value)
    for name, body in STRUCT.findall(text):
        found.structs[folder, name] = [
            Field(json_name.partition(",")[0], type_of(written))
            for written, json_name in FIELD.findall(body)
        ]
