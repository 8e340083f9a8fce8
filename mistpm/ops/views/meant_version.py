"""What `NAME@VERSION` means: something in the lock or in a registry, at a version that there is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from mistpm.errors import RegistryError, UsageError
from mistpm.model.descriptor import Candidate
from mistpm.model.identity import InvalidIdentityError, PackageId, parse_package_id
from mistpm.model.lockfile import Lockfile
from mistpm.model.question import Question
from mistpm.model.version import InvalidVersionError, Version, parse_version
from mistpm.ops.lock_graph import find_nodes, nodes, without_version
from mistpm.ops.packages.searching import newest_of
from mistpm.ops.workspace import Workspace

NEAREST = 3
"""Versions that are offered on either side of one that there is not."""


class Meant(Struct, frozen=True, kw_only=True):
    """What the user asks about: a node of the lock, or (`node` is empty) a package that is not there."""

    node: str
    package: PackageId
    version: str


def find_meant(workspace: Workspace, question: Question, lockfile: Lockfile, text: str) -> Meant:
    """Find what is asked about: in the file, in the lock, or in a registry."""
    known = nodes(lockfile)
    name, version = without_version(lockfile, text)
    for wanted in question.releases:
        if wanted.name == name:
            return Meant(node=name, package=wanted.package, version=version)
    try:
        found = find_nodes(lockfile, name)
    except UsageError:
        package = _in_a_registry(workspace, name)
        if package is None:
            raise
        return Meant(node="", package=package, version=version)
    if len(found) > 1:
        at = f"@{version}" if version else ""
        raise UsageError(
            "ambiguous-name",
            f"`{name}` means several things in the lock",
            context=tuple(f"{node}  {known[node].package} {known[node].version}" for node in found),
            hint=f"name one of them: mistpm why-not {found[0]}{at}",
        )
    return Meant(node=found[0], package=known[found[0]].package, version=version)


def _in_a_registry(workspace: Workspace, text: str) -> PackageId | None:
    """Give the identity of `ALIAS/GROUP/NAME`, None where that names nothing known."""
    try:
        package = workspace.identity_of(parse_package_id(text))
        return package if workspace.registries.candidates(package) else None
    except (InvalidIdentityError, RegistryError):
        return None


def meant_version(meant: Meant, candidates: Sequence[Candidate], *, prereleases: bool) -> Version:
    """Give the version that is meant: the newest one where none is named; it must exist."""
    if not meant.version:
        newest = newest_of(candidates, prereleases=prereleases)
        if newest is None:
            raise RegistryError("no-matching-version", f"`{meant.package}` has no version at all")
        return newest.version
    try:
        version = parse_version(meant.version)
    except InvalidVersionError as error:
        raise UsageError(
            "invalid-version",
            f"`{meant.version}` is not a version of `{meant.package}`",
            context=(str(error), *_nearest(meant.version, candidates)),
            hint=f"`mistpm info {meant.package}` lists its versions",
        ) from error
    for candidate in candidates:
        if candidate.version == version:
            return candidate.version
    raise RegistryError(
        "no-matching-version",
        f"`{meant.package}` has no version `{version}`",
        context=_nearest(meant.version, candidates),
        hint=f"`mistpm info {meant.package}` lists its versions",
    )


def _nearest(text: str, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Give one line with the versions around one that there is not."""
    known = sorted({candidate.version for candidate in candidates})
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    place = bisect_left([list(version.key[:3]) for version in known], numbers)
    near = known[max(place - NEAREST, 0) : place + NEAREST]
    verb = "is" if len(near) == 1 else "are"
    return (f"the nearest {verb} {', '.join(str(version) for version in near)}",) if near else ()
