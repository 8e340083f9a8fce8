"""What a WebAssembly component imports, exports and holds, read without running anything.

A component has a module's header with another version, and sections of its own kinds; modules and components inside
are whole sections (Component Model, `Binary.md`).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.package.sections import Part, is_component, parts, read_name, read_u32

_CORE_MODULE, _COMPONENT, _IMPORTS, _EXPORTS = 1, 4, 10, 11
_CORE, _TYPE, _VALUE = 0, 3, 2
_SORTS = 6
_PLAIN_NAMES = (0, 1)
DEEPEST = 20
"""How many components may lie one within the other; tools make three or four."""
MOST_INNER = 1_000
"""How many components and modules there may be inside; Python with its libraries has some thirty."""
_MOST_SECTIONS = 10_000


class Inner(Struct, frozen=True, kw_only=True):
    """A module or component inside of a component, or itself, and its sections."""

    data: bytes
    parts: tuple[Part, ...]

    @property
    def is_component(self) -> bool:
        """Say whether it is a component, not a core module."""
        return is_component(self.data)


def inner(data: bytes, *, source: str = "") -> Iterator[Inner]:
    """Give the component `data`, then every component and core module inside, at whatever depth.

    Raises as `mistpm.package.sections.parts` does, also where there is too much in all (`module-too-large`).
    Costs a copy of each.
    """
    pending = [(data, 0)]
    count = sections = 0
    while pending:
        found, depth = pending.pop()
        there = tuple(parts(found, source=source))
        count += 1
        sections += len(there)
        for number, limit, what in (
            (count, MOST_INNER, "modules and components inside"),
            (sections, _MOST_SECTIONS, "sections"),
            (depth, DEEPEST, "components one within the other"),
        ):
            if number > limit:
                raise PackageError(
                    "module-too-large",
                    f"`{source}` has more than {limit} {what}",
                    hint="build the package again",
                )
        yield Inner(data=found, parts=there)
        if is_component(found):
            pending += [
                (found[part.body : part.end], depth + 1)
                for part in there
                if part.identifier in {_CORE_MODULE, _COMPONENT}
            ]


def component_imports(data: bytes, *, source: str = "") -> tuple[str, ...]:
    """Give the names that a component imports, in their order; raises `PackageError`."""
    names: list[str] = []
    for part in parts(data, source=source):
        if part.identifier == _IMPORTS:
            count, position = read_u32(data, part.body, part.end, source=source)
            for _ in range(count):
                name, position = _name(data, position, part.end, source)
                names.append(name)
                position = _after_type(data, position, part.end, source)
    return tuple(names)


def component_exports(data: bytes, *, source: str = "") -> tuple[str, ...]:
    """Give the names that a component exports, in their order; raises `PackageError`."""
    names: list[str] = []
    for part in parts(data, source=source):
        if part.identifier == _EXPORTS:
            count, position = read_u32(data, part.body, part.end, source=source)
            for _ in range(count):
                name, position = _name(data, position, part.end, source)
                names.append(name)
                sort, position = read_u32(data, position, part.end, source=source)
                _, position = read_u32(data, position + (sort == _CORE), part.end, source=source)
                typed, position = read_u32(data, position, part.end, source=source)
                if typed:
                    position = _after_type(data, position, part.end, source)
    return tuple(names)


def _name(data: bytes, position: int, end: int, source: str) -> tuple[str, int]:
    """Read an import's or export's name: a kind, then the text."""
    kind, position = read_u32(data, position, end, source=source)
    if kind not in _PLAIN_NAMES:
        raise _unknown(source, f"a name of kind {kind}")
    return read_name(data, position, end, source=source)


def _after_type(data: bytes, position: int, end: int, source: str) -> int:
    """Skip the type of an import or export."""
    sort, position = read_u32(data, position, end, source=source)
    if sort == _CORE:
        _, position = read_u32(data, position, end, source=source)
    elif sort == _TYPE:
        bound, position = read_u32(data, position, end, source=source)
        if bound:  # a resource, which has no index
            return position
    elif sort == _VALUE or sort >= _SORTS:
        raise _unknown(source, f"something of sort {sort}")
    return read_u32(data, position, end, source=source)[1]


def _unknown(source: str, what: str) -> PackageError:
    return PackageError(
        "unknown-import",
        f"`{source}` imports or exports {what}, which packages cannot have",
        hint="a package may import and export functions, see `specs/host-abi.md`",
    )
