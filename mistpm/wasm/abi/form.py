"""What a module is, read from its bytes before anything is compiled.

A compiler is easily kept busy, so what can be refused by looking is refused here: bytes that are no
core module, too large ones, other kinds of modules, missing exports, imports that nobody provides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.package.exports import exported_functions, exported_names
from mistpm.package.sections import Part, parts, read_name, read_u32
from mistpm.wasm.abi.imports import (
    HOST_MODULE,
    IMPORTS,
    SCRIPT_MODULE,
    WASI_MODULE,
    is_bindgen,
    is_known,
)
from mistpm.wasm.abi.limits import Limits

EXPORTS = (
    "memory",
    "__mistletoe_info",
    "__mistletoe_alloc",
    "__mistletoe_dealloc",
    "__mistletoe_generate",
)
START = "_start"
COMMAND_EXPORTS = ("memory", START)
INITIALIZE = "_initialize"
REQUIREMENTS = "__mistpm_requirements"
"""What a package that computes requirements exports besides."""

_CUSTOM, _IMPORTS, _FUNCTIONS, _EXPORTS = 0, 2, 3, 7
_FUNCTION, _TABLE, _MEMORY, _GLOBAL = range(4)
_MOST_NAMES, _LONGEST_NAME = 10, 100

FormKind = Literal["library", "reactor", "command"]


class Form(Struct, frozen=True, kw_only=True):
    """The names that a module exports, and those that it imports as (module, name).

    `functions` names those exports that are functions, by their indices.
    """

    exports: tuple[str, ...]
    imports: tuple[tuple[str, str], ...]
    functions: Mapping[int, str] = {}

    @property
    def kind(self) -> FormKind:
        """Say how it is run: a command from its `_start`, all else by Mistletoe's functions.

        A reactor is a library that wants to be initialized, or has an operating system's functions.
        """
        if START in self.exports and EXPORTS[-1] not in self.exports:
            return "command"
        if INITIALIZE in self.exports or any(module == WASI_MODULE for module, _ in self.imports):
            return "reactor"
        return "library"

    @property
    def needs_stubs(self) -> bool:
        """Say whether wasm-bindgen left imports in it that a render never calls."""
        return any(is_bindgen(module) for module, _ in self.imports)


def read_form(data: bytes, *, name: str, limits: Limits) -> Form:
    """Read what `data` exports and imports, and refuse what cannot be a package.

    Raises `PackageError`: `module-too-large`, `missing-export`, `unknown-import`, and what
    `mistpm.package.sections.parts` raises.  Reads no code: some microseconds.
    """
    form, faults = examine(data, name=name, limits=limits)
    if faults:
        raise faults[0]
    return form


def check_sections(data: bytes, *, name: str, limits: Limits) -> None:
    """Refuse a module for what `read_form` would refuse it for, if its code is known to be a package's."""
    count = sum(part.custom for part in parts(data, source=name))
    if count > limits.custom_sections:
        raise too_large(name, "custom-sections", count, limits.custom_sections)


def examine(data: bytes, *, name: str, limits: Limits) -> tuple[Form, tuple[PackageError, ...]]:
    """Read what `data` exports and imports, and give everything for which it is to be refused.

    What there is too much of is not read.  Raises what `mistpm.package.sections.parts` raises.
    """
    sections = tuple(parts(data, source=name))
    by_identifier = {part.identifier: part for part in sections}
    found = {
        "custom-sections": (
            Counter(p.identifier for p in sections)[_CUSTOM],
            limits.custom_sections,
        )
    }
    for what, identifier, limit in (
        ("imports", _IMPORTS, limits.imports),
        ("functions", _FUNCTIONS, limits.functions),
        ("exports", _EXPORTS, limits.exports),
    ):
        if part := by_identifier.get(identifier):
            count, _ = read_u32(data, part.body, part.end, source=name)
            found[what] = (count, limit)
    faults = [too_large(name, what, *sizes) for what, sizes in found.items() if sizes[0] > sizes[1]]
    if faults:
        return Form(exports=(), imports=()), tuple(faults)
    form = Form(
        exports=exported_names(data, source=name),
        imports=_imports(data, by_identifier.get(_IMPORTS), name),
        functions=exported_functions(data, source=name),
    )
    return form, tuple(
        fault for fault in (_missing_exports(form, name), _unknown_imports(form, name)) if fault
    )


def computes_nothing(name: str, export: str = REQUIREMENTS) -> PackageError:
    """Say that a module cannot compute requirements, though its descriptor says that it does."""
    return PackageError(
        "missing-export",
        f"`{name}` says `computed: true`, and does not export `{export}`",
        hint="this is a fault in the package: tell its author",
    )


def _imports(data: bytes, part: Part | None, source: str) -> tuple[tuple[str, str], ...]:
    """Read the names in the import section."""
    if part is None:
        return ()
    count, position = read_u32(data, part.body, part.end, source=source)
    names = []
    for _ in range(count):
        module, position = read_name(data, position, part.end, source=source)
        name, position = read_name(data, position, part.end, source=source)
        position = _after_type(data, position, part.end, source)
        names.append((module, name))
    return tuple(names)


def _after_type(data: bytes, position: int, end: int, source: str) -> int:
    """Skip the type of one import."""
    kind, position = read_u32(data, position, end, source=source)
    if kind == _FUNCTION:
        return read_u32(data, position, end, source=source)[1]
    if kind == _GLOBAL:
        return position + 2
    if kind in {_TABLE, _MEMORY}:
        flags, position = read_u32(data, position + (kind == _TABLE), end, source=source)
        for _ in range(1 + (flags & 1)):
            _, position = read_u32(data, position, end, source=source)
        return position
    raise PackageError(
        "unknown-import",
        f"`{source}` imports something of a kind that packages cannot have (kind {kind})",
        hint="a package may import the functions of `mistpm_v1`, see `specs/host-abi.md`",
    )


def too_large(name: str, what: str, found: int, limit: int) -> PackageError:
    """Say that there is more of something than there may be; `what` is the limit's name."""
    return PackageError(
        "module-too-large",
        f"`{name}` has {found} {what.replace('-', ' ')}",
        note=f"the limit `{what}` is {limit}",
        hint="build it for size, without debug information",
    )


def _missing_exports(form: Form, name: str) -> PackageError | None:
    wanted = COMMAND_EXPORTS if form.kind == "command" else EXPORTS
    missing = [export for export in wanted if export not in form.exports]
    if not missing:
        return None
    hint = "see `specs/host-abi.md` for what each must do"
    is_program = any(module == WASI_MODULE for module, _ in form.imports)
    if is_program and not any(export in EXPORTS[1:] for export in form.exports):
        hint = (
            f"a program for WASI exports `{START}`, and is run from there;"
            " what others export is in `specs/host-abi.md`"
        )
    if any(export.startswith(f"{EXPORTS[-1]}_") for export in form.exports):
        hint = (
            "wasm-bindgen has renamed the exports: run its command line tool, or use version 0.2.92"
        )
    return PackageError(
        "missing-export",
        f"`{name}` is not a package: it does not export {listed(missing)}",
        hint=hint,
    )


def _unknown_imports(form: Form, name: str) -> PackageError | None:
    foreign = [
        (module, function)
        for module, function in form.imports
        if not is_bindgen(module) and not is_known(module, function)
    ]
    if not foreign:
        return None
    unknown = [f"{module}.{function}" for module, function in foreign]
    hint = "build it for WASI preview 1 (`wasm32-wasip1`), or without an operating system"
    if all(module == SCRIPT_MODULE and function != "memory" for module, function in foreign):
        hint = (
            f"from `{SCRIPT_MODULE}` comes what is declared and nowhere defined: define it,"
            f" or declare it as imported from `{HOST_MODULE}`"
        )
    return PackageError(
        "unknown-import",
        f"`{name}` imports what a package cannot have: {listed(unknown)}",
        note=f"a package may import {listed(tuple(IMPORTS[HOST_MODULE]))} from `{HOST_MODULE}`,"
        f" and the functions of `{WASI_MODULE}`",
        hint=hint,
    )


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Write names that a stranger chose: not all of many, not the whole of long ones."""
    shown = ", ".join(f"`{name[:_LONGEST_NAME]}`" for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return shown if more <= 0 else f"{shown} and {more} more"
