"""Adding a release to an environment, in its file or as a draft that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from mistpm.environment.environment_document import EnvironmentDocument
from mistpm.environment.location import as_written
from mistpm.errors import RegistryError, UsageError
from mistpm.model.descriptor import Candidate, Descriptor
from mistpm.model.environment import ReleaseEntry
from mistpm.model.identity import PackageId
from mistpm.model.ranges import ANY, InvalidRangeError, Range, eligible, parse_range
from mistpm.ops.checks.given import check_inputs
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.options import Options
from mistpm.ops.packages.file_packages import FilePackage, read_file_package
from mistpm.ops.packages.package_argument import parse_package_argument
from mistpm.ops.packages.searching import newest_of, whole_descriptor
from mistpm.ops.reporter import Reporter
from mistpm.ops.settings.binding_check import check_bindings
from mistpm.ops.settings.configuring import release_edits, require_file
from mistpm.ops.settings.given_inputs import (
    GivenInputs,
    parse_bindings,
    read_given_inputs,
)
from mistpm.ops.settings.kept_bindings import KeptBinding, kept_bindings
from mistpm.ops.settings.registries import with_registries
from mistpm.ops.workspace import Workspace, find_document
from mistpm.package import read_package


class Addition(Struct, frozen=True, kw_only=True):
    """A release as the command line describes it; what is empty stays as the environment has it.

    `registries` (`NAME=WHERE`) are written into the environment before it.
    """

    name: str
    package: str = ""
    version: str = ""
    namespace: str = ""
    inputs_file: Path | None = None
    settings: tuple[str, ...] = ()
    bindings: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()


class Added(Struct, frozen=True, kw_only=True):
    """What `add` did; `newest` is the newest version that the registry has, `version` the range asked for.

    `problems` are inputs that do not fit the newest version that is asked for, if that is known; `bound`
    tells what was written at other releases, so that they stay bound as they are.
    """

    file: str
    name: str
    package: str
    version: str
    newest: str = ""
    existed: bool = False
    problems: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


def add_release(options: Options, addition: Addition) -> Added:
    """Write a release into the environment's file; the package must exist.

    Without a package it changes what the file says of a release that it has.
    Costs fetching one module where inputs are given, unless it was fetched before.  Raises `UsageError`,
    `DocumentError`, also for a secret that is written out, `RegistryError`, `PackageError`.
    """
    found = require_file(find_document(options))
    workspace = with_registries(Workspace(found, options, Reporter()), addition.registries)
    newest, wanted, possible = _versions(workspace, addition)
    given = read_given_inputs(addition.inputs_file, addition.settings)
    idle = given.idle(_inputs_before(workspace, addition))
    draft = _draft(workspace, addition, given)
    bind = parse_bindings(list(addition.bindings))
    check_bindings(draft.environment, addition.name, bind, possible)
    has_inputs = addition.inputs_file is not None or addition.settings
    descriptor = _descriptor(workspace, wanted) if has_inputs else None
    problems = check_inputs(draft.environment, addition.name, descriptor) if descriptor else ()
    draft.save()
    entry = draft.environment.releases[addition.name]
    return Added(
        file=found.title,
        name=addition.name,
        package=entry.package,
        version=entry.version.text,
        newest=str(newest.version),
        existed=addition.name in found.environment.releases,
        problems=(*idle, *problems),
        bound=tuple(map(str, kept_bindings(workspace, addition.name, entry.package))),
    )


def draft_release(workspace: Workspace, addition: Addition) -> EnvironmentDocument:
    """Give the environment with this release in it; nothing is written.

    What is not said of a release that exists stays as it is; one that does not exist needs a package.
    Others keep what they are bound to, and the reporter hears of each for which that had to be written,
    and of inputs that there are not to be taken away.  Raises `UsageError`, `DocumentError`, `LockError`.
    """
    given = read_given_inputs(addition.inputs_file, addition.settings)
    for line in given.idle(_inputs_before(workspace, addition)):
        workspace.reporter.note(f"{addition.name}: {line}")
    return _draft(workspace, addition, given)


def _inputs_before(workspace: Workspace, addition: Addition) -> dict[str, Any]:
    entry = workspace.environment.releases.get(addition.name)
    return entry.inputs if entry else {}


def _draft(workspace: Workspace, addition: Addition, given: GivenInputs) -> EnvironmentDocument:
    entry: dict[str, Any] = {}
    kept: tuple[KeptBinding, ...] = ()
    if addition.package:
        package, wanted = _asked(addition)
        entry["package"] = _written_package(workspace, addition.package, package)
        entry["version"] = "" if wanted == ANY else wanted.text
        kept = kept_bindings(workspace, addition.name, entry["package"])
    else:
        _require_there(workspace, addition.name)
        entry["version"] = addition.version and _range(addition.version).text
    entry |= {
        "namespace": addition.namespace,
        "inputs": given.upon(_inputs_before(workspace, addition)),
        "bind": parse_bindings(list(addition.bindings)),
    }
    for each in kept:
        workspace.reporter.note(str(each))
    return workspace.document.edited(
        *(each.edit for each in kept),
        *release_edits(addition.name, entry, workspace.environment),
    )


def _versions(
    workspace: Workspace, addition: Addition
) -> tuple[Candidate, Candidate | FilePackage, Sequence[Candidate]]:
    """Give the newest candidate of the package that is added, the newest that is asked for, and all those.

    Raises `RegistryError` when there is no such package, or no version of it that is asked for.
    """
    if addition.package:
        local, wanted = _asked(addition)
        path = _written_package(workspace, addition.package, local)
    else:
        there = _require_there(workspace, addition.name)
        local, path = parse_package_argument(there.package).package, there.package
        wanted = _range(addition.version) if addition.version else there.version
    if local is None:
        file = read_file_package(workspace, path)
        return file.candidate, file, (file.candidate,)
    package = workspace.identity_of(local)
    candidates = workspace.registries.candidates(package)
    versions = eligible(wanted, [each.version for each in candidates])
    newest = newest_of(candidates)
    possible = [each for each in candidates if each.version in versions]
    newest_wanted = newest_of(possible)
    if newest is None or newest_wanted is None:
        known = sorted(each.version for each in candidates)
        raise RegistryError(
            "no-matching-version",
            f"`{local}` has no version `{wanted}`",
            context=(f"it has {known[0]} to {known[-1]}",) if known else (),
            hint=f"`mistpm info {local}` lists its versions",
        )
    return newest, newest_wanted, possible


def _require_there(workspace: Workspace, name: str) -> ReleaseEntry:
    """Give a release that the environment has; raises `UsageError`: to add one, a package is needed."""
    releases = workspace.environment.releases
    if name not in releases:
        raise UsageError(
            "no-package",
            f"there is no release `{name}` in the environment `{workspace.environment.name}`, and no package for it is given",
            context=did_you_mean(name, releases),
            hint=f"`mistpm install {name} -p PACKAGE` adds it; `mistpm search` lists packages",
        )
    return releases[name]


def _descriptor(workspace: Workspace, wanted: Candidate | FilePackage) -> Descriptor | None:
    if isinstance(wanted, FilePackage):
        return read_package(wanted.path).descriptor
    return whole_descriptor(workspace.registries, wanted)


def _asked(addition: Addition) -> tuple[PackageId | None, Range]:
    """Give the package, None for a path, and the range that is asked for; raises `UsageError`."""
    argument = parse_package_argument(addition.package)
    if addition.version and argument.range != ANY:
        raise UsageError(
            "two-versions",
            f"`{addition.package}` and `--version {addition.version}` both say a version",
            hint="give one of them",
        )
    return argument.package, _range(addition.version) if addition.version else argument.range


def _written_package(workspace: Workspace, text: str, package: PackageId | None) -> str:
    """Give the package as the environment writes it: a path starts at the environment's folder."""
    return as_written(text, workspace.base) if package is None else str(package)


def _range(text: str) -> Range:
    try:
        return parse_range(text)
    except InvalidRangeError as error:
        raise UsageError(
            "invalid-range", f"`--version {text}`: {error}", hint="write ^16, ~1.2 or >=1 <3"
        ) from error
