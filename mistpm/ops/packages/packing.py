"""Making packages, and looking inside them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from mistpm import document
from mistpm.atomic import write_atomically
from mistpm.environment.location import is_file
from mistpm.errors import PackageError, RenderError
from mistpm.model.descriptor import Descriptor
from mistpm.ops.checks.checking import forbid_errors, forbidding
from mistpm.ops.limits import open_runtime
from mistpm.ops.packages.default_requirements import DefaultRequirements, ask_for_defaults
from mistpm.ops.packages.file_packages import ask_mistletoe
from mistpm.ops.packages.packing_check import BROKEN, UNFIT, PackCheck, Trial, check_module
from mistpm.package import Packed, name_after, pack, read_package
from mistpm.package.sections import read_sections
from mistpm.readiness.mistakes import readiness_mistakes
from mistpm.resolve.world.conditions import paths_read

if TYPE_CHECKING:
    from mistpm.wasm import Module, Runtime

TEMPLATE_MODULE = Path(__file__).parents[2] / "package" / "data" / "template.wasm"
"""The generic module that template packages are made of; it comes with mistpm."""

_DEFAULTS = Trial()

_SilentForm = Literal["", "command", "component"]


class PackReport(Struct, frozen=True, kw_only=True):
    """The package that was made; `computed` is None where it computes no requirements.

    `check` is what checking what it renders found, None where that was not wanted.
    """

    file: str
    package: str
    version: str
    digest: str
    size: int
    computed: DefaultRequirements | None = None
    check: PackCheck | None = None


class SectionInfo(Struct, frozen=True, kw_only=True):
    """One custom section of a module."""

    name: str
    bytes: int


class Inspection(Struct, frozen=True, kw_only=True):
    """What is inside a module; `descriptor` is None for a Mistletoe package, `info` what it says when it is run.

    `computed` is what it requires besides with the defaults of its inputs, None where it computes nothing.
    A command or a component without a descriptor says nothing of itself: `form` is then which of them it is,
    and `name` what it is called after its file, empty where that cannot be.
    """

    file: str
    digest: str
    size: int
    descriptor: Descriptor | None
    assets: tuple[str, ...]
    sections: tuple[SectionInfo, ...]
    info: dict[str, Any]
    form: _SilentForm = ""
    name: str = ""
    computed: DefaultRequirements | None = None


def pack_package(
    source: Path,
    output: Path | None,
    *,
    trial: Trial | None = _DEFAULTS,
    limits: tuple[str, ...] = (),
) -> PackReport:
    """Make a module from `package.yaml`; `output` is a file or a folder, by default this folder.

    Before anything is written, one that computes requirements is asked for them once, and with a `trial`
    what it renders is checked (`check_module`); where `source` or `output` lie in the folder of a registry,
    the package is tried out as one of that.  `limits` are what it may use up.  Raises `DocumentError` with everything that is wrong,
    `PackageError`, `RegistryError`, `ResolutionError`, `RenderError`, `CheckError`.
    """
    packed = pack(
        source,
        template=TEMPLATE_MODULE,
        paths_read=paths_read,
        read_readiness=readiness_mistakes,
    )
    place = output or Path()
    if trial is not None:
        trial = replace(trial, places=(source, place))
    computed, check = _tried(packed, trial, limits)
    if check is not None:
        of_versions = any(finding.minors for finding in forbidding(check.findings))
        forbid_errors(check.findings, "packing", hint=UNFIT if of_versions else BROKEN)
    file = place if place.suffix else place / packed.name
    try:
        if place.is_dir():
            file = place / packed.name
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, packed.data)
    except OSError as error:
        raise PackageError(
            "package-unwritable", f"`{file}` cannot be written: {error.strerror}"
        ) from error
    made = read_package(file)
    return PackReport(
        file=str(file),
        package=f"{packed.descriptor.group}/{packed.descriptor.name}",
        version=str(packed.descriptor.version),
        digest=made.digest,
        size=made.size,
        computed=computed,
        check=check,
    )


def _computed(path: Path, limits: tuple[str, ...]) -> DefaultRequirements | None:
    """Ask a package for requirements; that it cannot tell is something to be told of it."""
    try:
        return ask_for_defaults(path, limits)
    except RenderError as error:
        return DefaultRequirements(unasked=(error.message, *error.context))


def _tried(
    packed: Packed, trial: Trial | None, limits: tuple[str, ...]
) -> tuple[DefaultRequirements | None, PackCheck | None]:
    """Try out a package that lies nowhere yet: what it requires, and what is wrong with what it renders."""
    if trial is None and not packed.descriptor.computed:
        return None, None
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / packed.name
            path.write_bytes(packed.data)
            computed = ask_for_defaults(path, limits)
            if trial is None:
                return computed, None
            return computed, check_module(path, packed.descriptor, trial, limits)
    except OSError as error:
        raise PackageError(
            "package-unwritable", f"`{packed.name}` cannot be tried out: {error.strerror}"
        ) from error


def inspect_file(path: Path, *, limits: tuple[str, ...] = ()) -> Inspection:
    """Look inside a module without trusting it; a package without a descriptor is asked in the sandbox.

    So is one that computes requirements, and it may fail.  Raises `PackageError`.
    """
    if not is_file(path):
        raise PackageError("no-such-file", f"there is no file `{path}`", hint="check the path")
    package = read_package(path)
    info: dict[str, Any] = {}
    form: _SilentForm = ""
    name = ""
    if package.descriptor is None:
        runtime = open_runtime(limits)
        form = _silent_form(runtime, runtime.load(path, package.digest))
        if form:
            with suppress(PackageError):
                name = name_after(path.name)
        else:
            info = ask_mistletoe(runtime, path, package.digest)
    return Inspection(
        file=str(path),
        digest=package.digest,
        size=package.size,
        descriptor=package.descriptor,
        assets=tuple(sorted(package.assets)),
        sections=tuple(
            SectionInfo(name=section.name, bytes=len(section.payload))
            for section in read_sections(path.read_bytes())
        ),
        info=document.to_builtins(info),
        form=form,
        name=name,
        computed=_computed(path, limits),
    )


def _silent_form(runtime: Runtime, module: Module) -> _SilentForm:
    """Say which kind of module it is that cannot say what it is; empty for one that can."""
    if runtime.is_command(module):
        return "command"
    return "component" if runtime.is_component(module) else ""
