"""Looking at a package's module as code: what it is, what it wants, whether mistpm would run it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mistpm.environment.location import is_file
from mistpm.errors import MistError, PackageError
from mistpm.model.descriptor import Descriptor
from mistpm.ops.limits import open_runtime
from mistpm.ops.options import Options
from mistpm.ops.packages.package_argument import is_path
from mistpm.ops.packages.searching import newest_matching, open_registries
from mistpm.package import name_after, read_descriptor, read_module
from mistpm.package.exports import computing_export
from mistpm.package.sections import code_digest

if TYPE_CHECKING:
    from mistpm.wasm.anatomy import Anatomy


class Refusal(Struct, frozen=True, kw_only=True):
    """One reason for which mistpm would not run a module, as the error that it would be."""

    reference: str
    message: str
    context: tuple[str, ...] = ()
    note: str = ""
    hint: str = ""


class SizeOf(Struct, frozen=True, kw_only=True):
    """A section, or all custom sections of one name, with its bytes."""

    name: str
    bytes: int


class Function(Struct, frozen=True, kw_only=True):
    """Something imported or exported; `type` is empty where the module could not be compiled."""

    name: str
    type: str


class MemoryLimits(Struct, frozen=True, kw_only=True):
    """Bytes of a memory: at the start, and at most."""

    minimum: int
    maximum: int | None


class ModuleInspection(Struct, frozen=True, kw_only=True, rename="camel"):
    """A module as code; `form` is library, reactor, command, component or unknown.

    `descriptor` is None where there is none, or where it cannot be read, which is then a refusal.
    """

    file: str
    form: str
    size: int
    digest: str
    code_digest: str
    functions: int
    memories: tuple[MemoryLimits, ...]
    sections: tuple[SizeOf, ...]
    imports: tuple[Function, ...]
    exports: tuple[Function, ...]
    descriptor: Descriptor | None
    refusals: tuple[Refusal, ...]


def inspect_module(options: Options, text: str) -> ModuleInspection:
    """Look at a file, or at the newest version of a registry's package (`REGISTRY/GROUP/NAME[:RANGE]`).

    It is compiled, and not run.  Raises `PackageError` for what is no module at all, `RegistryError`,
    `UsageError`.
    """
    path = _module_file(options, text)
    data = read_module(path)
    from mistpm.wasm.abi.form import computes_nothing

    anatomy = open_runtime(options.limits).dissect(path)
    refusals = [_refusal(error) for error in anatomy.refusals]
    descriptor = None
    try:
        descriptor = read_descriptor(data, source=path.name)
        if descriptor is None and anatomy.form in {"command", "component"}:
            name_after(path.name)
    except MistError as error:
        refusals.append(_refusal(error))
    if descriptor and descriptor.computed and not anatomy.computes:
        refusals.append(_refusal(computes_nothing(path.name, computing_export(data))))
    return _inspection(text, data, anatomy, descriptor, tuple(refusals))


def _module_file(options: Options, text: str) -> Path:
    """Find the file that is meant: a path that there is, or a package."""
    path = Path(text)
    if is_path(text) or is_file(path):
        if not is_file(path):
            raise PackageError("no-such-file", f"there is no file `{text}`", hint="check the path")
        return path
    registries = open_registries(options)
    return registries.fetch(newest_matching(registries, text))


def _inspection(
    name: str,
    data: bytes,
    anatomy: Anatomy,
    descriptor: Descriptor | None,
    refusals: tuple[Refusal, ...],
) -> ModuleInspection:
    return ModuleInspection(
        file=name,
        form=anatomy.form,
        size=len(data),
        digest=f"sha256:{hashlib.sha256(data).hexdigest()}",
        code_digest=code_digest(data),
        functions=anatomy.functions,
        memories=tuple(
            MemoryLimits(minimum=each.minimum, maximum=each.maximum) for each in anatomy.memories
        ),
        sections=tuple(SizeOf(name=each.name, bytes=each.bytes) for each in anatomy.sections),
        imports=tuple(
            Function(name=".".join(filter(None, (each.module, each.name))), type=each.type)
            for each in anatomy.imports
        ),
        exports=tuple(Function(name=each.name, type=each.type) for each in anatomy.exports),
        descriptor=descriptor,
        refusals=refusals,
    )


def _refusal(error: MistError) -> Refusal:
    return Refusal(
        reference=error.reference,
        message=error.message,
        context=error.context,
        note=error.note,
        hint=error.hint,
    )
