"""What a component is, read from its bytes before anything is compiled: as `form.py` for core modules."""

from __future__ import annotations

import re
from collections import Counter

from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.package.component_sections import component_exports, component_imports, inner
from mistpm.package.sections import read_u32
from mistpm.wasm.abi.form import listed, too_large
from mistpm.wasm.abi.limits import Limits
from mistpm.wasm.guest.module import Module

HOST_INTERFACE = "mistpm:abi/host@1.0.0"
RENDER = "render"
REQUIREMENTS = "requirements"
LOG, CALL = (f"{HOST_INTERFACE}#{function}" for function in ("log", "call"))
_LEVEL = "enum {debug, info, warning, error}"
_ERROR = "variant {bad-request(string), unknown-alias(string), dependency-failed(string), name-taken(string)}"
TYPES = {
    LOG: f"func(level: {_LEVEL}, message: string)",
    CALL: f"func(alias: string, inputs: string, name: option<string>) -> result<string, {_ERROR}>",
    f"{HOST_INTERFACE}#level": _LEVEL,
    f"{HOST_INTERFACE}#call-error": _ERROR,
    RENDER: "func(input: string) -> result<string, string>",
    REQUIREMENTS: "func(input: string) -> result<string, string>",
}
"""What `specs/mistpm.wit` says, with the types written out."""

_CUSTOM, _IMPORTS, _FUNCTIONS, _EXPORTS = 0, 2, 3, 7
_LONGEST, _MOST_SHOWN = 300, 10
_MOST_NAMES = 1_000
"""That a component itself imports or exports: a world has a dozen, and telling their types takes more than linear time."""
_BUILD = "build it for the world `mistpm:abi/guest` of `specs/mistpm.wit`"
_BUILD_PROGRAM = (
    f"a program is a package when it is built for WASI preview 1 (`wasm32-wasip1`); or {_BUILD}"
)
_PROGRAM = "wasi:cli/run@"
_SMALL = re.compile(r"an interface of (\d{1,3}) names?")
_MOST_WASI = 10_000
"""Names in all interfaces of WASI together: it has some 500, and each is defined anew for every run."""
_WASI = re.compile(r"wasi:(cli|clocks|filesystem|http|io|random|sockets)/[a-z0-9-]+@0\.2\.\d+")


class Component(Module, frozen=True, kw_only=True):
    """A component that is compiled and checked: `code` is its machine code, or the path of the file with it.

    `may_call` tells that it can call dependencies, `wasi` that it imports interfaces of WASI.
    """

    code: bytes | str
    may_call: bool
    wasi: bool


class Described(Struct, frozen=True, kw_only=True):
    """What a compiled component imports and exports, with types; an interface's function is `INTERFACE#NAME`."""

    imports: dict[str, str]
    exports: dict[str, str]


class ComponentForm(Struct, frozen=True, kw_only=True):
    """The names that a component exports and imports, and how much there is in all modules inside."""

    exports: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    functions: int = 0


def check_component(data: bytes, *, name: str, limits: Limits) -> None:
    """Refuse what cannot be a package; raises `PackageError` as `mistpm.wasm.abi.form.read_form` does."""
    _, faults = examine_component(data, name=name, limits=limits)
    if faults:
        raise faults[0]


def examine_component(
    data: bytes, *, name: str, limits: Limits
) -> tuple[ComponentForm, tuple[PackageError, ...]]:
    """Read what a component exports and imports, and give everything for which it is to be refused.

    Limits hold for all modules and components inside together.  Raises what
    `mistpm.package.component_sections.inner` raises.
    """
    found: Counter[str] = Counter()
    for each in inner(data, source=name):
        for part in each.parts:
            if part.identifier == _CUSTOM:
                found["custom-sections"] += 1
            elif not each.is_component and part.identifier in _COUNTED:
                count, _ = read_u32(each.data, part.body, part.end, source=name)
                found[_COUNTED[part.identifier]] += count
    most = {
        "custom-sections": limits.custom_sections,
        "imports": limits.imports,
        "functions": limits.functions,
        "exports": limits.exports,
    }
    faults = tuple(
        too_large(name, what, found[what], limit)
        for what, limit in most.items()
        if found[what] > limit
    )
    form = ComponentForm(functions=found["functions"])
    if faults:
        return form, faults
    form = ComponentForm(
        exports=component_exports(data, source=name),
        imports=component_imports(data, source=name),
        functions=found["functions"],
    )
    faults = tuple(
        too_large(name, what, len(names), _MOST_NAMES)
        for what, names in (("imports", form.imports), ("exports", form.exports))
        if len(names) > _MOST_NAMES
    )
    return form, faults or tuple(
        fault for fault in (_missing_exports(form, name), _unknown_imports(form, name)) if fault
    )


def wrong_types(found: Described, *, name: str) -> PackageError | None:
    """Refuse imports and exports that are called as in the world but are something else, or are too many."""
    if RENDER not in found.exports:
        return _no_render(name)
    for reference, what, items in (
        ("invalid-import", "imports what there is only with another type", found.imports),
        (
            "invalid-export",
            "is not a package: its exports are not those of the world",
            found.exports,
        ),
    ):
        wrong = tuple(
            f"`{item[:_LONGEST]}` is {kind[:_LONGEST]}, {_must(item, kind)}"
            for item, kind in items.items()
            if TYPES.get(item) != kind
            and (item in TYPES or reference == "invalid-import")
            and not (is_wasi(item) and _SMALL.fullmatch(kind))
        )
        if wrong:
            return PackageError(
                reference,
                f"`{name}` {what}",
                context=wrong[:_MOST_SHOWN],
                hint="`specs/mistpm.wit` has the world that packages are built for",
            )
    sizes = map(_SMALL.fullmatch, found.imports.values())
    names = sum(int(size[1]) for size in sizes if size)
    return too_large(name, "imports", names, _MOST_WASI) if names > _MOST_WASI else None


def _must(item: str, kind: str) -> str:
    if item in TYPES:
        return f"must be {TYPES[item]}"
    return "which is too large" if kind.startswith("an interface ") else "which there is not"


def _missing_exports(form: ComponentForm, name: str) -> PackageError | None:
    if RENDER in form.exports:
        return None
    is_program = any(export.startswith(_PROGRAM) for export in form.exports)
    return _no_render(name, _BUILD_PROGRAM if is_program else _BUILD)


def _no_render(name: str, hint: str = _BUILD) -> PackageError:
    return PackageError(
        "missing-export",
        f"`{name}` is not a package: it does not export `{RENDER}`",
        hint=hint,
    )


def is_wasi(interface: str) -> bool:
    """Say whether something imported is an interface of WASI 0.2 that mistpm has, with nothing in it."""
    return _WASI.fullmatch(interface) is not None


def _unknown_imports(form: ComponentForm, name: str) -> PackageError | None:
    unknown = [each for each in form.imports if each != HOST_INTERFACE and not is_wasi(each)]
    if not unknown:
        return None
    return PackageError(
        "unknown-import",
        f"`{name}` imports what a component cannot have: {listed(unknown)}",
        note=f"a component may import `{HOST_INTERFACE}`, and of WASI 0.2 what `specs/host-abi.md` lists",
        hint=_BUILD,
    )


_COUNTED = {
    _IMPORTS: "imports",
    _FUNCTIONS: "functions",
    _EXPORTS: "exports",
}
