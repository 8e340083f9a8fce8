"""Checking what a package renders before it is published: with its defaults, for every minor that it supports."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mistpm import document
from mistpm.check import CustomKinds, check_manifests, definitions_in, subject_of
from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.errors import MistError
from mistpm.model.descriptor import Descriptor
from mistpm.model.environment import Environment, RegistryEntry, ReleaseEntry
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.minors import minors_of
from mistpm.model.ranges import ANY, parse_range
from mistpm.ops.checks.order import in_order, merged
from mistpm.ops.failing import require_solved
from mistpm.ops.locking import solve
from mistpm.ops.options import Options
from mistpm.ops.packages.rendering_one import NOBODY
from mistpm.ops.rendering import render_locked
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.registry_book import user_registries
from mistpm.ops.workspace import Workspace, find_document
from mistpm.registry.layout import REGISTRY_FILE
from mistpm.registry.registry_file import read_registry_file


class PackCheck(Struct, frozen=True, kw_only=True):
    """What was found at which minors; `unchecked` says why nothing, or not everything, was looked at."""

    minors: tuple[Minor, ...] = ()
    findings: tuple[Finding, ...] = ()
    unchecked: tuple[str, ...] = ()


def check_module(path: Path, descriptor: Descriptor, source: Path) -> PackCheck:
    """Render a package of its own with the defaults of its inputs, and check what it makes; never raises.

    Its dependencies come from the registries of the environment here, or of the user, and from the registry in
    whose folder `source` lies: there a dependency that names no registry means that one.  Costs solving once
    and rendering once for each minor.
    """
    minors = minors_of(descriptor.kubernetes or ANY)
    try:
        return _checked(path, descriptor, source, minors)
    except MistError as error:
        return PackCheck(unchecked=(error.message, *error.context))


def _checked(
    path: Path, descriptor: Descriptor, source: Path, minors: tuple[Minor, ...]
) -> PackCheck:
    if not minors:
        return PackCheck(unchecked=("it supports no Kubernetes version that is known",))
    workspace = _workspace(path, descriptor, source, minors[-1])
    solved = solve(workspace)
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


def _workspace(path: Path, descriptor: Descriptor, source: Path, minor: Minor) -> Workspace:
    """Give the workspace of an environment that is made up of the package alone."""
    found = find_document(Options())
    registries = found.environment.registries if found else user_registries()
    home, folder = _home(source)
    if home:
        registries = {**registries, home: RegistryEntry(directory=str(folder))}
    environment = Environment(
        api_version="mistpm.dev/v1",
        kind="Environment",
        name="pack",
        id=NOBODY,
        kubernetes=parse_range(str(minor)),
        releases={descriptor.name: ReleaseEntry(package=str(path))},
    )
    text = document.dump(document.to_builtins(environment))
    workspace = Workspace(
        EnvironmentDocument(text, None, title="the package to pack"), Options(), Reporter()
    )
    base = found.folder if found else Path()
    workspace.preset(base=base, lockfile=None, registry_entries=registries)
    if home:
        workspace.home = home
    return workspace


def _home(source: Path) -> tuple[str, Path]:
    """Find the registry in whose folder a source lies: its own name, and the folder."""
    for folder in source.resolve().parents:
        file = folder / REGISTRY_FILE
        if file.is_file():
            return read_registry_file(file.read_bytes()).name, folder
    return "", Path()
