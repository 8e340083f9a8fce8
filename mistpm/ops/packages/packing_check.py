"""Checking what a package renders before it is published, for every minor that it supports."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mistpm import document
from mistpm.check import CustomKinds, check_manifests, definitions_in, subject_of
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.environment.location import is_file
from mistpm.errors import (
    DigestError,
    MistError,
    PackageError,
    RegistryError,
    SolvingTimeoutError,
)
from mistpm.model.cause import Requires, RequiresApi
from mistpm.model.descriptor import Descriptor
from mistpm.model.environment import Environment, RegistryEntry, ReleaseEntry
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.minors import minors_of, newest_minor
from mistpm.model.ranges import ANY, parse_range
from mistpm.model.resolution import Unresolved
from mistpm.ops.checks.given import ready_inputs
from mistpm.ops.checks.order import in_order, merged
from mistpm.ops.failing import failure_of, require_solved
from mistpm.ops.limits import open_runtime
from mistpm.ops.locking import solve
from mistpm.ops.options import Options
from mistpm.ops.packages.rendering_one import NOBODY
from mistpm.ops.rendering import render_locked
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.registry_book import user_registries
from mistpm.ops.workspace import Workspace, find_document
from mistpm.package import read_package
from mistpm.registry.layout import REGISTRY_FILE
from mistpm.registry.registry_file import read_registry_file
from mistpm.render.schema import MISSING

BROKEN: Final = "nothing was written; mend the package\n--no-check packs it as it is"
UNFIT: Final = (
    "nothing was written; mend what it renders, or the range of Kubernetes versions in `package.yaml`\n"
    "--no-check packs it as it is"
)
NOT_WRITTEN: Final = "nothing was written; --no-check packs it as it is"
_NEEDS_INPUTS: Final = "it requires inputs that have no default"
_SAMPLES: Final = 'hint: -s "key: value" gives some to check it with'


class PackCheck(Struct, frozen=True, kw_only=True):
    """What was found at which minors; `unchecked` says why nothing, or not everything, was looked at."""

    minors: tuple[Minor, ...] = ()
    findings: tuple[Finding, ...] = ()
    unchecked: tuple[str, ...] = ()


class Trial(Struct, frozen=True, kw_only=True):
    """How a package is tried out: with which inputs, and where what it requires is looked for.

    `registry` is the local alias of the registry that the package is going to be in; without one it is the
    registry in whose folder one of `places` lies, first come first served.
    """

    inputs: dict[str, Any] = {}
    registry: str = ""
    places: tuple[Path, ...] = ()


def check_module(
    path: Path, descriptor: Descriptor, trial: Trial, limits: tuple[str, ...] = ()
) -> PackCheck:
    """Render a package of its own with the inputs of the trial, and check what it makes.

    It must be one that can be run, also where it is not rendered.  Its dependencies come from the registries of the environment here, or of the user, and from the registry
    that it is going to be in: there a dependency that names no registry means that one.  Costs solving once
    and rendering once for each minor.

    What is not the package's fault is told in the answer: inputs that it requires are not given, or what it
    requires is in no registry that answers.  Everything else that keeps it from being rendered is raised:
    `PackageError`, `DocumentError`, `ResolutionError`, `RenderError`.
    """
    minors = minors_of(descriptor.kubernetes or ANY)
    if not minors:
        raise PackageError(
            "no-known-kubernetes",
            f"`{descriptor.name}` supports no Kubernetes version that mistpm knows: `{descriptor.kubernetes}`",
            context=(f"the newest is {newest_minor()}",),
            hint=UNFIT,
        )
    _require_loadable(path, limits)
    workspace = _workspace(path, descriptor, trial, minors[-1], limits)
    missing = [
        problem
        for problem in ready_inputs(workspace.environment, descriptor.name, descriptor).problems
        if problem.message == MISSING
    ]
    if missing:
        return PackCheck(unchecked=(_NEEDS_INPUTS, *map(str, missing), _SAMPLES))
    try:
        return _checked(workspace, descriptor, minors)
    except DigestError:
        raise
    except (RegistryError, SolvingTimeoutError) as error:
        return PackCheck(unchecked=_told(error))
    except MistError as error:
        error.hint = BROKEN
        raise


def _require_loadable(path: Path, limits: tuple[str, ...]) -> None:
    """Refuse a module that could not be run, whatever it is given; costs compiling it, which is kept."""
    try:
        open_runtime(limits).load(path, read_package(path).digest)
    except PackageError as error:
        error.hint = f"{error.hint}\n{NOT_WRITTEN}" if error.hint else NOT_WRITTEN
        raise


def _checked(workspace: Workspace, descriptor: Descriptor, minors: tuple[Minor, ...]) -> PackCheck:
    solved = solve(workspace)
    if any(_lacks_something(part) for part in solved.unresolved):
        return PackCheck(unchecked=_told(failure_of(solved.unresolved)))
    require_solved(solved, keep_going=False)
    provided = tuple(need.api for need in descriptor.dependencies.values() if need.api)
    findings: list[Finding] = []
    for minor in minors:
        rendered = render_locked(workspace, solved.lockfile, solved.asking, minor=minor)
        every = [
            subject_of(manifest, release.name)
            for release in rendered.releases
            for manifest in release.manifests
        ]
        own = [each for each in every if each.release == descriptor.name]
        custom = CustomKinds(definitions_in(every))
        findings += check_manifests(own, (minor,), custom, provided=provided)
    return PackCheck(minors=minors, findings=in_order(merged(findings)))


def _lacks_something(part: Unresolved) -> bool:
    """Tell whether something that a package requires is in no registry here, or not in that version."""
    grounds = part.conflict.grounds if part.conflict else ()
    return any(
        isinstance(ground.cause, Requires | RequiresApi) and ground.cause.unmet
        for ground in grounds
    )


def _told(error: MistError) -> tuple[str, ...]:
    hints = (f"hint: {hint}" for hint in error.hint.split("\n") if hint)
    return (error.message, *error.context, *hints)


def _workspace(
    path: Path, descriptor: Descriptor, trial: Trial, minor: Minor, limits: tuple[str, ...]
) -> Workspace:
    """Give the workspace of an environment that is made up of the package alone."""
    found = find_document(Options())
    registries = found.environment.registries if found else user_registries()
    home, folder = ("", Path()) if trial.registry else _home(trial.places)
    if home:
        registries = {**registries, home: RegistryEntry(directory=str(folder))}
    environment = Environment(
        api_version="mistpm.dev/v1",
        kind="Environment",
        name="pack",
        id=NOBODY,
        kubernetes=parse_range(str(minor)),
        releases={descriptor.name: ReleaseEntry(package=str(path), inputs=trial.inputs)},
    )
    text = document.dump(document.to_builtins(environment))
    workspace = Workspace(
        EnvironmentDocument(text, None, title="the package to pack"),
        Options(limits=limits),
        Reporter(),
    )
    base = found.folder if found else Path()
    workspace.preset(base=base, lockfile=None, registry_entries=registries)
    if trial.registry:
        workspace.home = workspace.registries.own_name(trial.registry)
    elif home:
        workspace.home = home
    return workspace


def _home(places: tuple[Path, ...]) -> tuple[str, Path]:
    """Find the registry in whose folder one of these lies: its own name, and the folder."""
    for place in places:
        for folder in (place.resolve(), *place.resolve().parents):
            file = folder / REGISTRY_FILE
            if is_file(file):
                return read_registry_file(file.read_bytes()).name, folder
    return "", Path()
