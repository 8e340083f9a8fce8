"""Looking around in the registries."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from msgspec import Struct

from mistpm.errors import MistError, RegistryError, UsageError
from mistpm.model.descriptor import Candidate, Descriptor
from mistpm.model.identity import PackageId
from mistpm.ops.options import Options
from mistpm.ops.packages.package_argument import is_path, parse_package_argument
from mistpm.ops.reporter import Reporter
from mistpm.ops.workspace import Workspace, find_document, registries_outside
from mistpm.registry import Registries


class Found(Struct, frozen=True, kw_only=True):
    """A package that a search found, under the registry's local alias."""

    package: str
    newest: str
    description: str


class SearchResult(Struct, frozen=True, kw_only=True):
    """What a search found in how many registries, and for each that could not be asked, why."""

    found: tuple[Found, ...]
    asked: int
    unreachable: tuple[str, ...] = ()


def require_whole(result: SearchResult) -> None:
    """Raise `RegistryError` (`incomplete`) where a registry did not answer, once the rest is shown."""
    if result.unreachable:
        raise RegistryError(
            "incomplete",
            "not every registry could be searched",
            context=result.unreachable,
            hint="the others are told; `mistpm registry list` shows where each is",
        )


class VersionInfo(Struct, frozen=True, kw_only=True):
    """One version of a package in a registry."""

    version: str
    kubernetes: str
    published: str
    yanked: str
    size: int


class PackageInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a registry tells of a package.

    `descriptor` is the newest version's; only the part of it that the index holds where the module
    itself cannot be had (`is_whole` tells).
    """

    package: str
    description: str
    versions: tuple[VersionInfo, ...]
    descriptor: Descriptor
    is_whole: bool


def open_registries(options: Options) -> Registries:
    """Open the registries of the environment's file, or the user's own where there is none."""
    found = find_document(options)
    if found is not None:
        return Workspace(found, options, Reporter()).registries
    return registries_outside(options)


def search(options: Options, text: str) -> SearchResult:
    """Find packages whose name or description has `text`, in all registries.

    A registry that cannot be asked is told, and does not keep the others from answering.  Raises
    `RegistryError` where none answers.
    """
    registries = open_registries(options)
    found: list[Found] = []
    errors: list[RegistryError] = []
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
            errors.append(error)
    if errors and len(errors) == len(registries.aliases):
        raise errors[0]
    return SearchResult(
        found=tuple(found),
        asked=len(registries.aliases),
        unreachable=tuple(each.message for each in errors),
    )


def info(options: Options, text: str) -> PackageInfo:
    """Tell what a registry knows of a package, with the newest version's inputs.

    Costs fetching one module, unless it was fetched before.  Raises `RegistryError`, `UsageError`.
    """
    registries = open_registries(options)
    local, candidates = _candidates(registries, text)
    newest = _newest(local, candidates, text)
    whole = whole_descriptor(registries, newest)
    return PackageInfo(
        package=str(local),
        description=newest.descriptor.description,
        versions=tuple(map(_version_info, candidates)),
        descriptor=whole or newest.descriptor,
        is_whole=whole is not None,
    )


def newest_matching(registries: Registries, text: str) -> Candidate:
    """Give the newest version that `REGISTRY/GROUP/NAME[:RANGE]` means; raises as `info` does."""
    local, candidates = _candidates(registries, text)
    return _newest(local, candidates, text)


def _newest(local: PackageId, candidates: Iterable[Candidate], text: str) -> Candidate:
    newest = newest_of(candidates)
    if newest is None:
        raise RegistryError(
            "no-matching-version",
            f"`{local}` has no version `{parse_package_argument(text).range}`",
            hint=f"`mistpm info {local}` lists its versions",
        )
    return newest


def _candidates(registries: Registries, text: str) -> tuple[PackageId, list[Candidate]]:
    """Give the package that is meant, under its alias, and those versions that are, newest first.

    The end of its name will do where one package has it: `gitea`, `apps/gitea`.
    """
    argument = parse_package_argument(_whole_name(registries, text))
    local = argument.package
    if local is None:
        raise UsageError(
            "not-in-a-registry",
            f"`{text}` is a file",
            hint=f"`mistpm inspect {text}` shows what is inside it",
        )
    package = PackageId.of(registries.own_name(local.registry), local.group, local.name)
    found = [each for each in registries.candidates(package) if argument.range.admits(each.version)]
    return local, sorted(found, key=lambda each: each.version, reverse=True)


def _whole_name(registries: Registries, text: str) -> str:
    """Complete the end of a package's name, if that is what a text is; raises `UsageError` for several."""
    name, colon, version = text.partition(":")
    if not name or is_path(text) or name.count("/") > 1:
        return text
    known = (f"/{each}" for each in _names(registries))
    found = [each.removeprefix("/") for each in known if each.endswith(f"/{name}")]
    if len(found) > 1:
        raise UsageError(
            "ambiguous-package",
            f"`{name}` may be any of {len(found)} packages",
            context=tuple(found),
            hint=f"write the whole name: mistpm info {found[0]}",
        )
    return f"{found[0]}{colon}{version}" if found else text


def whole_descriptor(registries: Registries, candidate: Candidate) -> Descriptor | None:
    """Read what the module itself says; None where it cannot be had, or has no descriptor."""
    from mistpm.package import read_package

    try:
        return read_package(registries.fetch(candidate)).descriptor
    except RegistryError:
        return None


def newest_of(candidates: Iterable[Candidate], *, prereleases: bool = False) -> Candidate | None:
    """Give the newest version that is neither yanked nor a pre-release, else the newest of all.

    With `prereleases` those count like all others.
    """
    candidates = tuple(candidates)
    kept = [each for each in candidates if not each.yanked] or candidates
    stable = [each for each in kept if prereleases or not each.version.is_prerelease] or kept
    return max(stable, key=lambda each: each.version, default=None)


def known_packages(options: Options) -> tuple[str, ...]:
    """Give all packages of the registries that can be asked, for the shell's completion."""
    return _names(open_registries(options))


def _names(registries: Registries) -> tuple[str, ...]:
    names: list[str] = []
    for alias in registries.aliases:
        with suppress(MistError):
            names.extend(f"{alias}/{name}" for name in registries.packages(alias))
    return tuple(names)


def known_versions(options: Options, text: str) -> tuple[str, ...]:
    """Give a package's versions, the newest first, for the shell's completion."""
    _local, candidates = _candidates(open_registries(options), text)
    return tuple(str(each.version) for each in candidates)


def versions_of(workspace: Workspace, package: PackageId) -> tuple[str, ...]:
    """Give a locked package's versions, the newest first, for the shell's completion."""
    candidates = workspace.registries.candidates(package)
    return tuple(str(version) for version in sorted({c.version for c in candidates}, reverse=True))


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
