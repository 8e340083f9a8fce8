"""The same case under other names, and two cases side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec.structs import replace
from random_worlds import Case
from small_worlds import World

from mistpm.model.descriptor import Candidate, Conflict, Dependency, Descriptor, Provides
from mistpm.model.identity import PackageId, PackageReference
from mistpm.model.presence import Api, parse_api
from mistpm.model.question import Held, Question, Setting, Wanted


def same(name: str) -> str:
    """Leave a name as it is."""
    return name


class Names(NamedTuple):
    """New names: `packages` for what comes after the group, `releases` for those of the file."""

    packages: Callable[[str], str] = same
    releases: Callable[[str], str] = same
    aliases: Callable[[str], str] = same
    api_groups: Callable[[str], str] = same

    def package(self, identity: PackageId) -> PackageId:
        """Rename a package; its registry and its group stay."""
        return PackageId.of(identity.registry, identity.group, self.packages(identity.name))

    def release(self, name: str) -> str:
        """Rename a release, which may be called like its package."""
        return self.packages(name) if name.startswith("p") else self.releases(name)

    def called(self, key: str) -> str:
        """Rename a called key."""
        package, _, series = key.partition("@")
        return f"{self.package(PackageId(package))}@{series}"

    def place(self, name: str) -> str:
        """Rename a release or a called key."""
        return self.called(name) if "@" in name else self.release(name)

    def path(self, path: str) -> str:
        """Rename every alias of a path."""
        return ".".join(map(self.aliases, path.split(".")))

    def api(self, api: Api) -> Api:
        """Put an API into another group, unless it is Kubernetes' own."""
        ours = api.group.count(".") == 1
        return Api(self.api_groups(api.group), api.version, api.kind) if ours else api


def renamed(case: Case, names: Names) -> Case:
    """Give the same case under other names."""
    question, held = case.question, case.held
    return Case(
        _world(case.world, names),
        replace(
            question,
            releases=tuple(_wanted(wanted, names) for wanted in question.releases),
            settings=tuple(_setting(setting, names) for setting in question.settings),
            provided_apis=tuple(map(names.api, question.provided_apis)),
            provided_packages={
                names.package(package): version
                for package, version in question.provided_packages.items()
            },
        ),
        Held(
            releases={
                names.release(name): (names.package(package), version)
                for name, (package, version) in held.releases.items()
            },
            called={names.called(key): version for key, version in held.called.items()},
            calls={
                names.place(owner): {
                    names.aliases(alias): names.called(key) for alias, key in calls.items()
                }
                for owner, calls in held.calls.items()
            },
            providers={
                _api_text(text, names): names.release(name) for text, name in held.providers.items()
            },
            free=frozenset(map(names.place, held.free)),
        ),
    )


def beside(one: Case, other: Case) -> Case:
    """Ask two questions at once; they have to agree on Kubernetes and on the policy."""
    world = World()
    world.packages = {**one.world.packages, **other.world.packages}
    world.answers = {**one.world.answers, **other.world.answers}
    mine, theirs = one.question, other.question
    question = Question(
        releases=mine.releases + theirs.releases,
        settings=mine.settings + theirs.settings,
        minors=mine.minors,
        provided_apis=mine.provided_apis + theirs.provided_apis,
        provided_packages={**mine.provided_packages, **theirs.provided_packages},
        prereleases=mine.prereleases,
    )
    held = Held(
        releases={**one.held.releases, **other.held.releases},
        called={**one.held.called, **other.held.called},
        calls={**one.held.calls, **other.held.calls},
        providers={**one.held.providers, **other.held.providers},
        free=one.held.free | other.held.free,
    )
    return Case(world, question, held)


def _api_text(text: str, names: Names) -> str:
    return str(names.api(parse_api(text)))


def _world(world: World, names: Names) -> World:
    other = World()
    for package, candidates in world.packages.items():
        other.packages[names.package(package)] = [_candidate(each, names) for each in candidates]
    for (release, text), needs in world.answers.items():
        package_, _, version = text.partition("@")
        package = PackageId(package_)
        other.answers[names.release(release), f"{names.package(package)}@{version}"] = _needs(
            needs, package, names
        )
    return other


def _candidate(candidate: Candidate, names: Names) -> Candidate:
    package, descriptor = candidate.package, candidate.descriptor
    said: Descriptor = replace(
        descriptor,
        name=names.packages(descriptor.name),
        dependencies=_needs(descriptor.dependencies, package, names),
        provides=Provides(apis=tuple(map(names.api, descriptor.provides.apis))),
        conflicts=tuple(
            Conflict(package=_reference(c.package, package, names), version=c.version)
            for c in descriptor.conflicts
        ),
    )
    return replace(candidate, package=names.package(package), descriptor=said)


def _needs(needs: dict[str, Dependency], package: PackageId, names: Names) -> dict[str, Dependency]:
    return {names.aliases(alias): _need(need, package, names) for alias, need in needs.items()}


def _need(need: Dependency, package: PackageId, names: Names) -> Dependency:
    changes: dict[str, Any] = {}
    if need.package is not None:
        changes["package"] = _reference(need.package, package, names)
    if need.default is not None:
        changes["default"] = _reference(need.default, package, names)
    if need.api is not None:
        changes["api"] = names.api(need.api)
    return replace(need, **changes)


def _reference(reference: PackageReference, package: PackageId, names: Names) -> PackageReference:
    return PackageReference(names.package(reference.within(package.registry)))


def _wanted(wanted: Wanted, names: Names) -> Wanted:
    return replace(
        wanted,
        name=names.release(wanted.name),
        package=names.package(wanted.package),
        bind=_bind(wanted.bind, names),
    )


def _setting(setting: Setting, names: Names) -> Setting:
    return replace(
        setting,
        package=names.package(setting.package),
        name=names.release(setting.name) if setting.name else "",
        bind=_bind(setting.bind, names),
    )


def _bind(bind: dict[str, str], names: Names) -> dict[str, str]:
    return {names.path(path): names.release(release) for path, release in bind.items()}
