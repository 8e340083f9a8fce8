"""Looking around in the registries."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mistpm.errors import MistError, RegistryError
from mistpm.model.descriptor import Candidate, Descriptor
from mistpm.model.identity import PackageId
from mistpm.ops.options import Options
from mistpm.ops.package_argument import parse_package_argument
from mistpm.ops.reporter import Reporter
from mistpm.ops.workspace import Workspace, find_document, registries_outside
from mistpm.registry import Registries


class Found(Struct, frozen=True, kw_only=True):
    """A package that a search found, under the registry's local alias."""

    package: str
    newest: str
    description: str


class SearchResult(Struct, frozen=True, kw_only=True):
    """What a search found, and the registries that could not be asked."""

    found: tuple[Found, ...]
    unreachable: tuple[str, ...] = ()


class VersionInfo(Struct, frozen=True, kw_only=True):
    """One version of a package in a registry."""

    version: str
    kubernetes: str
    published: str
    yanked: str
    size: int


class PackageInfo(Struct, frozen=True, kw_only=True):
    """What a registry tells of a package; `descriptor` is the newest version's solving part."""

    package: str
    description: str
    versions: tuple[VersionInfo, ...]
    descriptor: Descriptor


def open_registries(options: Options) -> Registries:
    """Open the registries of the environment's file, or the user's own where there is none."""
    found = find_document(options)
    if found is not None:
        return Workspace(found, options, Reporter()).registries
    return registries_outside(options)


def search(options: Options, text: str) -> SearchResult:
    """Find packages whose name or description has `text`, in all registries.

    A registry that cannot be asked is told, and does not keep the others from answering.
    """
    registries = open_registries(options)
    found: list[Found] = []
    unreachable: list[str] = []
    for alias in registries.aliases:
        try:
            found.extend(
                Found(
                    package=f"{alias}/{line.package}",
                    newest=str(line.version),
                    description=line.description,
                )
                for line in registries.catalogue(alias)
                if text.lower() in f"{line.package} {line.description}".lower()
            )
        except RegistryError as error:
            unreachable.append(f"{alias}: {error.message}")
    return SearchResult(found=tuple(found), unreachable=tuple(unreachable))


def info(options: Options, text: str) -> PackageInfo:
    """Tell what a registry knows of a package; raises `RegistryError`, `UsageError`."""
    argument = parse_package_argument(text)
    if argument.package is None:
        raise RegistryError(
            "not-in-a-registry",
            f"`{text}` is a file",
            hint=f"`mistpm inspect {text}` shows what is inside it",
        )
    registries = open_registries(options)
    local = argument.package
    package = PackageId.of(registries.own_name(local.registry), local.group, local.name)
    candidates = [
        each for each in registries.candidates(package) if argument.range.admits(each.version)
    ]
    newest = newest_of(candidates)
    if newest is None:
        raise RegistryError(
            "no-matching-version",
            f"`{local}` has no version `{argument.range}`",
            hint=f"`mistpm info {local}` lists its versions",
        )
    return PackageInfo(
        package=str(local),
        description=newest.descriptor.description,
        versions=tuple(
            _version_info(each)
            for each in sorted(candidates, key=lambda each: each.version, reverse=True)
        ),
        descriptor=newest.descriptor,
    )


def newest_of(candidates: Iterable[Candidate]) -> Candidate | None:
    """Give the newest version that is neither yanked nor a pre-release, else the newest of all."""
    candidates = tuple(candidates)
    kept = [each for each in candidates if not each.yanked] or candidates
    stable = [each for each in kept if not each.version.is_prerelease] or kept
    return max(stable, key=lambda each: each.version, default=None)


def known_packages(options: Options) -> tuple[str, ...]:
    """Give all packages of the registries that can be asked, for the shell's completion."""
    registries = open_registries(options)
    names: list[str] = []
    for alias in registries.aliases:
        try:
            names.extend(f"{alias}/{name}" for name in registries.packages(alias))
        except MistError:
            continue
    return tuple(names)


def known_versions(options: Options, text: str) -> tuple[str, ...]:
    """Give a package's versions, the newest first, for the shell's completion."""
    return tuple(each.version for each in info(options, text).versions)


def _version_info(candidate: Candidate) -> VersionInfo:
    kubernetes = candidate.descriptor.kubernetes
    yanked = candidate.yanked
    return VersionInfo(
        version=str(candidate.version),
        kubernetes=kubernetes.text if kubernetes else "any",
        published=candidate.published,
        yanked=yanked if isinstance(yanked, str) else ("yes" if yanked else ""),
        size=candidate.size,
    )
