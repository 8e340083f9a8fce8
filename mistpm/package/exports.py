"""The names that a module exports, read without running it."""

from __future__ import annotations

from mistpm.package.sections import parts, read_name, read_u32

_EXPORTS = 7


def exported_names(data: bytes, *, source: str = "") -> tuple[str, ...]:
    """Give the names in a module's export section; raises what `mistpm.package.sections.parts` does."""
    names: list[str] = []
    for part in parts(data, source=source):
        if part.identifier == _EXPORTS:
            count, position = read_u32(data, part.body, part.end, source=source)
            for _ in range(count):
                name, position = read_name(data, position, part.end, source=source)
                names.append(name)
                _, position = read_u32(data, position + 1, part.end, source=source)
    return tuple(names)
