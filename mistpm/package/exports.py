"""The names that a module exports, read without running it."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.package.component_sections import component_exports
from mistpm.package.sections import is_component, parts, read_name, read_u32

_EXPORTS = 7
_FUNCTION = 0
_COMPUTING, _COMPONENT_COMPUTING = "__mistpm_requirements", "requirements"


def computing_export(data: bytes) -> str:
    """Name what the module or component `data` exports if it computes requirements from its inputs."""
    return _COMPONENT_COMPUTING if is_component(data) else _COMPUTING


def exported_names(data: bytes, *, source: str = "") -> tuple[str, ...]:
    """Give the names that a module or component exports; raises `PackageError`."""
    if is_component(data):
        return component_exports(data, source=source)
    return tuple(name for name, _, _ in _exports(data, source))


def exported_functions(data: bytes, *, source: str = "") -> dict[int, str]:
    """Name the functions that a module exports, by their indices; of several names the first."""
    names: dict[int, str] = {}
    for name, kind, index in _exports(data, source):
        if kind == _FUNCTION:
            names.setdefault(index, name)
    return names


def _exports(data: bytes, source: str) -> Iterator[tuple[str, int, int]]:
    """Read name, kind and index of each export of a module."""
    for part in parts(data, source=source):
        if part.identifier == _EXPORTS:
            count, position = read_u32(data, part.body, part.end, source=source)
            for _ in range(count):
                name, position = read_name(data, position, part.end, source=source)
                kind, position = read_u32(data, position, part.end, source=source)
                index, position = read_u32(data, position, part.end, source=source)
                yield name, kind, index
