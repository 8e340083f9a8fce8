"""What a module is made of, and everything for which it would be refused; nothing of it is run."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import wasmtime
from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.package.component_sections import inner
from mistpm.package.sections import Part, parts, read_sections, read_u32
from mistpm.wasm.abi.form import EXPORTS, REQUIREMENTS, START, Form, FormKind
from mistpm.wasm.abi.signatures import described
from mistpm.wasm.component.component import REQUIREMENTS as COMPONENT_REQUIREMENTS
from mistpm.wasm.component.component import ComponentForm, Described

PAGE = 65536

_SECTIONS = {
    1: "types",
    2: "imports",
    3: "functions",
    4: "tables",
    5: "memories",
    6: "globals",
    7: "exports",
    8: "start",
    9: "elements",
    10: "code",
    11: "data",
    12: "data count",
    13: "tags",
}
_COMPONENT_SECTIONS = {
    1: "modules",
    2: "instances of modules",
    3: "types of modules",
    4: "components",
    5: "instances",
    6: "aliases",
    7: "types",
    8: "canonical functions",
    9: "start",
    10: "imports",
    11: "exports",
    12: "values",
}
_MEMORIES = 5
_LONG, _HAS_MAXIMUM = 4, 1
_ABI = frozenset({START, *EXPORTS}) - {"memory"}


class SectionSize(Struct, frozen=True, kw_only=True):
    """A section with its bytes; `custom:NAME` for a custom one."""

    name: str
    bytes: int


class Import(Struct, frozen=True, kw_only=True):
    """Something that a module wants; `type` is empty where it could not be compiled."""

    module: str
    name: str
    type: str = ""


class Export(Struct, frozen=True, kw_only=True):
    """Something that a module offers."""

    name: str
    type: str = ""


class Memory(Struct, frozen=True, kw_only=True):
    """A memory of its own: bytes at the start, and at most, None where it sets no limit."""

    minimum: int
    maximum: int | None


class Anatomy(Struct, frozen=True, kw_only=True):
    """What a module is made of; `refusals` are empty where mistpm would run it."""

    form: FormKind | Literal["component", "unknown"]
    functions: int = 0
    sections: tuple[SectionSize, ...] = ()
    memories: tuple[Memory, ...] = ()
    imports: tuple[Import, ...] = ()
    exports: tuple[Export, ...] = ()
    refusals: tuple[PackageError, ...] = ()

    @property
    def computes(self) -> bool:
        """Say whether it can be asked for requirements."""
        exported = {export.name for export in self.exports}
        if self.form == "component":
            return COMPONENT_REQUIREMENTS in exported
        return self.form in {"library", "reactor"} and REQUIREMENTS in exported


def dissect(
    data: bytes,
    form: Form | None,
    compiled: wasmtime.Module | None,
    refusals: tuple[PackageError, ...],
    *,
    name: str,
) -> Anatomy:
    """Put together what `data` holds; types are those of `compiled`, where it could be.

    Raises what `mistpm.package.sections.parts` raises.
    """
    sections = tuple(parts(data, source=name))
    own = {part.identifier: part for part in sections if not part.custom}
    counted = own.get(3)
    return Anatomy(
        form=form.kind if form and _ABI.intersection(form.exports) else "unknown",
        functions=read_u32(data, counted.body, counted.end)[0] if counted else 0,
        sections=(
            *(
                SectionSize(name=_SECTIONS.get(i, str(i)), bytes=part.end - part.body)
                for i, part in own.items()
            ),
            *(
                SectionSize(name=f"custom:{section.name}", bytes=len(section.payload))
                for section in read_sections(data, source=name)
            ),
        ),
        memories=_memories(data, own.get(5), name),
        imports=_imports(form, compiled),
        exports=_exports(form, compiled),
        refusals=refusals,
    )


def dissect_component(
    data: bytes,
    form: ComponentForm,
    described: Described,
    refusals: tuple[PackageError, ...],
    *,
    name: str,
) -> Anatomy:
    """Put together what the component `data` holds; functions and memories are those of all modules inside."""
    sizes: Counter[str] = Counter()
    for part in parts(data, source=name):
        if not part.custom:
            number = part.identifier
            sizes[_COMPONENT_SECTIONS.get(number, str(number))] += part.end - part.body
    for section in read_sections(data, source=name):
        sizes[f"custom:{section.name}"] += len(section.payload)
    modules = tuple(each for each in inner(data, source=name) if not each.is_component)
    return Anatomy(
        form="component",
        functions=form.functions,
        sections=tuple(SectionSize(name=each, bytes=size) for each, size in sizes.items()),
        memories=tuple(
            memory
            for module in modules
            for part in module.parts
            if part.identifier == _MEMORIES
            for memory in _memories(module.data, part, name)
        ),
        imports=tuple(
            Import(module=interface, name=function, type=kind)
            for interface, function, kind in map(_split, described.imports.items())
        ),
        exports=tuple(Export(name=each, type=kind) for each, kind in described.exports.items()),
        refusals=refusals,
    )


def _split(item: tuple[str, str]) -> tuple[str, str, str]:
    """Take an imported function of an interface apart: `INTERFACE#NAME` with its type."""
    interface, _, function = item[0].partition("#")
    return interface, function, item[1]


def _imports(form: Form | None, compiled: wasmtime.Module | None) -> tuple[Import, ...]:
    if compiled is not None:
        return tuple(
            Import(module=each.module, name=each.name or "", type=described(each.type))
            for each in compiled.imports
        )
    return tuple(
        Import(module=module, name=name) for module, name in (form.imports if form else ())
    )


def _exports(form: Form | None, compiled: wasmtime.Module | None) -> tuple[Export, ...]:
    if compiled is not None:
        return tuple(Export(name=each.name, type=described(each.type)) for each in compiled.exports)
    return tuple(Export(name=name) for name in (form.exports if form else ()))


def _memories(data: bytes, part: Part | None, source: str) -> tuple[Memory, ...]:
    """Read the limits of the memories that it has; not those of 64 bits, which it may not have."""
    if part is None:
        return ()
    count, position = read_u32(data, part.body, part.end, source=source)
    found: list[Memory] = []
    for _ in range(min(count, part.end - position)):
        flags, position = read_u32(data, position, part.end, source=source)
        if flags >= _LONG:
            break
        minimum, position = read_u32(data, position, part.end, source=source)
        maximum = None
        if flags & _HAS_MAXIMUM:
            maximum, position = read_u32(data, position, part.end, source=source)
        found.append(
            Memory(minimum=minimum * PAGE, maximum=None if maximum is None else maximum * PAGE)
        )
    return tuple(found)
