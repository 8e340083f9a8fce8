"""Profiles: versions of a package that say the same, and what they state that they depend on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from mistpm.model.descriptor import Candidate, Dependency, Descriptor
from mistpm.model.identity import PackageId
from mistpm.model.ranges import ANY, Range

StatementKey: TypeAlias = tuple[object, ...]


class Statement(Struct, frozen=True, kw_only=True, eq=False):
    """A dependency as versions of a package state it: `mask` are those that do, whatever its condition.

    `package` and `default` are named in full; `text` is the requirement as users write it.  `computed`
    tells that it was answered and does not stand in a descriptor.
    """

    key: StatementKey
    alias: str
    use: Literal["install", "call", "api"]
    text: str
    package: PackageId | None
    default: PackageId | None
    dependency: Dependency
    mask: int
    computed: bool = False


class Profile(Struct, frozen=True, kw_only=True, eq=False):
    """Versions of a package that say the same: no constraint but a range tells them apart.

    `statements` are their dependencies, by alias.
    """

    descriptor: Descriptor
    yanked: bool
    mask: int
    statements: tuple[Statement, ...]


def profiles(candidates: Sequence[Candidate]) -> tuple[Profile, ...]:
    """Put together what says the same; neighbours mostly do, so it costs a comparison per version."""
    groups = list(_groups(candidates))
    stated: dict[StatementKey, tuple[Dependency, int]] = {}
    keys: list[list[StatementKey]] = []
    for descriptor, mask in groups:
        keys.append([])
        for alias, dependency in sorted(descriptor.dependencies.items()):
            key = _key(alias, dependency)
            first, before = stated.get(key, (dependency, 0))
            stated[key] = first, before | mask
            keys[-1].append(key)
    registry = candidates[0].package.registry if candidates else ""
    statements = {
        key: _statement(key, dependency, registry, mask)
        for key, (dependency, mask) in stated.items()
    }
    return tuple(
        Profile(
            descriptor=descriptor,
            yanked=bool(candidates[(mask & -mask).bit_length() - 1].yanked),
            mask=mask,
            statements=tuple(statements[key] for key in own),
        )
        for (descriptor, mask), own in zip(groups, keys, strict=True)
    )


def statement(
    alias: str, dependency: Dependency, registry: str, mask: int, asked: tuple[int, ...] = ()
) -> Statement:
    """Give what versions of a package in a registry answered that they require besides.

    `asked` tells apart what was answered to other questions.
    """
    key = (*_key(alias, dependency), "computed", *asked)
    return _statement(key, dependency, registry, mask, computed=True)


def requirement_text(package: PackageId, range_: Range) -> str:
    """Write a requirement as users do: `starter/data/postgresql ^16`."""
    return f"{package} {range_.text}" if range_.text not in {"", ANY.text} else package


def _statement(
    key: StatementKey, dependency: Dependency, registry: str, mask: int, *, computed: bool = False
) -> Statement:
    package = dependency.package.within(registry) if dependency.package else None
    return Statement(
        key=key,
        alias=str(key[0]),
        use=dependency.use if package else "api",
        text=requirement_text(package, dependency.version) if package else str(dependency.api),
        package=package,
        default=dependency.default.within(registry) if dependency.default else None,
        dependency=dependency,
        mask=mask,
        computed=computed,
    )


def _key(alias: str, dependency: Dependency) -> StatementKey:
    """Tell statements apart, conditions aside: those are decided for each profile."""
    return (
        alias,
        dependency.use,
        dependency.package,
        dependency.version.text,
        dependency.api,
        dependency.default,
        dependency.optional,
        msgspec.json.encode(dependency.with_, order="sorted") if dependency.with_ else b"",
    )


def _groups(candidates: Iterable[Candidate]) -> Iterable[tuple[Descriptor, int]]:
    """Give the versions that say the same, as bits."""
    alike: dict[tuple[object, ...], tuple[Descriptor, list[int]]] = {}
    before: dict[str, Dependency] | None = None
    stated: tuple[object, ...] = ()
    for place, candidate in enumerate(candidates):
        descriptor = candidate.descriptor
        if descriptor.dependencies != before:
            before = descriptor.dependencies
            stated = tuple((_key(a, d), d.when) for a, d in sorted(before.items()))
        key = (
            bool(candidate.yanked),
            stated,
            descriptor.kubernetes and descriptor.kubernetes.text,
            descriptor.scope,
            descriptor.computed,
            descriptor.provides.apis,
            descriptor.conflicts,
            _schema(descriptor),
        )
        alike.setdefault(key, (descriptor, []))[1].append(place)
    for descriptor, places in alike.values():
        yield descriptor, mask_of(places)


def _schema(descriptor: Descriptor) -> bytes:
    """Give a schema where a condition reads what is completed by it."""
    if not any(dependency.when for dependency in descriptor.dependencies.values()):
        return b""
    return msgspec.json.encode(descriptor.inputs, order="sorted")


def mask_of(places: Iterable[int]) -> int:
    """Give the mask with these bits."""
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask
